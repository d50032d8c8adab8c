"""Bringing projections up to date: read on, fold the patients touched, keep rows and checkpoint together.

Folding happens before the database is locked for writing: nobody who records something waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlmodel import SQLModel

from domain.patient import fold
from domain.protocol.edition import Edition
from domain.protocol.editions import edition_in_force
from domain.standing import Standing
from events.streams import patient_of
from store.event_log import Fenced, LogUnreadable
from store.histories import everyone, histories
from store.projections.all_projections import PROJECTIONS
from store.projections.database import checkpoints, replace_rows, writing
from store.projections.projection import Projection
from store.transact import TrialLog

NO_EPOCH = 0
"""Nobody leads a projection: whoever moves its checkpoint first has done the work."""

RowsByPatient = dict[str, Sequence[SQLModel]]


def refresh(trial_log: TrialLog) -> int:
    """Bring every projection to the end of the log; returns that position.

    Raises `LogUnreadable` when a projection has read further than the log goes.
    """
    while True:
        since = {each.name: trial_log.log.checkpoints().read(each.consumer) for each in PROJECTIONS}
        upto = trial_log.log.last_position()
        _refuse_ahead(since, upto)
        behind = [each for each in PROJECTIONS if since[each.name] < upto]
        if not behind:
            return upto
        try:
            _take_in(trial_log, behind, since, upto)
        except Fenced:
            continue


def _refuse_ahead(since: Mapping[str, int], upto: int) -> None:
    for name, position in since.items():
        if position > upto:
            raise LogUnreadable(
                f"projection {name} has read up to {position}, the log ends at {upto}: its end is missing. "
                "Run `imni verify`, restore from backup"
            )


def _take_in(trial_log: TrialLog, behind: Sequence[Projection], since: Mapping[str, int], upto: int) -> None:
    changed = touched(trial_log, min(since[each.name] for each in behind), upto)
    rows = rows_of(trial_log, behind, changed, upto)
    with writing(trial_log) as session:
        for projection in behind:
            checkpoints(session).advance(projection.consumer, NO_EPOCH, since[projection.name], upto)
            replace_rows(session, projection, changed, flat(rows[projection.name]))


def rows_of(
    trial_log: TrialLog,
    projections: Sequence[Projection],
    patient_ids: Sequence[str],
    upto: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, RowsByPatient]:
    """The rows of some patients as of a position, by projection and patient; each patient is folded once."""
    edition = _edition_at(trial_log, upto)
    found: dict[str, RowsByPatient] = {projection.name: {} for projection in projections}
    for number, (patient_id, history) in enumerate(histories(trial_log, patient_ids, upto), start=1):
        patient = fold(patient_id, history)
        for projection in projections:
            # Who was first heard of after the position is not there yet: an empty row would look like drift.
            found[projection.name][patient_id] = projection.rows(patient, edition) if history else []
        progress(number, len(patient_ids))
    return found


def flat(rows: RowsByPatient) -> list[SQLModel]:
    """The rows of all patients."""
    return [row for of_patient in rows.values() for row in of_patient]


def touched(trial_log: TrialLog, since: int, upto: int) -> list[str]:
    """The patients with news; everyone when the trial changed how it reads the protocol."""
    found: set[str] = set()
    for stored in trial_log.log.read_all(after=since, limit=upto - since):
        patient_id = patient_of(stored.stream)
        if patient_id is not None:
            found.add(patient_id)
        elif stored.type.startswith(("protocol-edition-activated", "reading-chosen")):
            return everyone(trial_log)
    return sorted(found)


def _edition_at(trial_log: TrialLog, upto: int) -> Edition:
    """The edition in force at a position."""
    return edition_in_force(Standing([entry for entry in trial_log.trial().history if entry.position <= upto]))
