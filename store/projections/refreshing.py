"""Bringing projections up to date: read on, fold the patients touched, keep rows and checkpoint together."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import SQLModel

from domain.patient import Patient, fold
from domain.protocol.edition import Edition
from domain.protocol.editions import edition_in_force
from domain.standing import Standing
from events.catalogue import read
from events.streams import patient_of
from store.projections.all_projections import PROJECTIONS
from store.projections.database import advance, checkpoint, replace_rows, writing
from store.projections.projection import Projection
from store.transact import TrialLog


def refresh(trial_log: TrialLog) -> int:
    """Bring every projection to the end of the log; returns that position."""
    with writing(trial_log) as session:
        upto = trial_log.log.last_position()
        edition = edition_at(trial_log, upto)
        for projection in PROJECTIONS:
            since = checkpoint(session, projection)
            if since >= upto:
                continue
            touched = _touched(trial_log, since, upto)
            rows = rows_of(trial_log, projection, touched, edition, upto)
            replace_rows(session, projection, touched, rows)
            advance(session, projection, upto)
    return upto


def rows_of(
    trial_log: TrialLog, projection: Projection, patient_ids: Sequence[str], edition: Edition, upto: int
) -> list[SQLModel]:
    """The rows of some patients as of a position."""
    return [
        row for patient_id in patient_ids for row in projection.rows(_patient(trial_log, patient_id, upto), edition)
    ]


def edition_at(trial_log: TrialLog, upto: int) -> Edition:
    """The edition in force at a position."""
    return edition_in_force(Standing([entry for entry in trial_log.trial().history if entry.position <= upto]))


def _touched(trial_log: TrialLog, since: int, upto: int) -> list[str]:
    """The patients with news; everyone when the trial changed how it reads the protocol."""
    touched: set[str] = set()
    for stored in trial_log.log.read_all(after=since, limit=upto - since):
        patient_id = patient_of(stored.stream)
        if patient_id is not None:
            touched.add(patient_id)
        elif stored.type.startswith(("protocol-edition-activated", "reading-chosen")):
            return everyone(trial_log)
    return sorted(touched)


def everyone(trial_log: TrialLog) -> list[str]:
    """Every patient of the log."""
    streams = trial_log.log.streams(trial_log.names.patients)
    return [patient_id for stream in streams if (patient_id := patient_of(stream))]


def _patient(trial_log: TrialLog, patient_id: str, upto: int) -> Patient:
    stored = trial_log.log.read_stream(trial_log.names.patient(patient_id))
    return fold(patient_id, [read(event) for event in stored if event.position <= upto])
