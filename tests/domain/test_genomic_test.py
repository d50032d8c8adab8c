"""Which RecurIndex order is open and which result counts, whatever order the laboratory tells it in."""

from decimal import Decimal

import pytest

from domain.genomic_test import (
    disputed_order,
    next_attempt,
    open_order,
    order_key,
    results,
    standing_result,
    standing_scores,
)
from domain.protocol.editions import read_as
from domain.protocol.v2_0 import EDITION
from events.event import Event
from tests import facts
from tests.given import patient_with


@pytest.mark.parametrize(
    ("score", "risk"),
    [("0", "low"), ("43", "low"), ("44", "low"), ("44.0", "low"), ("44.1", "high"), ("45", "high"), ("100", "high")],
)
def test_a_score_of_44_or_less_is_low_risk(score: str, risk: str) -> None:
    assert EDITION.genomic.classify(Decimal(score)) == risk


@pytest.mark.parametrize(("score", "risk"), [("43.9", "low"), ("44", "high"), ("44.00", "high")])
def test_under_the_background_sections_reading_44_is_not_low(score: str, risk: str) -> None:
    assert read_as(EDITION, {"PQ-04": "<44"}).genomic.classify(Decimal(score)) == risk


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        ([], None),
        ([facts.result(40)], "40"),
        ([facts.result(40), facts.amended(46, "2")], "46"),
        ([facts.result(46, report_version="2"), facts.amended(40, "1")], "46"),
        ([facts.result(40, report_version="9"), facts.amended(46, "10")], "46"),
        ([facts.result(46, report_version="10"), facts.amended(40, "9")], "46"),
        ([facts.result(40, report_version="01"), facts.amended(46, "2")], "46"),
        ([facts.result(40), facts.result_withdrawn("1")], None),
        ([facts.result_withdrawn("1"), facts.result(40)], None),
        ([facts.result(40), facts.amended(46, "2"), facts.result_withdrawn("1")], "46"),
        ([facts.result(40), facts.amended(46, "2"), facts.result_withdrawn("2")], None),
        ([facts.result(40), facts.result_withdrawn("1"), facts.amended(46, "2")], "46"),
        ([facts.result(40), facts.result_withdrawn("2"), facts.result_withdrawn("1"), facts.amended(46, "2")], None),
        ([facts.result(40), facts.result(50, report_id="R-2")], "50"),
        ([facts.result(40), facts.result(50, report_id="R-2"), facts.amended(46, "2")], "50"),
        ([facts.result(40), facts.result(50, report_id="R-2"), facts.result_withdrawn(report_id="R-2")], "40"),
    ],
)
def test_versions_decide_which_result_counts_not_the_order_of_arrival(told: list[Event], stands: str | None) -> None:
    scores = standing_scores(patient_with(*told))
    assert (str(scores.value.score_18gene) if scores else None) == stands


def test_every_version_stays_on_record_in_the_order_it_came() -> None:
    told = (facts.result(46, report_version="2"), facts.amended(40, "1"), facts.result(50, report_id="R-2"))
    assert [str(result.event.score_18gene) for result in results(patient_with(*told))] == ["46", "40", "50"]


def test_an_order_is_open_until_its_result_or_its_end() -> None:
    assert open_order(patient_with(facts.screened())) is None
    placed = patient_with(facts.ordered())
    order = open_order(placed)
    assert order is not None
    assert order.event.order_key == order_key("RJ-0001", 1) == "recurindex/RJ-0001/1"
    assert open_order(patient_with(facts.ordered(), facts.result())) is None
    assert open_order(patient_with(facts.ordered(), facts.cancelled())) is None


def test_after_a_cancelled_order_the_next_one_has_its_own_number() -> None:
    assert next_attempt(patient_with(facts.ordered())) == 1
    again = patient_with(facts.ordered(), facts.cancelled(), facts.ordered(attempt=2))
    assert next_attempt(again) == 2
    order = open_order(again)
    assert order is not None
    assert order.event.order_key == "recurindex/RJ-0001/2"


def test_a_withdrawn_result_opens_its_order_again() -> None:
    patient = patient_with(facts.ordered(), facts.result(), facts.result_withdrawn())
    assert standing_result(patient) is None
    assert open_order(patient) is not None


def test_a_dispute_stands_until_the_order_is_found_or_cancelled() -> None:
    assert disputed_order(patient_with(facts.screened())) is None
    assert disputed_order(patient_with(facts.disputed())) is not None
    assert disputed_order(patient_with(facts.disputed(), facts.cancelled())) is None
    assert disputed_order(patient_with(facts.disputed(), facts.ordered())) is None
