"""The clocks of serious adverse events, on a frozen clock: when they start, escalate, run out, stop and run again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from domain.deviations import deviations
from domain.protocol.v2_0 import EDITION
from domain.serious_events import RunningClock, running_clocks
from domain.work_item import Work
from domain.worklist import worklist
from events.event import Event
from tests.facts import death, enrolled, lost, serious, serious_assessed, serious_reported, voided, withdrew
from tests.given import entry, patient_with

SHANGHAI = timezone(timedelta(hours=8))
AWARE = datetime(2021, 3, 12, 23, 50, tzinfo=SHANGHAI)
SAE = serious("2021-03-12", aware_at=AWARE)
FATAL = serious("2021-03-12", aware_at=AWARE, criteria=["DEATH"])
AFTER_ENROLMENT = len(enrolled()) + 1


def clocks(*events: Event) -> dict[str, RunningClock]:
    return {running.clock.id: running for running in running_clocks(patient_with(*enrolled(*events)), EDITION)}


def still_running(*events: Event) -> set[str]:
    return {name for name, running in clocks(*events).items() if running.met is None}


def test_the_first_clock_runs_out_on_the_instant() -> None:
    """Aware on 12 March 2021 at 23:50 in Shanghai: overdue on 13 March at 23:50, exactly."""
    running = clocks(SAE)["site-to-investigator"]
    due = datetime(2021, 3, 13, 23, 50, tzinfo=SHANGHAI)
    assert running.due_at == due
    assert not running.is_overdue(due - timedelta(microseconds=1))
    assert running.is_overdue(due)
    assert running.is_overdue(due.astimezone(UTC))


@pytest.mark.parametrize(("hours", "step"), [(0, 0), (11.99, 0), (12, 1), (19.99, 1), (20, 2), (23.99, 2), (24, 3)])
def test_it_escalates_step_by_step(hours: float, step: int) -> None:
    running, now = clocks(SAE)["site-to-investigator"], AWARE + timedelta(hours=hours)
    assert running.step(now) == step


@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        (["HOSPITALISATION"], {"site-to-investigator", "assessment", "ethics-related"}),
        (["LIFE_THREATENING"], {"site-to-investigator", "assessment", "ethics-fatal"}),
        (["DEATH", "HOSPITALISATION"], {"site-to-investigator", "assessment", "ethics-fatal"}),
        (["PREGNANCY"], {"site-to-investigator", "assessment"}),
    ],
)
def test_which_clocks_run(criteria: list[str], names: set[str]) -> None:
    assert set(clocks(serious(criteria=criteria))) == names


@pytest.mark.parametrize(
    ("name", "started", "limit"),
    [
        ("site-to-investigator", AWARE, timedelta(hours=24)),
        ("assessment", datetime(2021, 3, 12, 12, tzinfo=UTC), timedelta(hours=48)),
        ("ethics-fatal", AWARE, timedelta(days=7)),
    ],
)
def test_from_when_and_how_long(name: str, started: datetime, limit: timedelta) -> None:
    running = clocks(FATAL)[name]
    assert (running.started_at, running.due_at) == (started, started + limit)


def test_other_related_events_go_to_the_ethics_committee_in_15_days_unless_found_unrelated() -> None:
    assert clocks(SAE)["ethics-related"].due_at == AWARE + timedelta(days=15)
    assert "ethics-related" in clocks(SAE, serious_assessed(related="unknown"))
    assert "ethics-related" not in clocks(SAE, serious_assessed(related="no"))
    assert "ethics-fatal" in clocks(FATAL, serious_assessed(related="no"))


def test_the_complete_report_of_a_death_is_due_8_days_after_the_first() -> None:
    first = serious_reported("ethics-committee", "2021-03-15")
    running = clocks(FATAL, first)["ethics-follow-up"]
    assert running.started_at == datetime(2021, 3, 15, 12, tzinfo=UTC)
    assert running.due_at == running.started_at + timedelta(days=8)
    second = serious_reported("ethics-committee", "2021-03-20", kind="follow-up")
    assert "ethics-follow-up" not in still_running(FATAL, first, second)


def test_a_notice_entered_later_counts_from_the_end_of_its_own_day() -> None:
    events = enrolled(FATAL, serious_reported("ethics-committee", "2021-03-15"))
    patient = patient_with(*events, recorded=datetime(2021, 4, 1, tzinfo=UTC))
    (running,) = [running for running in running_clocks(patient, EDITION) if running.clock.id == "ethics-follow-up"]
    assert running.started_at == datetime(2021, 3, 16, tzinfo=SHANGHAI)


def test_what_stops_each_clock() -> None:
    assert "site-to-investigator" not in still_running(SAE, serious_reported())
    assert "assessment" not in still_running(SAE, serious_assessed("2021-03-13"))
    assert "ethics-related" not in still_running(SAE, serious_reported("ethics-committee", "2021-03-20"))
    told = clocks(SAE, serious_reported())["site-to-investigator"]
    assert (told.step(AWARE + timedelta(days=9)), told.is_overdue(AWARE + timedelta(days=9))) == (0, False)


def test_another_events_reports_stop_nothing() -> None:
    other = serious("2021-03-12", sae_id="SAE-2")
    elsewhere = (serious_reported(sae_id="SAE-2"), serious_assessed(sae_id="SAE-2"))
    patient = patient_with(*enrolled(SAE, other, *elsewhere))
    running = [found.clock.id for found in running_clocks(patient, EDITION) if not found.met]
    assert running == ["site-to-investigator", "assessment", "ethics-related", "ethics-related"]


class TestNoLongerSerious:
    DOWNGRADED = serious_assessed("2021-03-13", serious="no")
    SERIOUS_AGAIN = serious_assessed("2021-03-16", serious="yes")

    def test_every_clock_stops_and_the_history_stays(self) -> None:
        assert clocks(SAE, self.DOWNGRADED) == {}
        assert len(patient_with(*enrolled(SAE, self.DOWNGRADED)).history) == AFTER_ENROLMENT + 1

    def test_serious_again_the_clocks_run_from_the_first_awareness(self) -> None:
        assert clocks(SAE, self.DOWNGRADED, self.SERIOUS_AGAIN)["ethics-related"].started_at == AWARE

    def test_a_void_stops_them_too(self) -> None:
        assert clocks(SAE, voided(entry(AFTER_ENROLMENT))) == {}


class TestWork:
    def work(self, *events: Event, on: str = "2021-03-13") -> list[tuple[Work, date, str]]:
        items = worklist(patient_with(*enrolled(*events)), EDITION, date.fromisoformat(on))
        asked = {Work.REPORT_SERIOUS_EVENT, Work.ASSESS_SERIOUS_EVENT}
        return [(item.work, item.due_on, item.key.rpartition("/")[2]) for item in items if item.work in asked]

    def test_each_running_clock_is_somebodys_work(self) -> None:
        assert self.work(SAE) == [
            (Work.REPORT_SERIOUS_EVENT, date(2021, 3, 13), "site-to-investigator"),
            (Work.ASSESS_SERIOUS_EVENT, date(2021, 3, 14), "assessment"),
            (Work.REPORT_SERIOUS_EVENT, date(2021, 3, 27), "ethics-related"),
        ]

    @pytest.mark.parametrize("since", [death("2021-03-13"), lost("2021-03-13"), withdrew("DATA_USE", on="2021-03-13")])
    def test_whatever_became_of_the_patient(self, since: Event) -> None:
        assert len(self.work(SAE, since)) == 3

    def test_it_says_what_is_overdue(self) -> None:
        patient = patient_with(*enrolled(SAE))
        items = [item for item in worklist(patient, EDITION, date(2021, 3, 15)) if item.doer == "investigator"]
        wording = [item.wording for item in items if "SAE-1" in item.wording]
        assert wording[0] == "Report to the principal investigator: SAE-1 Pneumonitis, overdue since 2021-03-13"
        assert wording[2].endswith("SAE-1 Pneumonitis, due 2021-03-27 23:50, time of the site")

    def test_it_goes_with_the_entries_that_report_it_done(self) -> None:
        done = (serious_reported(), serious_assessed("2021-03-13"), serious_reported("ethics-committee", "2021-03-20"))
        assert self.work(SAE, *done) == []


def test_a_report_after_its_day_is_a_deviation() -> None:
    def found(*events: Event) -> list[str]:
        return [d.wording for d in deviations(patient_with(*enrolled(*events)), EDITION) if d.rule == "SAE"]

    assert found(SAE, serious_reported(on="2021-03-13")) == []
    assert found(SAE, serious_reported(on="2021-03-14")) == [
        "Report to the principal investigator: SAE-1 on 2021-03-14, due 2021-03-13"
    ]
    assert found(SAE, serious_reported(on="2021-03")) == []
