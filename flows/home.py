"""The home of an installation: its folder, log, allocation list and vault. The first command of a home makes it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from domain.allocation.allocation_list import AllocationList
from domain.allocation.design import ListDesign
from domain.allocation.record import AllocationRecord
from domain.decisions.allocation import CommitFirstList
from domain.decisions.conduct import ActivateEdition, OpenTrial
from domain.rejections import Rejection
from events.clinical_date import ClinicalDate
from events.recorded import Actor, Source
from events.streams import StreamNames
from flows.clock import Clock, ClockNotBefore
from flows.key_files import HomeRefused, make_key, read_key
from flows.settings import Settings
from flows.steps import are_collected
from flows.watched_log import watched
from store.event_log import EventLog
from store.list_keeper import ALLOCATION_KEY, FIRST_SEED, ListKeeper, new_list
from store.open_log import open_log
from store.segments.segments import Segments
from store.transact import Entry, TrialLog
from store.vault import Vault, holds_keys

ENGINE = Actor(id="engine", role="engine", kind="system")
ACTIVATED_ON = date(2020, 12, 10)
"""Recruitment began under edition 2.0 on this day (Protocol: Current trial status; PQ-27)."""

_MASTER_KEY = "master-key"


def open_home(
    settings: Settings, now: datetime, *, simulated: bool | None = None, first_list: AllocationList | None = None
) -> TrialLog:
    """Open an installation, making it when it is new; safe when several processes do it at once.

    A new one draws from `first_list`; without it from a simple list of a seed nobody has seen.

    Raises `HomeRefused` when the key of its allocation lists is lost or another one, `OtherKindOfLog` when it is of the
    other kind.
    """
    make_folders(settings)
    log = open_log(settings.log_url, simulated=simulated)
    log = watched(log) if are_collected() else log
    try:
        return _opened(log, settings, now, first_list or new_list(ListDesign()))
    except BaseException:
        log.close()
        raise


def make_folders(settings: Settings) -> None:
    """Make the folders of a home and its log. Raises `HomeRefused`."""
    for folder in (settings.home, settings.log_path.parent if settings.log_path else settings.home):
        _make_folder(folder)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise HomeRefused(
            f"{folder} cannot be made ({problem.strerror}): set IMNI_HOME to a folder that you may write"
        ) from None


def _opened(log: EventLog, settings: Settings, now: datetime, first_list: AllocationList) -> TrialLog:
    names = StreamNames(log.simulated)
    record = TrialLog(log, names).allocations()
    trial_log = TrialLog(log, names, _keeper(settings, record), Segments(settings.segments, log))
    if not record.lists:
        _open_trial(trial_log, now, first_list)
    _require_own_lists(trial_log)
    return trial_log


def _keeper(settings: Settings, record: AllocationRecord) -> ListKeeper:
    """What reads the allocation lists; its key is made while no list is kept with it."""
    kept = [committed.event.ciphertext for committed in record.lists]
    if not any(kept):
        make_key(settings.keys, ALLOCATION_KEY)
    seed = read_key(settings.keys, FIRST_SEED) if "" in kept else None
    return ListKeeper(read_key(settings.keys, ALLOCATION_KEY), seed)


def open_vault(settings: Settings, log: EventLog) -> Vault:
    """The vault of an installation; its master key is made when the first patient is identified.

    Raises `HomeRefused` when the master key is lost, `OtherMasterKey` when it is another one.
    """
    if not holds_keys(log):
        make_key(settings.keys, _MASTER_KEY)
    return Vault(log, read_key(settings.keys, _MASTER_KEY))


def clock_of(trial_log: TrialLog, clock: Clock) -> Clock:
    """The clock an installation runs on: the machine's; for a simulated trial never before its last entry."""
    if not trial_log.names.simulated:
        return clock
    newest = next(iter(trial_log.log.read_all(after=trial_log.log.last_position() - 1)), None)
    return ClockNotBefore(clock, newest.recorded_at) if newest else clock


def _open_trial(trial_log: TrialLog, now: datetime, first_list: AllocationList) -> None:
    entry = Entry(ENGINE, Source(kind="command-line", reference="imni init"), now)
    on = ClinicalDate.parse(min(ACTIVATED_ON, now.date()))
    trial_log.transact_trial(OpenTrial(occurred_on=on, simulated=trial_log.names.simulated), entry)
    trial_log.transact_trial(ActivateEdition(occurred_on=on, edition="2.0", ethics_reference="RJ 2020-250"), entry)
    commit_first_list(trial_log, first_list, on, entry)


def commit_first_list(trial_log: TrialLog, first_list: AllocationList, on: ClinicalDate, entry: Entry) -> None:
    """Fix the first allocation list before the first patient, unless another process has."""
    assert trial_log.keeper is not None
    kept = trial_log.keeper.kept(first_list)
    trial_log.transact_allocation(CommitFirstList(occurred_on=on, **dict(kept)), entry)


def _require_own_lists(trial_log: TrialLog) -> None:
    assert trial_log.keeper is not None
    try:
        for committed in trial_log.allocations().lists:
            trial_log.keeper.opened(committed.event)
    except Rejection as refusal:
        raise HomeRefused(str(refusal)) from None
