"""The home of an installation: its folder, log, allocation list and vault. The first command of a home makes it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from domain.allocation import AllocationList, ListDesign
from domain.decisions.conduct import ActivateEdition, OpenTrial
from events.clinical_date import ClinicalDate
from events.randomisation import AllocationListCommitted
from events.recorded import Actor, Source
from events.streams import StreamNames
from flows.clock import Clock, ClockNotBefore
from flows.key_files import HomeRefused, make_key, read_key, safe_copy_of
from flows.settings import Settings
from store.event_log import EventLog
from store.open_log import open_log
from store.segments.segments import Segments
from store.transact import Entry, TrialLog
from store.vault import Vault, holds_keys

ENGINE = Actor(id="engine", role="engine", kind="system")
ACTIVATED_ON = date(2020, 12, 10)
"""Recruitment began under edition 2.0 on this day (Protocol: Current trial status; PQ-27)."""

_SEED = "allocation-seed"
_MASTER_KEY = "master-key"


def open_home(settings: Settings, now: datetime, *, simulated: bool | None = None) -> TrialLog:
    """Open an installation, making it when it is new; safe when several processes do it at once.

    Raises `HomeRefused` when its allocation seed is lost or another one, `OtherKindOfLog` when it is of the other kind.
    """
    make_folders(settings)
    log = open_log(settings.log_url, simulated=simulated)
    try:
        return _opened(log, settings, now)
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


def _opened(log: EventLog, settings: Settings, now: datetime) -> TrialLog:
    names = StreamNames(log.simulated)
    committed = log.version(names.allocation) > 0
    if not committed:
        make_key(settings.keys, _SEED)
    allocation_list = AllocationList(ListDesign(), read_key(settings.keys, _SEED))
    trial_log = TrialLog(log, names, allocation_list, Segments(settings.segments, log))
    if not committed:
        _open_trial(trial_log, now)
    _require_own_list(trial_log)
    return trial_log


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


def _open_trial(trial_log: TrialLog, now: datetime) -> None:
    entry = Entry(ENGINE, Source(kind="command-line", reference="imni init"), now)
    on = ClinicalDate.parse(min(ACTIVATED_ON, now.date()))
    trial_log.transact_trial(OpenTrial(occurred_on=on, simulated=trial_log.names.simulated), entry)
    trial_log.transact_trial(ActivateEdition(occurred_on=on, edition="2.0", ethics_reference="RJ 2020-250"), entry)
    trial_log.commit_allocation_list(on.latest, entry)


def _require_own_list(trial_log: TrialLog) -> None:
    committed = trial_log.allocations().last(AllocationListCommitted)
    assert trial_log.allocation_list is not None
    if committed and committed.event.commitment != trial_log.allocation_list.committed()["commitment"]:
        raise HomeRefused(
            f"{_SEED} in the home's keys folder is not the one this log was opened with: {safe_copy_of(_SEED)}"
        )
