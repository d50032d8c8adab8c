"""Two whole `imni up` side by side; one loses its power in the middle of everything and is started again.

Both are started once and one of them twice for all tests of this file: a start takes ten seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deployments.interrupted_runs import LEFT_TO_A_LATER_RUN
from deployments.mailbox import Mailbox
from events.event import Event
from events.follow_up import ReminderSent, VisitDone
from events.genomics import GenomicTestOrdered
from events.recorded import Actor, Source
from events.screening import PatientScreened
from flows.home import open_home
from flows.settings import read_settings
from store.transact import Entry, TrialLog
from tests import facts
from tests.deployments.slow_laboratory import SlowLaboratory
from tests.engine import Engine, family, until
from tests.store.trial_logs import keep

READY = (*facts.eligible()[:7], facts.consented_to_test())


def _day(days: int = 0) -> str:
    return str((datetime.now(UTC) + timedelta(days=days)).date())


FOLLOWED_UP = (facts.screened(_day(-60)), facts.taken_over(_day(-200)), facts.completed(_day(-142)))
LI_WEI = Actor(id="li.wei", role="coordinator", kind="human")


@dataclass
class Trial:
    """An installation, its log, its laboratory and its mailbox."""

    engine: Engine
    log: TrialLog
    laboratory: SlowLaboratory
    mailbox: Mailbox

    def has_seen(self, patient_id: str, *events: Event) -> None:
        """Put a past on record."""
        keep(self.log, patient_id, *events, by=Entry(LI_WEI, Source(kind="form"), datetime.now(UTC)))

    def entries(self, patient_id: str, event: type[Event]) -> list[Event]:
        return [entry.event for entry in self.log.patient(patient_id).history if isinstance(entry.event, event)]


@dataclass
class Day:
    """What was submitted to the one whose power failed: while it ran, and not yet begun."""

    one: Trial
    other: Trial
    under_way: str
    waiting: str
    ordering: str


@contextmanager
def _trial(root: Path, name: str) -> Generator[Trial]:
    with Mailbox() as mailbox, (log := open_home(read_settings(home=root / name), datetime.now(UTC))).log:
        laboratory = SlowLaboratory()
        settings = {
            "IMNI_LABORATORY_URL": laboratory.url,
            "IMNI_NOTIFY_URLS": mailbox.url(f"{name}@imni.example"),
            "IMNI_TIME_ZONE": _where_it_is_noon(),
        }
        engine = Engine(root / name, root / "account", settings)
        try:
            yield Trial(engine, log, laboratory, mailbox)
        finally:
            laboratory.answer.set()
            engine.stop()
            laboratory.shutdown()
            laboratory.server_close()


def _where_it_is_noon() -> str:
    """A zone of the world where reminders may go out now."""
    hours = datetime.now(UTC).hour - 12
    return f"Etc/GMT{hours:+d}" if hours else "Etc/GMT"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """One trial is killed while it orders a test and takes a form, with another form waiting; then it goes on."""
    root = tmp_path_factory.mktemp("two-homes")
    (root / "account").mkdir()
    with _trial(root, "one") as one, _trial(root, "other") as other:
        for trial in (one, other):
            trial.has_seen("RJ-1", *READY)
            trial.engine.start()
        for trial in (one, other):
            trial.engine.wait_until_ready()
        other.laboratory.answer.set()
        yield _interrupted(one, other)


def _interrupted(one: Trial, other: Trial) -> Day:
    engine = one.engine
    until(lambda: bool(one.laboratory.asked))
    under_way = engine.submit("screen-patient", "RJ-10", birth_date="1970-01-01", occurred_on=_day())
    until(lambda: engine.state_of(under_way) != "SCHEDULED")
    with closing(sqlite3.connect(engine.home / "log.sqlite", isolation_level=None)) as database:
        database.execute("begin immediate")  # the form comes as far as the log and no further
        until(lambda: engine.state_of(under_way) == "RUNNING")
        waiting = engine.submit("screen-patient", "RJ-11", birth_date="1971-01-01", occurred_on=_day())
        (ordering,) = engine.runs("order-genomic-test")
        assert ordering["state_type"] == "RUNNING"
        engine.kill()
        database.execute("rollback")
    one.laboratory.answer.set()
    engine.start()
    engine.wait_until_ready()
    return Day(one, other, under_way, waiting, ordering["id"])


def _ended(engine: Engine, run: str) -> dict[str, Any]:
    until(lambda: engine.state_of(run) in {"COMPLETED", "FAILED", "CRASHED"})
    return dict(engine.ask(f"/flow_runs/{run}"))


@pytest.mark.parametrize(("name", "patient_id", "starts"), [("under_way", "RJ-10", 2), ("waiting", "RJ-11", 1)])
def test_a_form_under_way_when_everything_was_killed_is_on_record_once(
    day: Day, name: str, patient_id: str, starts: int
) -> None:
    run = _ended(day.one.engine, getattr(day, name))
    assert run["state"]["message"].startswith("On record: patient screened"), run["state"]
    assert run["run_count"] == starts
    assert len(day.one.entries(patient_id, PatientScreened)) == 1


def test_what_the_engine_did_itself_is_closed_and_done_by_a_later_run(day: Day) -> None:
    until(lambda: bool(day.one.entries("RJ-1", GenomicTestOrdered)))
    closed = _ended(day.one.engine, day.ordering)
    assert (closed["state_type"], closed["state"]["message"]) == ("CRASHED", LEFT_TO_A_LATER_RUN)
    assert day.one.engine.runs("order-genomic-test")[-1]["state_type"] == "COMPLETED"
    assert (len(day.one.laboratory.asked), len(set(day.one.laboratory.asked))) == (2, 1), "asked for twice, held once"
    assert len(day.one.entries("RJ-1", GenomicTestOrdered)) == 1


def test_what_starts_by_the_clock_is_on_the_calendar(day: Day) -> None:
    """Prefect's scheduler looks every few seconds."""
    for flow in ("catch-up", "check-projections", "refresh-read-models"):
        until(lambda flow=flow: any(run["auto_scheduled"] for run in day.other.engine.runs(flow)))


