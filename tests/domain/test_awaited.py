"""Decisions that wait for a person: they wait until they are answered, and move up the ladder when nobody does."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.awaited import Awaited, awaited_of_patient, awaited_of_trial, longest_overdue_first
from domain.decisions.conduct import AnswerQuery, OpenQuery, ReleaseWork
from events.event import Event
from events.genomics import GenomicResultReported
from tests import facts
from tests.given import edition_with, entry, given_trial, patient_with, trial_with

TODAY = date(2021, 3, 10)
ORDERED = (*facts.eligible(facts.consented_to_test(), without=[GenomicResultReported]), facts.ordered())
RESULT = "result/recurindex/RJ-0001/1"


def _waits(*events: Event, today: date = TODAY) -> Sequence[Awaited]:
    return awaited_of_patient(patient_with(*events), edition_with(), today)


@pytest.mark.parametrize(
    ("events", "answer", "form", "asked", "due"),
    [
        (
            facts.enrolled(facts.planned("2021-03-01")),
            facts.plan_reviewed("2021-03-02"),
            "record-plan-review",
            "radiation-oncologist",
            date(2021, 3, 2),
        ),
        (
            facts.enrolled(facts.recurrence("CHEST_WALL", on="2021-03-01")),
            facts.adjudicated(entry(12)),
            "record-adjudication",
            "adjudicator",
            date(2021, 3, 29),
        ),
        (facts.enrolled(facts.query()), facts.query_answered(), "answer-query", "coordinator", date(2021, 3, 15)),
        (
            (*ORDERED, facts.work_set_aside(RESULT)),
            facts.work_released(RESULT),
            "release-work",
            "coordinator",
            date(2021, 3, 2),
        ),
        (
            (
                *ORDERED,
                facts.cancelled(),
                facts.ordered("2020-12-15", attempt=2),
                facts.cancelled("2020-12-16", order_key="recurindex/RJ-0001/2"),
            ),
            facts.order_settled(),
            "settle-cancelled-order",
            "coordinator",
            date(2020, 12, 18),
        ),
    ],
    ids=["plan", "adjudication", "query", "release", "cancelled-order"],
)
def test_a_decision_waits_for_its_form_until_its_answer_is_in_the_log(
    events: tuple[Event, ...], answer: Event, form: str, asked: str, due: date
) -> None:
    (waiting,) = _waits(*events)
    assert (waiting.form, waiting.asked(waiting.since), waiting.due_on) == (form, asked, due)
    assert _waits(*events, answer) == ()


def test_what_is_not_answered_in_time_is_asked_of_the_next_person() -> None:
    (waiting,) = _waits(*facts.enrolled(facts.query()))
    days = (date(2021, 3, 15), date(2021, 3, 16), date(2021, 3, 22), date(2021, 3, 23))
    turns = [waiting.asked(day) for day in days]
    assert turns == ["coordinator", "investigator", "investigator", "principal-investigator"]


def test_nothing_is_adjudicated_of_who_was_never_randomised_nor_released_that_is_not_open() -> None:
    assert _waits(facts.screened(), facts.death("2021-01-02")) == ()
    assert _waits(facts.screened(), facts.work_set_aside(RESULT)) == ()


def test_a_finding_of_an_audit_is_a_query_to_the_trial_and_waits_like_one() -> None:
    finding = facts.query("A-1", "2021-03-01", question="Consent forms of June are not filed")
    ask = OpenQuery(occurred_on=finding.occurred_on, query_id="A-1", question=finding.question)
    given_trial().when(ask).then(finding)
    (waiting,) = awaited_of_trial(trial_with(finding), edition_with(), TODAY)
    assert (waiting.patient_id, waiting.form, waiting.known) == ("", "answer-query", {"query_id": "A-1"})
    answer = facts.query_answered("A-1")
    given_trial(finding).when(AnswerQuery(occurred_on=answer.occurred_on, query_id="A-1", answer=answer.answer)).then(
        answer
    )
    assert awaited_of_trial(trial_with(finding, answer), edition_with(), TODAY) == ()


def test_work_of_the_trial_that_was_set_aside_waits_too() -> None:
    aside, released = facts.work_set_aside("report/9"), facts.work_released("report/9")
    (waiting,) = awaited_of_trial(trial_with(aside), edition_with(), TODAY)
    assert (waiting.form, waiting.known) == ("release-work", {"key": "report/9"})
    given_trial(aside).when(ReleaseWork(occurred_on=released.occurred_on, key="report/9")).then(released)


def test_the_longest_overdue_comes_first() -> None:
    late = facts.enrolled(facts.planned("2021-03-01"), facts.query(), facts.recurrence("DISTANT", on="2021-03-01"))
    assert [each.form for each in longest_overdue_first(_waits(*late))] == [
        "record-plan-review",
        "answer-query",
        "record-adjudication",
    ]
