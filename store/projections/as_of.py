"""What a projection shows, or would have shown, as of any moment on either clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import SQLModel

from domain.patient import fold
from domain.protocol.edition import Edition
from domain.protocol.editions import edition_in_force
from domain.standing import Standing, known_at
from store.histories import everyone, histories
from store.projections.projection import Projection
from store.transact import TrialLog


@dataclass(frozen=True, slots=True)
class AsOf:
    """How far to look: up to a position, at what was recorded by `known_at`, at what happened by `cutoff`."""

    position: int
    known_at: datetime | None = None
    cutoff: date | None = None


def edition_as_of(trial_log: TrialLog, asked: AsOf) -> Edition:
    """The edition as the trial read it then."""
    told = [entry for entry in trial_log.trial().history if entry.position <= asked.position]
    return edition_in_force(Standing(known_at(told, asked.known_at)))


def rows_as_of(trial_log: TrialLog, projection: Projection, asked: AsOf) -> Sequence[SQLModel]:
    """Every row as of a moment, the protocol read as the trial read it then.

    Who had nothing on record by then has no row. The same question always has the same answer.
    """
    edition = edition_as_of(trial_log, asked)
    rows: list[SQLModel] = []
    for patient_id, history in histories(trial_log, everyone(trial_log), asked.position):
        patient = fold(patient_id, history, knowledge=asked.known_at, cutoff=asked.cutoff)
        if patient.history and (asked.cutoff is None or patient.entries):
            rows.extend(projection.rows(patient, edition))
    return rows
