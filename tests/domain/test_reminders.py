"""Reminders beside visits: who is asked for what on which day, who is asked next, and when nobody is written to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

import pytest

from domain.cone_beam import cone_beam_due, next_fraction
from domain.protocol.reminder_steps import Asked, QuietHours
from domain.protocol.v2_0 import EDITION
from domain.ready import ready
from domain.work_item import Work, WorkItem
from domain.worklist import engine_worklist, next_look_on
from events.event import Event
from events.genomics import GenomicResultReported
from events.radiotherapy import Phase
from tests.amendment import amended
from tests.facts import (
    completed,
    consented_to_test,
    death,
    eligible,
    enrolled,
    fraction,
    fractions,
    lost,
    ordered,
    plan_reviewed,
    planned,
    query,
    query_answered,
    reminded,
    scheduled,
    serious,
    serious_assessed,
    serious_reported,
    started,
    work_set_aside,
)
from tests.given import patient_with
from tests.schedules import TABLE_1

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
QUIET = EDITION.reminders.quiet_hours
PLANNED = enrolled(planned())
TREATED = (*PLANNED, plan_reviewed(), started())
WAITING = (*eligible(consented_to_test(), without=[GenomicResultReported]), ordered())
AFTER_ENROLMENT = len(enrolled()) + 1


def reminders(*events: Event, on: str) -> list[WorkItem]:
    items = engine_worklist(patient_with(*events), EDITION, date.fromisoformat(on))
    return [item for item in items if item.work is Work.SEND_REMINDER]


def asked(*events: Event, on: str) -> list[tuple[str, Asked]]:
    return [(item.subject, item.note.asked) for item in reminders(*events, on=on) if item.note]


def sent(item: WorkItem) -> Event:
    """What is on record when a reminder went out."""
    assert item.note is not None
    return reminded(item.key, item.note.subject, item.note.step, item.due_on.isoformat())


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2021-01-20", ("plan-review/request", "radiation-oncologist")),
        ("2021-01-21", ("plan-review/request", "radiation-oncologist")),
        ("2021-01-22", ("plan-review/investigator", "investigator")),
        ("2021-01-29", ("plan-review/principal-investigator", "principal-investigator")),
        ("2021-06-01", ("plan-review/principal-investigator", "principal-investigator")),
    ],
)
def test_each_day_the_person_whose_turn_it_is_is_asked(on: str, expected: tuple[str, Asked]) -> None:
    assert asked(*PLANNED, on=on) == [expected]


def test_each_step_goes_out_once_and_the_ladder_ends() -> None:
    told, steps = PLANNED, list[str]()
    for day in range(40):
        for item in reminders(*told, on=(date(2021, 1, 20) + timedelta(days=day)).isoformat()):
            steps.append(item.subject)
            told = (*told, sent(item))
    assert steps == ["plan-review/request", "plan-review/investigator", "plan-review/principal-investigator"]


def test_what_is_done_asks_nobody() -> None:
    accepted = asked(*PLANNED, plan_reviewed(), started(), fraction(1), on="2021-02-01")
    assert not [subject for subject, _ in accepted if subject.startswith("plan-review")]
    assert asked(*enrolled(query(), query_answered()), on="2021-06-01") == []


def test_a_query_names_itself_in_both_languages() -> None:
    (item,) = reminders(*enrolled(query(on="2021-03-01")), on="2021-03-02")
    assert item.note is not None
    assert item.note.words.english == "Query Q-1 of 2021-03-01 waits for its answer."
    assert item.note.words.chinese == "2021-03-01 的质疑 Q-1 等待答复。"


def test_work_set_aside_asks_until_it_is_released_but_of_reminders_nobody_is_reminded() -> None:
    treated = enrolled(completed())
    schedule = work_set_aside("follow-up/RJ-0001/2021-02-19/1", "2021-03-01")
    assert asked(*treated, schedule, on="2021-03-01") == [("set-aside/request", "coordinator")]
    assert asked(*treated, work_set_aside("reminder/RJ-0001/x", "2021-03-01"), on="2021-03-01") == []


class TestConeBeam:
    """Protocol: Treatment verification."""

    @pytest.mark.parametrize(
        ("given", "due"),
        [
            ((), True),
            ((fraction(1),), False),
            ((fraction(1, cbct="no"),), True),
            ((fraction(1), fraction(2), fraction(3)), False),
            ((*(fraction(n) for n in (1, 2, 3)), fraction(4, cbct="no")), False),
            ((*(fraction(n) for n in range(1, 6)), *(fraction(n, cbct="no") for n in (6, 7, 8, 9))), True),
            ((*(fraction(n) for n in range(1, 7)), *(fraction(n, cbct="no") for n in (7, 8, 9))), False),
            (tuple(fraction(n) for n in range(1, 16)), False),
        ],
        ids=["first", "second", "second-after-none", "fourth", "fifth", "week-without", "week-with", "all-given"],
    )
    def test_it_is_asked_for_before_the_fraction_that_needs_it(self, given: tuple[Event, ...], due: bool) -> None:
        subjects = [item.subject for item in reminders(*TREATED, *given, on="2021-02-01")]
        assert ("cone-beam/due" in subjects) is due


class TestClocks:
    """Each clock tells on its instant, day or night, whatever became of the patient."""

    SAE = serious("2021-03-12", aware_at=datetime(2021, 3, 12, 23, 50, tzinfo=SHANGHAI))

    def going_out(self, *events: Event, at: datetime) -> dict[str, Asked]:
        items = ready(reminders(*enrolled(*events), on=at.date().isoformat()), at, QUIET)
        return {item.subject: item.note.asked for item in items if item.note}

    @pytest.mark.parametrize(
        ("at", "step", "who"),
        [
            (datetime(2021, 3, 12, 23, 50, tzinfo=SHANGHAI), 0, "investigator"),
            (datetime(2021, 3, 13, 11, 49, tzinfo=SHANGHAI), 0, "investigator"),
            (datetime(2021, 3, 13, 11, 50, tzinfo=SHANGHAI), 1, "investigator"),
            (datetime(2021, 3, 13, 23, 49, tzinfo=SHANGHAI), 2, "investigator"),
            (datetime(2021, 3, 13, 23, 50, tzinfo=SHANGHAI), 3, "principal-investigator"),
            (datetime(2021, 3, 14, 3, 0, tzinfo=SHANGHAI), 3, "principal-investigator"),
        ],
    )
    def test_it_tells_on_its_instant_even_at_night(self, at: datetime, step: int, who: Asked) -> None:
        going_out = self.going_out(self.SAE, at=at)
        of_the_clock = {key: to for key, to in going_out.items() if "site-to-investigator" in key}
        assert of_the_clock == {f"serious-event/site-to-investigator-{step}": who}

    def test_before_its_instant_nothing_goes_out(self) -> None:
        assert self.going_out(self.SAE, at=datetime(2021, 3, 12, 23, 49, tzinfo=SHANGHAI)).keys() <= {
            "serious-event/assessment-0"
        }

    def test_a_clock_that_has_stopped_tells_nobody(self) -> None:
        stopped = (
            serious_reported(on="2021-03-13"),
            serious_reported("ethics-committee", "2021-03-13"),
            serious_assessed("2021-03-13"),
        )
        assert self.going_out(self.SAE, *stopped, at=datetime(2021, 4, 30, 12, tzinfo=SHANGHAI)) == {}

    def test_who_is_lost_still_has_her_clocks(self) -> None:
        going_out = self.going_out(self.SAE, lost("2021-03-13"), at=datetime(2021, 3, 14, 12, tzinfo=SHANGHAI))
        assert "serious-event/site-to-investigator-3" in going_out

    def test_one_that_went_out_is_not_followed_by_an_older_one(self) -> None:
        items = reminders(*enrolled(self.SAE), on="2021-03-13")
        third = next(item for item in items if item.subject == "serious-event/site-to-investigator-2")
        left = reminders(*enrolled(self.SAE, sent(third)), on="2021-03-13")
        assert [item.subject for item in left if "site-to" in item.subject] == ["serious-event/site-to-investigator-3"]


class TestQuietHours:
    def test_at_night_a_reminder_waits_for_the_morning(self) -> None:
        (item,) = reminders(*PLANNED, on="2021-01-20")
        going_out = {
            hour: bool(ready([item], datetime(2021, 1, 20, hour, tzinfo=SHANGHAI), QUIET)) for hour in range(24)
        }
        assert [hour for hour, goes in going_out.items() if goes] == list(range(7, 21))

    def test_orders_and_results_do_not_wait(self) -> None:
        entering = eligible(consented_to_test(), without=[GenomicResultReported])
        items = engine_worklist(patient_with(*entering), EDITION, date(2020, 12, 12))
        assert [item.work for item in items] == [Work.ORDER_GENOMIC_TEST]
        assert ready(items, datetime(2020, 12, 12, 3, tzinfo=SHANGHAI), QUIET) == items

    def test_they_run_over_midnight(self) -> None:
        quiet = QuietHours(time(21), time(7))
        assert [quiet.hold(time(hour)) for hour in (20, 21, 0, 6, 7)] == [False, True, True, True, False]


@pytest.mark.parametrize(
    "events",
    [
        PLANNED,
        enrolled(completed(), scheduled(*TABLE_1), query()),
        enrolled(completed(), scheduled(*TABLE_1), death("2021-07-01")),
        enrolled(serious(), lost("2021-03-02")),
        enrolled(query(on="2021-07-01"), lost("2021-07-02")),
    ],
    ids=["plan", "query", "death", "serious", "query-of-the-lost"],
)
def test_every_day_that_opens_a_reminder_is_looked_at(events: tuple[Event, ...]) -> None:
    """Sent at once, day by day: no reminder may open on a day that nobody would have looked."""
    told, look = events, date(2021, 7, 2)
    for day in (date(2021, 7, 2) + timedelta(days=n) for n in range(400)):
        items = reminders(*told, on=day.isoformat())
        assert not items or look <= day, f"{items[0].subject} opened on {day}, next look on {look}"
        told = (*told, *map(sent, items))
        if not engine_worklist(patient_with(*told), EDITION, day):
            look = next_look_on(patient_with(*told), EDITION, day) or date.max
        else:
            look = day + timedelta(days=1)


def test_no_reminder_identifies_anybody_beyond_her_pseudonym() -> None:
    events = enrolled(completed(), scheduled(*TABLE_1), query(question="Is Zhang Min's telephone 138 0000 0000?"))
    for item in reminders(*events, on="2021-04-10"):
        assert item.note is not None
        told = f"{item.key} {item.wording} {item.note.words} {item.note.title}"
        assert "Zhang" not in told
        assert "138" not in told


def test_an_outcome_waits_for_its_adjudicator_then_for_the_investigators() -> None:
    died = enrolled(death("2021-07-01"))
    found = {asked(*died, on=on)[0][1] for on in ("2021-07-01", "2021-07-30", "2021-08-06")}
    assert found == {"adjudicator", "investigator", "principal-investigator"}
    assert (
        reminders(*died, on="2021-07-01")[0].key
        == f"reminder/RJ-0001/adjudication/{AFTER_ENROLMENT - 1}/2021-07-01/request"
    )


def test_a_late_result_is_chased() -> None:
    late = date(2020, 12, 11) + timedelta(days=EDITION.result_expected_days)
    assert asked(*WAITING, on=late.isoformat()) == []
    assert asked(*WAITING, on=(late + timedelta(days=1)).isoformat()) == [("laboratory/chase", "coordinator")]


class TestWhatComesNext:
    """The fraction that comes next, through the main phase and the boost."""

    WITH_BOOST = enrolled(planned(boost="yes"), plan_reviewed(), started())

    @pytest.mark.parametrize(
        ("main", "boost", "coming"),
        [(14, 0, (Phase.MAIN, 15)), (15, 0, (Phase.BOOST, 1)), (15, 3, (Phase.BOOST, 4)), (15, 4, None)],
    )
    def test_the_boost_follows_the_main_phase(self, main: int, boost: int, coming: tuple[Phase, int] | None) -> None:
        given = (*fractions(main), *(fraction(n, "2021-02-22", phase="BOOST") for n in range(1, boost + 1)))
        found = next_fraction(patient_with(*self.WITH_BOOST, *given), EDITION)
        assert (found and (found.phase, found.number)) == coming

    def test_without_a_plan_nothing_comes(self) -> None:
        assert cone_beam_due(patient_with(*enrolled()), EDITION) is None


def test_consent_to_an_amendment_is_asked_for_from_the_day_it_came_into_force() -> None:
    later = replace(amended(), activated_on=date(2021, 6, 1), supersedes=EDITION)
    items = engine_worklist(patient_with(*enrolled()), later, date(2021, 6, 15))
    assert [item.subject for item in items] == ["reconsent/investigator"]
