"""The register of protocol questions: complete, and each wired one changes the rule it names and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.decisions.conduct import ChooseReading
from domain.deviations import deviations
from domain.eligibility import weigh_all
from domain.endpoints import ENDPOINTS
from domain.occurrences import Kind
from domain.protocol.edition import Edition
from domain.protocol.readings import BY_ID, QUESTIONS, behind, footnote
from domain.protocol.v2_0 import EDITION
from domain.rejections import NotPermitted
from domain.visit_windows import Anchor, set_out
from events.event import Event
from events.follow_up import Assessment
from tests import facts
from tests.given import edition_with, given_trial, patient_with

REGISTER = (
    "PQ-01 PQ-02 PQ-03 PQ-04 PQ-05 PQ-06 PQ-07 PQ-08 PQ-09 PQ-10 PQ-11 PQ-12 PQ-13 PQ-14 PQ-15 PQ-16 PQ-17 PQ-18 PQ-19 "
    "PQ-20 PQ-21 PQ-22 PQ-23 PQ-24 PQ-25 PQ-26 PQ-27 PQ-28 PQ-29 PQ-30 PQ-31 PQ-32 PQ-33 PQ-34 PQ-35 PQ-36 PQ-37 PQ-38 "
    "PQ-39 PQ-40 PQ-41 PQ-42 PQ-43"
)
SEVERITY_A = (
    "PQ-01 PQ-02 PQ-03 PQ-04 PQ-05 PQ-06 PQ-07 PQ-08 PQ-09 PQ-10 PQ-11 PQ-12 PQ-13 PQ-14 PQ-17 PQ-29 PQ-35 PQ-44 PQ-45"
)
SEVERITY_C = "PQ-16 PQ-20 PQ-39 PQ-40 PQ-43"
END = Anchor("radiotherapy-completed", facts.day(facts.RADIOTHERAPY_END).earliest)


def _passes(criterion: str, *history: Event) -> Callable[[Edition], Any]:
    def seen(edition: Edition) -> bool | None:
        patient = patient_with(*facts.eligible(*history))
        verdicts = weigh_all(patient, edition, facts.day(facts.TRIAL_CONSENT).earliest)
        return next(verdict.finding.passes for verdict in verdicts if verdict.criterion.id == criterion)

    return seen


def _visits(edition: Edition) -> str:
    return " ".join(visit.visit for visit in set_out(END, edition))


def _visits_with_toxicity(edition: Edition) -> int:
    columns = (edition.weekly, *(visit.assessments for visit in set_out(END, edition)))
    return sum(Assessment.TOXICITY in column for column in columns)


def _rules_departed_from(*life: Event) -> Callable[[Edition], Any]:
    return lambda edition: {
        each.rule for each in deviations(patient_with(*facts.enrolled(*life)), edition) if each.rule == "SHIFT"
    }


def _role(endpoint: str, kind: str) -> Callable[[Edition], Any]:
    return lambda edition: ENDPOINTS[endpoint].role(Kind(kind), edition)


_EARLIER_BREAST = facts.history(prior_malignancies=[{"kind": "BREAST", "diagnosed_on": "2019-05-01"}])
_CHEMOTHERAPY = (
    facts.surgery("2020-08-01"),
    facts.timing(adjuvant_chemotherapy="yes", last_chemotherapy_on="2020-12-20", radiotherapy_planned_for="2021-02-01"),
)
_TABLE = "4w 6m 12m 18m 2y 3y 4y 5y"

WIRED: dict[tuple[str, str], tuple[Callable[[Edition], Any], Any, Any]] = {
    ("PQ-01", "either"): (_passes("EC12", *_CHEMOTHERAPY), True, False),
    ("PQ-02", "ignore"): (_passes("DR01", facts.pathology(pt="T3")), False, True),
    ("PQ-03", ">2"): (_passes("IC04"), True, False),
    ("PQ-04", "<44"): (_passes("DR02"), True, False),
    ("PQ-11", "survival"): (_role("LRRFS", "DEATH_OTHER"), "competing", "event"),
    ("PQ-12", "dcis-counts"): (_role("EFS", "DCIS"), None, "event"),
    ("PQ-14", "earlier-breast-cancer-excludes"): (_passes("EC06", _EARLIER_BREAST), True, False),
    ("PQ-16", "drop"): (_passes("EC11", facts.staging(unresectable="yes")), False, True),
    ("PQ-17", "both"): (_passes("IC06", facts.performance(ecog=2, karnofsky=60)), True, False),
    ("PQ-18", "quarterly-within-2-years"): (_visits, _TABLE, "4w 3m 6m 9m 12m 15m 18m 21m 2y 3y 4y 5y"),
    ("PQ-19", "with-30-42-54-months"): (_visits, _TABLE, "4w 6m 12m 18m 2y 30m 3y 42m 4y 54m 5y"),
    ("PQ-22", "table-only"): (_visits_with_toxicity, 9, 0),
    ("PQ-32", ">=5mm-any-axis"): (_rules_departed_from(facts.fraction(shift_mm="5.0")), set(), {"SHIFT"}),
    ("PQ-35", "unknown-is-breast-cancer"): (_role("EFS", "DEATH_UNKNOWN"), "competing", "event"),
    ("PQ-44", "later-recurrence-counts"): (_role("LRRFS", "DISTANT"), "competing", None),
    ("PQ-45", "pn1mi-not-eligible"): (_passes("IC03", facts.pathology(pn="pN1mi")), True, False),
}


def test_every_question_of_the_register_is_there_and_the_engines_own_come_after() -> None:
    assert [question.id for question in QUESTIONS] == [*REGISTER.split(), "PQ-44", "PQ-45"]


def test_severities_are_those_of_the_register() -> None:
    assert [q.id for q in QUESTIONS if q.severity == "A"] == SEVERITY_A.split()
    assert [q.id for q in QUESTIONS if q.severity == "C"] == SEVERITY_C.split()


@pytest.mark.parametrize(("reading", "case"), WIRED.items(), ids=map(" ".join, WIRED))
def test_a_reading_changes_the_rule_it_names(
    reading: tuple[str, str], case: tuple[Callable[[Edition], Any], Any, Any]
) -> None:
    question, option = reading
    seen, by_default, otherwise = case
    assert seen(EDITION) == by_default
    assert seen(edition_with({question: option})) == otherwise


def test_the_first_visit_may_come_a_calendar_month_after_radiotherapy() -> None:
    """PQ-20: 28 days and one month part ways where the month is not February."""
    end = Anchor("radiotherapy-completed", facts.day("2021-03-31").earliest)
    assert str(set_out(end, EDITION)[0].target) == "2021-04-28"
    assert str(set_out(end, edition_with({"PQ-20": "1-month"}))[0].target) == "2021-04-30"


def test_every_wired_question_is_tried() -> None:
    """Here, among the visits, or where its rule is: of care, of analysis, of how results are worded."""
    elsewhere = "PQ-05 PQ-06 PQ-07 PQ-08 PQ-09 PQ-10 PQ-13 PQ-20 PQ-21 PQ-23 PQ-26 PQ-29 PQ-31 PQ-36 PQ-42"
    assert {question.id for question in QUESTIONS if question.is_wired} == {q for q, _ in WIRED} | {*elsewhere.split()}


def test_a_question_that_cannot_be_answered_otherwise_says_why_and_none_of_severity_a_is_one() -> None:
    fixed = [question for question in QUESTIONS if not question.is_wired]
    assert all(bool(question.no_rule) != bool(question.only_default) for question in fixed)
    assert all(question.followed == (question.default,) and question.why_not for question in fixed)
    assert {question.severity for question in fixed} == {"B", "C"}
    assert BY_ID["PQ-28"].why_not == "no rule of the engine depends on it: the phase is wording of the registration"
    assert BY_ID["PQ-04"].why_not == ""


CANNOT_BE_CHOSEN = {
    "PQ-15": "at-most-a-month",
    "PQ-24": "both-sides",
    "PQ-25": "simple-uncommitted",
    "PQ-27": "assume-first-patient",
    "PQ-28": "phase-ii",
    "PQ-30": "unstated",
    "PQ-33": "consented",
    "PQ-34": "CTCAE-only",
    "PQ-37": "board-decides",
    "PQ-38": "eligible",
    "PQ-39": "28-gene-score",
    "PQ-40": "by-context",
    "PQ-41": "compared",
    "PQ-43": "as-printed",
}
"""The readings no rule of the engine can follow."""


@pytest.mark.parametrize(("question", "option"), CANNOT_BE_CHOSEN.items())
def test_a_reading_the_engine_cannot_follow_is_refused_with_the_reason(question: str, option: str) -> None:
    chosen = ChooseReading(occurred_on=facts.day("2021-01-05"), question=question, option=option)
    refused = given_trial().when(chosen)
    refused.then_rejected(NotPermitted, field="option", mentions=[BY_ID[question].why_not, "amendment"])


def test_every_option_can_be_chosen_or_is_refused_with_the_reason() -> None:
    followed = {(question.id, option) for question in QUESTIONS for option in question.followed}
    every = {(question.id, option) for question in QUESTIONS for option in question.options}
    assert every - followed == set(CANNOT_BE_CHOSEN.items())


def test_a_reader_is_told_of_severity_a_and_of_what_is_not_the_default() -> None:
    readings = dict(EDITION.readings)
    assert behind(readings, "EFS") == (
        "PQ-06 = 5-year",
        "PQ-10 = competing",
        "PQ-12 = invasive-only",
        "PQ-35 = unknown-is-other",
    )
    assert behind(readings, "OS") == ()
    assert footnote(readings, "TABLE-1") == ""
    assert footnote({**readings, "PQ-19": "with-30-42-54-months"}, "TABLE-1") == (
        "Protocol read with PQ-19 = with-30-42-54-months"
    )
    assert {told.split()[0] for told in behind(readings)} == set(SEVERITY_A.split())


def test_a_verdict_names_the_reading_it_rests_on() -> None:
    patient = patient_with(*facts.eligible())
    day = facts.day(facts.TRIAL_CONSENT).earliest
    by_default = {v.criterion.id: str(v) for v in weigh_all(patient, EDITION, day)}
    otherwise = {v.criterion.id: str(v) for v in weigh_all(patient, edition_with({"PQ-04": "<44"}), day)}
    assert by_default["DR02"].endswith("met (44; PQ-04 = <=44)")
    assert otherwise["DR02"].endswith("not met (44; PQ-04 = <44)")
    assert "PQ" not in by_default["EC01"]


def test_every_question_a_criterion_names_bears_on_it() -> None:
    for criterion in EDITION.criteria:
        assert criterion.question is None or criterion.id in BY_ID[criterion.question].bears_on
