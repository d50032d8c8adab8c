"""What holds for the worklist of every patient, whatever has happened to her and in whatever order it was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.visit_windows import grows_after
from domain.work_item import ENGINE_WORK, Work
from domain.worklist import engine_worklist, next_look_on, worklist
from events.event import Event
from events.genomics import GenomicResultReported
from events.outcomes import DeathReported
from events.screening import MedicalHistoryRecorded
from tests.facts import (
    amended,
    cancelled,
    completed,
    consented,
    consented_to_test,
    contact,
    death,
    disputed,
    eligibility_confirmed,
    eligible,
    enrolled,
    fractions,
    lost,
    never_started,
    ordered,
    pathology,
    plan_reviewed,
    planned,
    query,
    query_answered,
    randomised,
    recurrence,
    reminded,
    result,
    result_withdrawn,
    returned,
    scheduled,
    screening_failed,
    serious,
    serious_assessed,
    serious_reported,
    started,
    stopped_early,
    taken_over,
    visit,
    visit_missed,
    withdrew,
    work_released,
    work_set_aside,
)
from tests.given import edition_with, patient_with
from tests.schedules import TABLE_1

_REMINDER = "reminder/RJ-0001/6m/2021-08-19/open"
LIVES: tuple[Event, ...] = (
    *eligible(),
    consented_to_test(),
    pathology("2020-11-28", margin="POSITIVE"),
    eligibility_confirmed(),
    screening_failed("IC08"),
    ordered(),
    ordered("2020-12-15", attempt=2),
    disputed(),
    cancelled(),
    amended(46),
    amended(43, "3", class_reported="high"),
    result_withdrawn(),
    randomised(),
    taken_over(),
    planned(),
    started(),
    *fractions(3),
    completed(),
    stopped_early(),
    never_started(),
    scheduled(*TABLE_1),
    visit("4w", "2021-03-19"),
    visit_missed("6m", "2021-09-18"),
    reminded(_REMINDER),
    contact("2021-06-01"),
    recurrence(on="2021-07-01"),
    query(),
    query_answered(),
    work_set_aside("result/recurindex/RJ-0001/1"),
    work_set_aside(_REMINDER),
    work_released(_REMINDER),
    withdrew("TREATMENT"),
    withdrew("VISITS", on="2021-05-01"),
    withdrew("DATA_USE", on="2021-05-02"),
    lost("2021-04-01"),
    returned("2021-04-20"),
    death("2021-09-01"),
)
histories = st.lists(st.sampled_from(LIVES), unique_by=id, max_size=len(LIVES))
days = st.dates(date(2020, 12, 1), date(2026, 12, 31))


@settings(max_examples=200, deadline=None)
@given(histories, days)
def test_a_worklist_is_deterministic_sorted_and_free_of_doubles(history: list[Event], today: date) -> None:
    items = worklist(patient_with(*history), EDITION, today)
    assert items == worklist(patient_with(*history), EDITION, today)
    assert list(items) == sorted(items, key=lambda item: (item.due_on, item.key))
    assert len({item.key for item in items}) == len(items)


@settings(max_examples=200, deadline=None)
@given(histories, days)
def test_the_engine_does_what_is_on_the_worklist_and_for_the_dead_only_reminds_of_what_outlives_her(
    history: list[Event], today: date
) -> None:
    patient = patient_with(*history)
    of_the_engine = engine_worklist(patient, EDITION, today)
    assert set(of_the_engine) <= set(worklist(patient, EDITION, today))
    assert {item.work for item in of_the_engine} <= ENGINE_WORK
    if any(isinstance(event, DeathReported) for event in history):
        subjects = {item.note.subject if item.note else item.work for item in of_the_engine}
        assert subjects <= {"adjudication", "serious-event", "query"}


@settings(max_examples=200, deadline=None)
@given(histories, days)
def test_nothing_but_a_superseded_reminder_goes_by_itself(history: list[Event], today: date) -> None:
    patient = patient_with(*history)
    before = engine_worklist(patient, EDITION, today)
    after = {item.key for item in engine_worklist(patient, EDITION, today + timedelta(days=1))}
    gone = [item for item in before if item.key not in after]
    assert {item.work for item in gone} <= {Work.SEND_REMINDER}


@settings(max_examples=200, deadline=None)
@given(histories, days, st.integers(1, 400))
def test_who_is_owed_nothing_is_owed_nothing_before_her_next_day(history: list[Event], today: date, later: int) -> None:
    patient = patient_with(*history)
    if engine_worklist(patient, EDITION, today):
        return
    next_day = next_look_on(patient, EDITION, today)
    assert next_day is None or next_day > today
    on = today + timedelta(days=later)
    if next_day is None or on < next_day:
        assert engine_worklist(patient, EDITION, on) == ()


def test_the_next_day_of_a_followed_patient_is_that_of_her_next_reminder() -> None:
    patient = patient_with(*_FOLLOWED)
    assert next_look_on(patient, EDITION, date(2021, 2, 20)) == date(2021, 2, 26)
    assert [item.work for item in engine_worklist(patient, EDITION, date(2021, 2, 26))] == [Work.SEND_REMINDER]


@pytest.mark.parametrize("more", [(), (withdrew("VISITS", on="2021-03-01"),)])
def test_she_is_looked_at_on_the_day_a_yearly_visit_joins_her_schedule(more: tuple[Event, ...]) -> None:
    patient = patient_with(*enrolled(completed(), scheduled(*TABLE_1), *more))
    first = next(day for day in _days_from(date(2022, 1, 1)) if _to_schedule(patient, day))
    day = first - timedelta(days=20)
    while day < first and not engine_worklist(patient, EDITION, day):
        day = next_look_on(patient, EDITION, day) or date.max
    assert day <= first


def test_where_follow_up_ends_nobody_is_looked_at_for_ever() -> None:
    ends = edition_with({"PQ-21": "ends-at-5-years"})
    assert next_look_on(patient_with(*_FOLLOWED), ends, date(2040, 1, 1)) is None
    assert next_look_on(patient_with(*enrolled()), EDITION, date(2021, 3, 1)) is None


def test_each_yearly_visit_joins_a_year_after_the_one_before() -> None:
    patient = patient_with(*enrolled(completed()))
    first = grows_after(patient, EDITION, date(2022, 1, 1))
    assert first is not None
    second = grows_after(patient, EDITION, first + timedelta(days=30))
    assert second is not None
    assert (second - first).days in (365, 366)


def _days_from(first: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in count())


def _to_schedule(patient: Patient, today: date) -> bool:
    return any(item.work is Work.SCHEDULE_FOLLOW_UP for item in engine_worklist(patient, EDITION, today))


_READY = eligible(consented_to_test(), without=[GenomicResultReported])
_FOLLOWED = enrolled(completed(), scheduled(*TABLE_1))
ONE_LIFE_FOR_EACH: dict[Work, tuple[tuple[Event, ...], str]] = {
    Work.ORDER_GENOMIC_TEST: (_READY, "2020-12-10"),
    Work.COLLECT_GENOMIC_RESULT: ((*_READY, ordered()), "2020-12-11"),
    Work.SCHEDULE_FOLLOW_UP: (enrolled(completed()), "2021-02-19"),
    Work.SEND_REMINDER: (_FOLLOWED, "2021-02-26"),
    Work.COMPLETE_SCREENING: (eligible(without=[MedicalHistoryRecorded]), "2020-12-10"),
    Work.OBTAIN_CONSENT: (eligible(consented_to_test()), "2020-12-28"),
    Work.SETTLE_ORDER: ((*_READY, disputed()), "2020-12-11"),
    Work.SETTLE_CANCELLED_ORDER: (
        (*_READY, cancelled(), cancelled("2020-12-16", order_key="recurindex/RJ-0001/2")),
        "2020-12-16",
    ),
    Work.SETTLE_RISK_CLASS: (eligible(result(44, class_reported="high")), "2021-01-05"),
    Work.CONFIRM_ELIGIBILITY: (eligible(consented()), "2021-01-05"),
    Work.RANDOMISE: ((*eligible(), eligibility_confirmed()), "2021-01-08"),
    Work.PLAN_RADIOTHERAPY: (enrolled(), "2021-01-10"),
    Work.REVIEW_PLAN: (enrolled(planned()), "2021-01-20"),
    Work.DELIVER_FRACTION: (enrolled(planned(), plan_reviewed()), "2021-01-20"),
    Work.RECORD_TREATMENT_END: (enrolled(planned(), *fractions(15)), "2021-02-19"),
    Work.SEE_PATIENT: (_FOLLOWED, "2021-03-12"),
    Work.REPORT_SERIOUS_EVENT: (
        enrolled(serious(), serious_assessed(), serious_reported("ethics-committee")),
        "2021-03-01",
    ),
    Work.ASSESS_SERIOUS_EVENT: (enrolled(serious(), death("2021-03-01")), "2021-03-01"),
    Work.ANSWER_QUERY: ((*_FOLLOWED, query()), "2021-03-01"),
    Work.ADJUDICATE_OUTCOME: (enrolled(death("2021-03-01")), "2021-03-01"),
    Work.RELEASE_WORK: ((*_READY, ordered(), work_set_aside("result/recurindex/RJ-0001/1")), "2021-03-01"),
}


@pytest.mark.parametrize("work", Work)
def test_every_kind_of_work_comes_up_in_some_life_and_says_who_does_it(work: Work) -> None:
    events, on = ONE_LIFE_FOR_EACH[work]
    items = worklist(patient_with(*events), EDITION, date.fromisoformat(on))
    (item,) = [item for item in items if item.work is work]
    assert (item.doer == "engine") == (work in ENGINE_WORK)
    assert item.wording
