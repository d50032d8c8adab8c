"""Laboratory reports as they come: first, amended, old versions late, told twice, contradicting, unreadable."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.decisions.genomics import RecordGenomicResult, SetGenomicReportAside
from domain.rejections import Contradiction
from events.event import Event
from events.genomics import GenomicResultAmended, GenomicResultReported
from tests import facts
from tests.given import given, given_trial

ORDERED = (facts.screened(), facts.ordered())


def _told(report: GenomicResultReported | GenomicResultAmended) -> RecordGenomicResult:
    return RecordGenomicResult.model_validate(report.model_dump())


def test_a_first_report_is_a_result() -> None:
    given(*ORDERED).when(_told(facts.result(44))).then(facts.result(44))


def test_the_same_report_told_twice_says_nothing_new() -> None:
    given(*ORDERED, facts.result(44)).when(_told(facts.result(44, on="2020-12-30"))).then()


def test_a_score_written_with_more_digits_is_the_same_score() -> None:
    given(*ORDERED, facts.result("44")).when(_told(facts.result("44.0"))).then()


def test_a_new_version_amends_the_report() -> None:
    given(*ORDERED, facts.result(44)).when(_told(facts.amended(46))).then(facts.amended(46))
    given(*ORDERED, facts.result(44), facts.amended(46)).when(_told(facts.amended(46))).then()


def test_an_old_version_that_comes_late_is_kept_as_an_amendment() -> None:
    late = facts.amended(40, "1")
    given(*ORDERED, facts.result(46, report_version="2")).when(_told(late)).then(late)


def test_a_report_of_another_number_is_a_result_of_its_own() -> None:
    other = facts.result(30, report_id="R-2")
    given(*ORDERED, facts.result(44)).when(_told(other)).then(other)


@pytest.mark.parametrize(
    "change", [{"score_18gene": "46"}, {"ri_lr": "12"}, {"ri_dr": "12"}, {"class_reported": "high"}]
)
def test_one_version_cannot_say_two_things(change: dict[str, Any]) -> None:
    said = {**facts.result(44).model_dump(), **change}
    given(*ORDERED, facts.result(44)).when(RecordGenomicResult.model_validate(said)).then_rejected(
        Contradiction, field="report_version", mentions=["version 1 of report R-1", "new version"]
    )


def test_a_withdrawn_report_may_come_back_only_as_a_newer_version() -> None:
    withdrawn: tuple[Event, ...] = (*ORDERED, facts.result(44), facts.result_withdrawn("1"))
    given(*withdrawn).when(_told(facts.result(44))).then()
    given(*withdrawn).when(_told(facts.amended(40, "2"))).then(facts.amended(40, "2"))


@pytest.mark.parametrize("score", ["44", "44.0", 44, 44.0, " 44 "])
def test_a_score_is_read_from_a_number_or_its_digits(score: object) -> None:
    said = {"occurred_on": "2020-12-28", "report_id": "R-1", "score_18gene": score}
    assert RecordGenomicResult.model_validate(said).score_18gene == 44


@pytest.mark.parametrize("field", ["score_18gene", "ri_lr", "ri_dr"])
@pytest.mark.parametrize(
    "score", ["NaN", float("nan"), "Infinity", "-Infinity", -1, "-0.1", "100.1", 101, "44 approx.", "", "<44", "十"]
)
def test_what_is_no_score_is_refused_and_the_field_named(field: str, score: object) -> None:
    said = {"occurred_on": "2020-12-28", "report_id": "R-1", field: score}
    with pytest.raises(ValidationError) as refused:
        RecordGenomicResult.model_validate(said)
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_a_report_without_a_number_or_with_unknown_fields_is_refused() -> None:
    with pytest.raises(ValidationError, match="report_id"):
        RecordGenomicResult.model_validate({"occurred_on": "2020-12-28", "report_id": "  "})
    with pytest.raises(ValidationError, match="score"):
        RecordGenomicResult.model_validate({"occurred_on": "2020-12-28", "report_id": "R-1", "score": 44})


ASIDE = SetGenomicReportAside(
    occurred_on=facts.report_set_aside().occurred_on, report_id="R-9", problem="wrong patient"
)


def _asked(number: int, report: str = "R-9") -> Event:
    question = (
        f"Report {report} version 1 was set aside: wrong patient. "
        "Whose is it, and what becomes of it? Ask the laboratory."
    )
    return facts.query(on="2021-01-03", query_id=f"report/{number}", question=question)


def test_a_report_set_aside_asks_somebody_about_the_patient_or_about_the_trial() -> None:
    given(*ORDERED).when(ASIDE).then(facts.report_set_aside(), _asked(1))
    given_trial().when(ASIDE).then(facts.report_set_aside(), _asked(1))


def test_each_report_is_asked_about_under_a_number_of_its_own() -> None:
    earlier = (facts.report_set_aside(report_id="R-8"), _asked(1, "R-8"))
    given_trial(*earlier).when(ASIDE).then(facts.report_set_aside(), _asked(2))


def test_the_question_fits_however_long_the_problem_is() -> None:
    long = ASIDE.model_copy(update={"problem": "x" * 1000, "report_id": "R" * 200, "report_version": "9" * 50})
    aside = facts.report_set_aside(problem="x" * 1000, report_id="R" * 200, report_version="9" * 50)
    question = (
        f"Report {'R' * 200} version {'9' * 50} was set aside: {'x' * 600}. "
        "Whose is it, and what becomes of it? Ask the laboratory."
    )
    asked = facts.query(on="2021-01-03", query_id="report/1", question=question)
    given_trial().when(long).then(aside, asked)


def test_one_report_with_two_problems_is_a_contradiction() -> None:
    other = ASIDE.model_copy(update={"problem": "unreadable"})
    given_trial(facts.report_set_aside()).when(other).then_rejected(Contradiction, field="problem")
