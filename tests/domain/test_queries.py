"""Queries until they are closed: how old they are, and the one that a contradictory risk class opens."""

from datetime import date

import pytest

from domain.decisions.corrections import CorrectEntry
from domain.decisions.genomics import RecordGenomicResult
from domain.decisions.randomisation import RandomisePatient
from domain.protocol.v2_0 import EDITION
from domain.queries import standing_queries
from domain.rejections import NotPermitted
from domain.work_item import Work
from domain.worklist import worklist
from events.conduct import QueryOpened
from events.consent import ConsentSigned
from events.event import Event
from events.genomics import GenomicResultReported
from tests import facts
from tests.given import entry, given, patient_with

ORDERED = (*facts.eligible(facts.consented_to_test(), without=[GenomicResultReported]), facts.ordered())
WRONG, RIGHT = facts.result(44, class_reported="high"), facts.amended(44, class_reported="low", on="2021-01-06")


def _told(event: GenomicResultReported) -> RecordGenomicResult:
    return RecordGenomicResult.model_validate_json(event.model_dump_json())


def _asked(number: int = 1, on: str = "2020-12-28", version: str = "1", score: int = 44) -> QueryOpened:
    question = f"Report R-1 version {version}: score {score} is low risk by the protocol, reported as high."
    return facts.query(f"risk-class/{number}", on, f"{question} Which is right?")


def test_a_class_that_contradicts_its_score_opens_a_query_once_and_bars_randomisation() -> None:
    given(*ORDERED).when(_told(WRONG)).then(WRONG, _asked())
    confirmed = (*ORDERED, WRONG, _asked(), facts.consented(), facts.eligibility_confirmed())
    asking = given(*confirmed).next_place(1).when(RandomisePatient(occurred_on=facts.day("2021-01-20")))
    asking.then_rejected(NotPermitted, field="class_reported")


def test_a_further_version_asks_nothing_while_the_query_stands_and_again_once_it_was_closed() -> None:
    again = facts.amended(43, "2", class_reported="high", on="2021-01-06")
    told = RecordGenomicResult.model_validate_json(again.model_dump_json())
    given(*ORDERED, WRONG, _asked()).when(told).then(again)
    closed = facts.query_closed("risk-class/1", "2021-01-05")
    given(*ORDERED, WRONG, _asked(), closed).when(told).then(again, _asked(2, "2021-01-06", "2", 43))


@pytest.mark.parametrize(
    "report",
    [facts.result(44, class_reported="low"), facts.result(46, class_reported="high"), facts.result(44), None],
)
def test_a_class_that_agrees_or_is_not_given_asks_nothing(report: GenomicResultReported | None) -> None:
    told = report or facts.result(score_18gene=None, ri_lr="20", class_reported="high")
    given(*ORDERED).when(_told(told)).then(told)


def test_an_old_version_that_arrives_late_asks_nothing() -> None:
    newer = facts.result(44, report_version="2", class_reported="low")
    late = _told(facts.result(44, class_reported="high"))
    (happened,) = given(*ORDERED, newer).when(late).decide((*ORDERED, newer))
    assert not isinstance(happened, QueryOpened)


def test_a_correction_that_sets_class_against_score_opens_it_too() -> None:
    history = (*ORDERED, facts.result(44, class_reported="low"))
    wrong = facts.result(44, class_reported="high").model_dump(mode="json", exclude_none=True)
    correction = CorrectEntry(
        occurred_on=facts.day("2021-01-06"), target=entry(len(history)), replacement=wrong, reason="misread"
    )
    happened = given(*history).when(correction).decide(history)
    assert happened[1:] == [_asked(on="2021-01-06")]


def _work(*events: Event, on: str = "2021-01-06") -> list[tuple[Work, str]]:
    items = worklist(patient_with(*events), EDITION, date.fromisoformat(on))
    return [(item.work, item.subject) for item in items if item.work in {Work.SETTLE_RISK_CLASS, Work.ANSWER_QUERY}]


def test_the_class_is_settled_first_and_its_query_answered_then() -> None:
    before = tuple(event for event in ORDERED if not isinstance(event, ConsentSigned) or event.kind != "TRIAL")
    assert _work(*before, WRONG, _asked()) == [(Work.SETTLE_RISK_CLASS, "R-1")]
    assert _work(*before, WRONG, _asked(), RIGHT) == [(Work.ANSWER_QUERY, "risk-class/1")]


def test_a_query_ages_until_it_is_closed() -> None:
    asked = patient_with(*facts.enrolled(facts.query(), facts.query("Q-2", "2021-03-20"), facts.query_answered()))
    first, second = standing_queries(asked)
    assert (first.query_id, first.answer is not None) == ("Q-1", True)
    assert (second.query_id, second.answer) == ("Q-2", None)
    assert [query.days_open(date(2021, 3, 31)) for query in (first, second)] == [30, 11]
    assert [query.is_aged(EDITION, date(2021, 3, 31)) for query in (first, second)] == [True, False]
    assert str(first.answer_due(EDITION)) == "2021-03-15"
    assert standing_queries(patient_with(*facts.enrolled(facts.query(), facts.query_closed()))) == ()
