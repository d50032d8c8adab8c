"""What a projection shows, or would have shown, as of any moment on either clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import SQLModel

from domain.patient import fold
from domain.protocol.editions import edition_in_force
from domain.standing import Standing, known_at
from events.event import Event
from events.recorded import Recorded
from store.projections.projection import Projection
from store.projections.refreshing import everyone
from store.transact import TrialLog


@dataclass(frozen=True, slots=True)
class AsOf:
    """How far to look: up to a position, at what was recorded by `known_at`, at what happened by `cutoff`."""

    position: int
    known_at: datetime | None = None
    cutoff: date | None = None


def rows_as_of(trial_log: TrialLog, projection: Projection, asked: AsOf) -> Sequence[SQLModel]:
    """Every row as of a moment, the protocol read as the trial read it then.

    Who had nothing on record by then has no row. The same question always has the same answer.
    """
    edition = edition_in_force(Standing(_known(trial_log, trial_log.names.trial, asked)))
    rows: list[SQLModel] = []
    for patient_id in everyone(trial_log):
        history = _known(trial_log, trial_log.names.patient(patient_id), asked)
        patient = fold(patient_id, history, cutoff=asked.cutoff)
        if history and (asked.cutoff is None or patient.entries):
            rows.extend(projection.rows(patient, edition))
    return rows


def _known(trial_log: TrialLog, stream: str, asked: AsOf) -> Sequence[Recorded[Event]]:
    told = [entry for entry in trial_log.history(stream) if entry.position <= asked.position]
    return known_at(told, asked.known_at)
