"""The trial's log for tests: opened as an installation opens it, and filled without deciding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.protocol.v2_0 import EDITION
from events.event import Event
from events.recorded import Actor, Source
from flows.home import open_home
from flows.settings import read_settings
from store.event_log import Append
from store.transact import Entry, TrialLog, enveloped

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
LI_WEI = Entry(Actor(id="li.wei", role="coordinator", kind="human"), Source(kind="form"), NOW)


def opened(home: Path, *, simulated: bool = False) -> TrialLog:
    """An installation's log, made when it is missing. Close its log."""
    return open_home(read_settings(home=home), NOW - timedelta(days=1), simulated=simulated)


def keep(trial_log: TrialLog, patient_id: str, *events: Event, by: Entry = LI_WEI) -> None:
    """Put facts into a patient's stream as they are."""
    stream = trial_log.names.patient(patient_id)
    _keep(trial_log, stream, events, by)


def keep_of_trial(trial_log: TrialLog, *events: Event, by: Entry = LI_WEI) -> None:
    """Put facts into the trial's stream as they are."""
    _keep(trial_log, trial_log.names.trial, events, by)


def _keep(trial_log: TrialLog, stream: str, events: tuple[Event, ...], by: Entry) -> None:
    new = [enveloped(event, by, EDITION) for event in events]
    trial_log.log.append(Append(stream, trial_log.log.version(stream), new))
