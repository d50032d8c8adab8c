"""Why a value is what it is, what became of each visit, and who would change under another reading."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain import deviation_rules
from domain.deviation_rules.deviation import DEPARTED_FROM
from domain.explain import EXPLAINED, Explanation, explain
from domain.protocol.v2_0 import EDITION
from domain.visit_status import visit_states
from domain.visit_windows import Anchor, set_out
from domain.what_if import what_if
from events.event import Event
from tests import facts
from tests.given import edition_with, patient_with

TODAY = date(2022, 1, 25)
RULES = sorted(path for folder in deviation_rules.__path__ for path in Path(folder).glob("*.py"))
END = Anchor("radiotherapy-completed", date(2021, 2, 19))
LIFE = (
    *facts.enrolled(facts.planned(), facts.started(), *facts.fractions(15), facts.completed(), on="2021-01-10"),
    facts.scheduled(*set_out(END, EDITION)),
)


def _explained(value: str, *life: Event) -> dict[str, Explanation]:
    return {each.rule: each for each in explain(patient_with(*(life or LIFE)), value, EDITION, TODAY)}


def _types(explanation: Explanation, *life: Event) -> list[str]:
    entries = {entry.event_id: entry.event.type for entry in patient_with(*(life or LIFE)).entries}
    return [entries[each].split(".")[0] for each in explanation.entries]


def test_eligibility_names_the_value_the_rule_and_the_entry_of_every_criterion() -> None:
    found = _explained("eligibility")
    assert list(found) == [criterion.id for criterion in EDITION.criteria]
    low = found["DR02"]
    assert (low.value, low.source, low.readings) == ("met: 44", "Trial design", ("PQ-04 = <=44",))
    assert _types(low) == ["genomic-result-reported"]


def test_risk_names_each_factor_and_what_they_amount_to() -> None:
    found = _explained("risk")
    assert list(found) == ["RF1", "RF2", "RF3", "RF4", "RF5", "IC04", "DR02"]
    assert (found["RF3"].value, _types(found["RF3"])) == ("met: T2", ["pathology-reported"])
    assert found["RF1"].value == "not met: 50 years"


def test_risk_says_when_the_laboratory_contradicts_itself() -> None:
    life = facts.eligible(facts.result("44", class_reported="high"))
    found = _explained("risk", *life)
    assert found["GENOMIC"].value == "Score 44 is low, reported as high"
    assert _types(found["GENOMIC"], *life) == ["genomic-result-reported"]


@pytest.mark.parametrize(
    ("value", "rule", "said", "types"),
    [
        ("arm", "RANDOMISATION", "OMIT on 2021-01-10", {"patient-randomised"}),
        ("dose", "RT", "40.05 Gy of 40.05 Gy planned (HYPO)", {"radiotherapy-planned", "fraction-delivered"}),
        ("due-date", "12m", "2022-02-19, 2022-01-20 to 2022-03-21: open", {"follow-up-scheduled"}),
        ("endpoint", "EFS", "no-assessment on 2021-01-10, day 0", {"patient-randomised"}),
    ],
)
def test_a_value_names_what_it_is_and_where_it_comes_from(value: str, rule: str, said: str, types: set[str]) -> None:
    found = _explained(value)[rule]
    assert found.value == said
    assert set(_types(found)) == types


def test_a_deviation_names_its_rule_and_its_entries() -> None:
    life = (*facts.enrolled(on="2021-01-10"), facts.volume_delivered("IMNI"))
    found = _explained("deviation", *life)["ARM"]
    assert (found.value, found.wording) == ("major", "Allocated OMIT, treated as IMNI")
    assert _types(found, *life) == ["nodal-volume-delivered"]


def test_a_deviation_names_where_its_rule_stands_and_how_it_is_read() -> None:
    stated = set(re.findall(r'Deviation\(\s*"([A-Z0-9-]+)"', "".join(rules.read_text() for rules in RULES)))
    criteria = {criterion.id for criterion in EDITION.criteria}
    assert stated - criteria == set(DEPARTED_FROM)
    life = (*facts.enrolled(facts.planned(), facts.started(), on="2021-01-10"), facts.consented("2021-02-03"))
    found = _explained("deviation", *life)
    assert found["REVIEW"].source == "Treatment verification"
    late = (*facts.eligible(facts.result("46")), facts.randomised())
    assert _explained("deviation", *late)["DR02"].readings == ("PQ-04 = <=44",)


def test_an_entry_is_named_once_and_a_week_comes_from_the_start_of_radiotherapy() -> None:
    assert _types(_explained("eligibility")["IC03"]) == ["pathology-reported"]
    assert _types(_explained("due-date")["week-1"]) == ["radiotherapy-started"]


def test_what_is_not_there_yet_has_no_explanation_and_what_is_unknown_cannot_be_explained() -> None:
    assert [_explained(value, facts.screened()) for value in EXPLAINED if value not in {"eligibility", "risk"}] == [
        {} for _ in range(5)
    ]
    with pytest.raises(KeyError):
        _explained("weather")


def test_due_dates_before_any_schedule_are_those_of_the_weeks() -> None:
    life = (*facts.enrolled(on="2021-01-10"), facts.planned(), facts.started())
    found = _explained("due-date", *life)
    assert [*found] == ["week-1", "week-2", "week-3"]
    assert found["week-1"].wording == "Visit of Table 1, counted from 2021-02-01 (start of radiotherapy)"


@pytest.mark.parametrize(
    ("visit", "on_day", "later", "status"),
    [
        ("12m", "2022-01-19", (), "upcoming"),
        ("12m", "2022-01-20", (), "open"),
        ("12m", "2022-03-21", (), "open"),
        ("12m", "2022-03-22", (), "overdue"),
        ("6m", "2022-03-22", (facts.visit_missed("6m", "2021-09-20"),), "missed"),
        ("6m", "2022-03-22", (facts.visit("6m", "2021-09-18", assessments=["PHYSICAL_EXAM"]),), "partial"),
        ("6m", "2022-03-22", (facts.visit("6m", "2021-07-19"),), "out-of-window"),
        ("6m", "2022-03-22", (facts.visit("6m", "2021-09-19"),), "out-of-window"),
        ("6m", "2022-03-22", (facts.visit("6m", "2021-09"),), "partial"),
    ],
)
def test_what_became_of_a_visit(visit: str, on_day: str, later: tuple[Event, ...], status: str) -> None:
    states = visit_states(patient_with(*LIFE, *later), EDITION, date.fromisoformat(on_day))
    assert {state.visit.visit: state.status for state in states}[visit] == status


def test_a_visit_with_everything_done_is_done() -> None:
    due = next(visit for visit in set_out(END, EDITION) if visit.visit == "6m").assessments
    states = visit_states(patient_with(*LIFE, facts.visit("6m", assessments=list(due))), EDITION, TODAY)
    (six,) = (state for state in states if state.visit.visit == "6m")
    assert (six.status, six.missing) == ("done", ())


def test_what_if_names_who_would_change_and_leaves_the_rest_alone() -> None:
    at_44, below = (
        patient_with(*facts.eligible(facts.result(score)), patient_id=f"RJ-{score}") for score in ("44", "43")
    )
    changes = what_if([at_44, below], EDITION, edition_with({"PQ-04": "<44"}), TODAY)
    assert [(change.patient_id, change.what, change.now, change.then) for change in changes] == [
        ("RJ-44", "eligibility", "every criterion met", "DR02 not met"),
        ("RJ-44", "genomic risk", "low", "high"),
    ]


@pytest.mark.parametrize(
    ("reading", "life", "what"),
    [
        ({"PQ-12": "dcis-counts"}, (facts.contralateral("2021-12-01", "DCIS"),), "EFS"),
        ({"PQ-19": "with-30-42-54-months"}, (), "visits"),
        ({"PQ-04": "<44"}, (), "deviations"),
    ],
)
def test_what_if_looks_at_outcomes_visits_and_deviations_too(
    reading: dict[str, Any], life: tuple[Event, ...], what: str
) -> None:
    changes = what_if([patient_with(*LIFE, *life)], EDITION, edition_with(reading), TODAY)
    assert what in {change.what for change in changes}


def test_what_if_before_a_result_is_back_speaks_of_eligibility_only() -> None:
    unknown = patient_with(facts.screened(), facts.pathology(pt="T3"))
    (change,) = what_if([unknown], EDITION, edition_with({"PQ-02": "ignore"}), TODAY)
    assert change.what == "eligibility"


def test_what_if_of_a_patient_still_to_be_treated_has_no_visits() -> None:
    entered = patient_with(*facts.enrolled(on="2021-01-10"))
    changes = what_if([entered], EDITION, edition_with({"PQ-19": "with-30-42-54-months"}), TODAY)
    assert changes == ()