def test_nothing_stays_running(day: Day) -> None:
    def under_way() -> list[Any]:
        asked = {"flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}}
        return list(day.one.engine.ask("/flow_runs/filter", asked))

    until(lambda: not under_way())


def test_two_trials_on_one_machine_do_not_touch(day: Day) -> None:
    one, other = day.one, day.other
    one.has_seen("RJ-2", *FOLLOWED_UP)
    heading = "patient_id,occurred_on,visit,disease_status,assessments"
    rows = f"{heading}\nRJ-2,{_day(-1)},unscheduled,NO_EVIDENCE,\n"
    (one.engine.home / "inbox" / "visits" / "rows.csv").write_text(rows)
    _ended(one.engine, day.under_way)
    done = one.engine.home / "inbox" / "visits" / "done" / "rows.csv"
    until(lambda: done.exists() and bool(one.entries("RJ-2", ReminderSent)) and "patient-rj-11" in _pages(one))
    assert one.entries("RJ-2", VisitDone), "out of its own inbox"
    assert [mail for mail in one.mailbox.received if "RJ-2" in mail.subject + mail.body]
    assert other.log.log.streams("patient/") == ["patient/RJ-1"]
    assert not [mail for mail in other.mailbox.received if "RJ-2" in mail.subject + mail.body]
    assert not list((other.engine.home / "inbox" / "visits" / "done").iterdir())
    assert {key for key in _pages(other) if key.startswith("patient-")} == {"patient-rj-1"}
    assert not other.engine.runs("screen-patient")
    assert len(other.engine.runs("order-genomic-test")) == 1
    assert one.log.log.log_id != other.log.log.log_id


def _pages(trial: Trial) -> set[str]:
    return {page["key"] for page in trial.engine.ask("/artifacts/latest/filter", {})}


def test_the_same_work_in_both_trials_is_done_in_both(day: Day) -> None:
    until(lambda: all(trial.entries("RJ-1", GenomicTestOrdered) for trial in (day.one, day.other)))
    assert len(day.other.laboratory.asked) == 1


def test_each_keeps_to_its_home_and_not_to_the_account_it_runs_under(day: Day) -> None:
    for trial in (day.one, day.other):
        assert trial.engine.process is not None
        for process in family(trial.engine.process.pid):
            told = Path(f"/proc/{process}/environ").read_bytes().decode().split("\0")
            homes = {line for line in told if line.startswith(("IMNI_HOME=", "PREFECT_HOME="))}
            home = trial.engine.home
            assert homes <= {f"IMNI_HOME={home}", f"PREFECT_HOME={home / 'prefect'}"}
    assert {path.name for path in day.one.engine.account.iterdir()}.isdisjoint({".imni", ".prefect"})


def test_a_second_one_in_the_same_home_is_refused_whatever_its_port(day: Day) -> None:
    said = day.one.engine.refused(IMNI_PORT="0")
    assert day.one.engine.process is not None
    assert f"another `imni up` (process {day.one.engine.process.pid}) runs in the home {day.one.engine.home}" in said
    assert "set IMNI_HOME to another" in said


def test_a_second_one_on_the_same_port_is_refused_with_the_way_out(day: Day, tmp_path: Path) -> None:
    said = day.one.engine.refused(IMNI_HOME=str(tmp_path / "third"))
    assert f"port {day.one.engine.port} on 127.0.0.1 is in use" in said
    assert "IMNI_PORT=" in said
