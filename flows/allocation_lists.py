"""The allocation lists: another one committed, one prepared elsewhere taken over, recruitment closed, a list shown."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from domain.allocation.allocation_list import AllocationList
from domain.allocation.proving import Proved, prove
from domain.decisions.allocation import (
    AllocationCommand,
    CloseRecruitment,
    CommitAllocationList,
    RevealAllocationList,
)
from domain.rejections import Implausible
from events.clinical_date import ClinicalDate
from events.event import Event
from events.randomisation import AllocationListCommitted, Arm, PatientRandomised
from events.recorded import Recorded
from flows.live_patients import patients_as_of
from store.list_keeper import ListKeeper
from store.transact import Entry, TrialLog

DSMB_STATISTICIAN = "dsmb-statistician"
"""The role that may see a list while patients are randomised (Protocol: Randomisation, commit and reveal)."""

_COLUMNS = ["place", "arm"]
_WAY_OUT = "Give a CSV file with the columns place and arm: places 1, 2, 3 ... without a gap, arms IMNI or OMIT"


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A list that somebody is shown, and the entry that says so."""

    allocation_list: AllocationList
    committed: AllocationListCommitted
    public: bool


def proved(trial_log: TrialLog) -> Proved:
    """Every past allocation held against the commitments."""
    entries = {patient.patient_id: patient.first(PatientRandomised) for patient in patients_as_of(trial_log)[0]}
    return prove(trial_log.allocations(), {patient_id: entry for patient_id, entry in entries.items() if entry})


def commit(trial_log: TrialLog, allocation_list: AllocationList, entry: Entry) -> tuple[Recorded[Event], ...]:
    """Draw from a list from the next place on. Raises `Rejection`."""
    kept = _keeper(trial_log).kept(allocation_list)
    return trial_log.transact_allocation(CommitAllocationList(occurred_on=_day(trial_log, entry), **dict(kept)), entry)


def close(trial_log: TrialLog, entry: Entry) -> tuple[Recorded[Event], ...]:
    """Randomise nobody any more; nothing when that is so already."""
    return trial_log.transact_allocation(CloseRecruitment(occurred_on=_day(trial_log, entry)), entry)


def reveal(trial_log: TrialLog, number: int, reason: str, entry: Entry) -> Shown:
    """A list, to be shown to the author of the entry; on record before it is shown (A13). Raises `Rejection`."""
    record = trial_log.allocations()
    public = record.closed is not None
    known = next((each.event for each in record.lists if each.event.number == number), None)
    secret = _keeper(trial_log).opened(known) if known and public else None
    trial_log.transact_allocation(_revelation(trial_log, secret, number, reason, entry), entry)
    assert known is not None
    return Shown(secret or _keeper(trial_log).opened(known), known, public)


def _revelation(
    trial_log: TrialLog, public: AllocationList | None, number: int, reason: str, entry: Entry
) -> AllocationCommand:
    return RevealAllocationList(
        occurred_on=_day(trial_log, entry),
        number=number,
        reason=reason,
        seed=public.seed.hex() if public else None,
        prepared=public.prepared if public else (),
        to_dsmb=entry.actor.role == DSMB_STATISTICIAN,
    )


def arms_of_file(path: Path) -> tuple[Arm, ...]:
    """The arms of a list prepared elsewhere. Raises `Implausible`, which never repeats what stands in a row."""
    try:
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise Implausible("file", path.name, "cannot be read as CSV", _WAY_OUT) from None
    heading, *places = [[cell.strip() for cell in row] for row in rows if any(row)] or [[]]
    if heading != _COLUMNS or not places:
        raise Implausible("file", path.name, "has not the columns place and arm, and rows below them", _WAY_OUT)
    for number, row in enumerate(places, start=1):
        if len(row) != len(_COLUMNS) or row[0] != str(number) or row[1] not in set(Arm):
            raise Implausible("row", str(number), "is not the next place with one of the two arms", _WAY_OUT)
    return tuple(Arm(arm) for _, arm in places)


def _keeper(trial_log: TrialLog) -> ListKeeper:
    assert trial_log.keeper is not None
    return trial_log.keeper


def _day(trial_log: TrialLog, entry: Entry) -> ClinicalDate:
    return ClinicalDate.parse(entry.at.astimezone(trial_log.edition().site_zone).date())
