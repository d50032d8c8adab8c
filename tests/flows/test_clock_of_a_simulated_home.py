"""Who looks around in a simulated trial that ran into the future does not go back in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.decisions.screening import ScreenPatient
from events.recorded import Actor, Source
from flows.clock import SimulatedClock
from flows.home import clock_of, open_home
from flows.settings import read_settings
from store.transact import Entry, TrialLog
from tests import facts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2028, 3, 9, 1, tzinfo=UTC)


def _screened_at(home: Path, instant: datetime, *, simulated: bool) -> TrialLog:
    trial_log = open_home(read_settings(home=home), NOW, simulated=simulated)
    author = Entry(Actor(id="li", role="coordinator", kind="human"), Source(kind="simulation"), instant)
    trial_log.transact("RJ-1", ScreenPatient(occurred_on=facts.day("2020-12-10")), author)
    return trial_log


def test_a_simulated_home_runs_on_from_its_last_entry(tmp_path: Path) -> None:
    machine = SimulatedClock(NOW)
    trial_log = _screened_at(tmp_path, LATER, simulated=True)
    with trial_log.log:
        clock = clock_of(trial_log, machine)
        assert clock.now() == LATER
        assert str(clock.today(ZoneInfo("Asia/Shanghai"))) == "2028-03-09"
        machine.advance_to(LATER + timedelta(days=1))
        assert clock.now() == LATER + timedelta(days=1)


def test_a_real_home_runs_on_the_machines_clock(tmp_path: Path) -> None:
    machine = SimulatedClock(NOW)
    trial_log = _screened_at(tmp_path, NOW, simulated=False)
    with trial_log.log:
        assert clock_of(trial_log, machine) is machine
