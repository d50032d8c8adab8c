"""Bad input: what cannot be true is refused and nothing is kept; what is true against the protocol is a deviation."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from domain.decide import PATIENT_COMMANDS, PatientCommand, decide
from domain.decisions.command import Circumstances
from domain.deviations import deviations
from domain.protocol.v2_0 import EDITION
from domain.rejections import Rejection
from events.event import Event
from tests.facts import death, enrolled, fractions, planned, screened
from tests.given import NOW, patient_with

SCORE: dict[str, Any] = {
    "occurred_on": "2020-12-28",
    "order_key": "recurindex/RJ-0001/1",
    "report_id": "R-1",
    "report_version": "1",
    "laboratory": "Demonstration laboratory",
}
VISIT = {"visit": "6m", "disease_status": "NO_EVIDENCE"}
MAIN = {"phase": "MAIN", "total_cgy": 4005, "fractions": 15, "per_fraction_cgy": 267}
BOOST = {"phase": "BOOST", "total_cgy": 1068, "fractions": 4, "per_fraction_cgy": 267}

KEPT_EVENTS = enrolled(planned(), *fractions(15))

REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "score NaN": ("record-genomic-result", {**SCORE, "score_18gene": "NaN"}, "score_18gene"),
    "score infinite": ("record-genomic-result", {**SCORE, "score_18gene": "Infinity"}, "score_18gene"),
    "score negative": ("record-genomic-result", {**SCORE, "score_18gene": "-1"}, "score_18gene"),
    "score over 100": ("record-genomic-result", {**SCORE, "score_18gene": "100.1"}, "score_18gene"),
    "score about": ("record-genomic-result", {**SCORE, "score_18gene": "44 approx."}, "score_18gene"),
    "date in the future": ("record-contact", {"occurred_on": "2031-01-01"}, "future"),
    "date before birth": ("record-contact", {"occurred_on": "1969-01-01"}, "birth"),
    "29 February of no leap year": ("record-contact", {"occurred_on": "2021-02-29"}, "calendar"),
    "no date at all": ("record-contact", {"occurred_on": "last week"}, "2021-12-01"),
    "no such visit": ("record-visit", {**VISIT, "occurred_on": "2021-08-19", "visit": "7m"}, "Table 1"),
    "grade outside the term's set": (
        "record-adverse-event",
        {"occurred_on": "2021-02-15", "term": "Cardiac troponin I (cTnI)", "grade": 2},
        "3, 4, 5",
    ),
    "grade 6": ("record-adverse-event", {"occurred_on": "2021-02-15", "term": "Pain", "grade": 6}, "grade"),
    "two boosts": (
        "record-plan",
        {"occurred_on": "2021-01-20", "regimen": "HYPO", "phases": [MAIN, BOOST, BOOST]},
        "at most one BOOST",
    ),
    "doses that do not add up": (
        "record-plan",
        {"occurred_on": "2021-01-20", "regimen": "HYPO", "phases": [{**MAIN, "total_cgy": 4000}]},
        "4005",
    ),
    "unknown site": ("record-recurrence", {"occurred_on": "2022-01-01", "sites": ["KNEE"]}, "sites"),
    "no site": ("record-recurrence", {"occurred_on": "2022-01-01", "sites": []}, "sites"),
    "a serious event nobody declared": (
        "record-serious-adverse-event-notice",
        {"occurred_on": "2021-03-02", "sae_id": "SAE-9", "to": "ethics-committee"},
        "SAE-9",
    ),
}

DEVIATIONS: dict[str, tuple[str, dict[str, Any], str]] = {
    "fraction 16 of 15": ("record-fraction", {"occurred_on": "2021-02-22", "number": 16, "dose_cgy": 267}, "DOSE"),
    "two fractions on one day": (
        "record-fraction",
        {"occurred_on": "2021-02-19", "number": 16, "dose_cgy": 267},
        "FRACTION",
    ),
    "a boost nobody planned": (
        "record-fraction",
        {"occurred_on": "2021-02-22", "phase": "BOOST", "number": 1, "dose_cgy": 267},
        "DOSE",
    ),
    "a boost after mastectomy": (
        "record-plan",
        {"occurred_on": "2021-01-20", "regimen": "HYPO", "boost": "yes"},
        "BOOST",
    ),
    "the other arm delivered": ("record-nodal-volume", {"occurred_on": "2021-02-19", "arm": "IMNI"}, "ARM"),
    "an outcome before randomisation": (
        "record-recurrence",
        {"occurred_on": "2021-01-02", "sites": ["CHEST_WALL"]},
        "ORDER",
    ),
}


def said(wire: str, data: dict[str, Any]) -> PatientCommand:
    command: Any = PATIENT_COMMANDS[wire].model_validate_json(json.dumps(data))
    return command


def decided(wire: str, data: dict[str, Any], *before: Event) -> list[Event]:
    return decide(said(wire, data), patient_with(*before), Circumstances(NOW, EDITION))


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_true_is_refused(name: str) -> None:
    wire, data, mentions = REFUSED[name]
    with pytest.raises((ValidationError, Rejection), match=mentions.replace("(", "\\(")):
        decided(wire, data, screened())


@pytest.mark.parametrize("name", DEVIATIONS)
def test_what_happened_against_the_protocol_is_kept_and_shown(name: str) -> None:
    wire, data, rule = DEVIATIONS[name]
    happened = decided(wire, data, *KEPT_EVENTS)
    assert len(happened) == 1
    before = {d.wording for d in deviations(patient_with(*KEPT_EVENTS), EDITION)}
    after = [d for d in deviations(patient_with(*KEPT_EVENTS, *happened), EDITION) if d.wording not in before]
    assert rule in {deviation.rule for deviation in after}


def test_a_visit_after_death_is_kept_and_shown() -> None:
    before = enrolled(death("2021-06-01"))
    happened = decided("record-visit", {**VISIT, "occurred_on": "2021-08-19"}, *before)
    assert [d.rule for d in deviations(patient_with(*before, *happened), EDITION)] == ["ORDER"]


def test_29_february_of_a_leap_year_is_a_day() -> None:
    assert decided("record-contact", {"occurred_on": "2024-02-29"}, screened())


def test_a_visit_of_a_patient_nobody_screened_is_refused() -> None:
    with pytest.raises(Rejection, match="no such patient"):
        decided("record-visit", {**VISIT, "occurred_on": "2021-08-19"})
