"""Bad input: what cannot be true is refused and nothing is kept; what is true against the protocol is a deviation.

What is unlikely or unclear is kept and asked about.
"""

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
from events.conduct import QueryOpened
from events.event import Event
from tests.facts import death, eligible, enrolled, fractions, pathology, planned, query_closed, screened
from tests.given import NOW, edition_with, entry, patient_with

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
SCREENED_ONLY = eligible()

REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "score NaN": ("record-genomic-result", {**SCORE, "score_18gene": "NaN"}, "score_18gene"),
    "score infinite": ("record-genomic-result", {**SCORE, "score_18gene": "Infinity"}, "score_18gene"),
    "score negative": ("record-genomic-result", {**SCORE, "score_18gene": "-1"}, "score_18gene"),
    "score over 100": ("record-genomic-result", {**SCORE, "score_18gene": "100.1"}, "score_18gene"),
    "score about": ("record-genomic-result", {**SCORE, "score_18gene": "44 approx."}, "score_18gene"),
    "score in words": ("record-genomic-result", {**SCORE, "score_18gene": "low"}, "score_18gene"),
    "score of another patient": (
        "record-genomic-result",
        {**SCORE, "order_key": "recurindex/RJ-0002/1", "score_18gene": "44"},
        "RJ-0002",
    ),
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
    "a visit after her death": ("record-visit", {**VISIT, "occurred_on": "2021-08-19"}, "ORDER"),
    "a contact after her death": ("record-contact", {"occurred_on": "2021-08-19"}, "ORDER"),
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
    history = (*KEPT_EVENTS, death("2021-06-01")) if "after her death" in name else KEPT_EVENTS
    happened = decided(wire, data, *history)
    asked = [event.query_id for event in happened if isinstance(event, QueryOpened)]
    assert (len(happened), asked) == ((2, ["after-death/1"]) if "after her death" in name else (1, []))
    before = {d.wording for d in deviations(patient_with(*history), EDITION)}
    after = [d for d in deviations(patient_with(*history, *happened), EDITION) if d.wording not in before]
    assert rule in {deviation.rule for deviation in after}


QUERIES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a visit of the wrong patient": ("record-visit", {**VISIT, "occurred_on": "2021-08-19"}, "visit/1"),
    "20 mm said to be T2": (
        "record-pathology",
        {"occurred_on": "2020-12-20", "pt": "T2", "tumour_size_mm": "20"},
        "tumour-size/1",
    ),
    "51 mm said to be T2": (
        "record-pathology",
        {"occurred_on": "2020-12-20", "pt": "T2", "tumour_size_mm": "51"},
        "tumour-size/1",
    ),
    "ECOG 2 with Karnofsky 60": (
        "record-performance-status",
        {"occurred_on": "2020-12-20", "ecog": 2, "karnofsky": 60},
        "performance-status/1",
    ),
    "an earlier breast cancer": (
        "record-medical-history",
        {
            "occurred_on": "2020-12-20",
            "prior_malignancies_known": "yes",
            "prior_malignancies": [{"kind": "BREAST", "diagnosed_on": "2012"}],
        },
        "earlier-breast-cancer/1",
    ),
}
UNQUESTIONED: dict[str, tuple[str, dict[str, Any]]] = {
    "a visit before treatment": ("record-visit", {**VISIT, "visit": "baseline", "occurred_on": "2021-01-04"}),
    "a missed visit": ("record-missed-visit", {"visit": "6m", "occurred_on": "2021-08-19", "reason": "travelling"}),
    "21 mm said to be T2": ("record-pathology", {"occurred_on": "2020-12-20", "pt": "T2", "tumour_size_mm": "21"}),
    "50 mm said to be T2": ("record-pathology", {"occurred_on": "2020-12-20", "pt": "T2", "tumour_size_mm": "50"}),
    "T4 goes by extent": ("record-pathology", {"occurred_on": "2020-12-20", "pt": "T4", "tumour_size_mm": "9"}),
    "T2 without a size": ("record-pathology", {"occurred_on": "2020-12-20", "pt": "T2"}),
    "ECOG alone": ("record-performance-status", {"occurred_on": "2020-12-20", "ecog": 2}),
    "both scales fit": ("record-performance-status", {"occurred_on": "2020-12-20", "ecog": 1, "karnofsky": 80}),
    "another earlier cancer": (
        "record-medical-history",
        {
            "occurred_on": "2020-12-20",
            "prior_malignancies_known": "yes",
            "prior_malignancies": [{"kind": "OTHER", "diagnosed_on": "2012"}],
        },
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_what_is_unlikely_or_unclear_is_kept_and_asked_about_once(name: str) -> None:
    """RF3, PQ-14, PQ-17; Protocol: Table 1."""
    wire, data, query_id = QUERIES[name]
    kept, asked = decided(wire, data, *SCREENED_ONLY)
    assert isinstance(asked, QueryOpened)
    assert (isinstance(kept, QueryOpened), asked.query_id) == (False, query_id)
    assert decided(wire, data, *SCREENED_ONLY, kept, asked) == []
    later = {**data, "occurred_on": "2022-01-05", **({"visit": "12m"} if "visit" in data else {})}
    assert [event.type for event in decided(wire, later, *SCREENED_ONLY, kept, asked)] == [kept.type]
    closed = query_closed(query_id, "2021-12-01")
    (_, again) = decided(wire, later, *SCREENED_ONLY, kept, asked, closed)
    assert isinstance(again, QueryOpened)
    assert again.query_id == query_id.replace("/1", "/2")


@pytest.mark.parametrize("name", UNQUESTIONED)
def test_what_is_likely_and_clear_is_not_asked_about(name: str) -> None:
    wire, data = UNQUESTIONED[name]
    assert len(decided(wire, data, *SCREENED_ONLY)) == 1


def test_a_visit_of_a_randomised_patient_is_not_asked_about() -> None:
    assert len(decided("record-visit", {**VISIT, "occurred_on": "2021-08-19"}, *enrolled())) == 1


@pytest.mark.parametrize(
    ("name", "question", "option"),
    [
        ("ECOG 2 with Karnofsky 60", "PQ-17", "both"),
        ("an earlier breast cancer", "PQ-14", "earlier-breast-cancer-excludes"),
    ],
)
def test_where_a_reading_decides_nobody_is_asked(name: str, question: str, option: str) -> None:
    wire, data, _ = QUERIES[name]
    circumstances = Circumstances(NOW, edition_with({question: option}))
    assert len(decide(said(wire, data), patient_with(*SCREENED_ONLY), circumstances)) == 1


def test_g25_a_visit_after_her_death_is_kept_and_asked_about() -> None:
    dead = enrolled(death("2021-06"))
    (_, asked) = decided("record-visit", {**VISIT, "occurred_on": "2021-08-19"}, *dead)
    assert isinstance(asked, QueryOpened)
    assert asked.question.startswith("Dated 2021-08-19, after the death on 2021-06: which date is right")
    assert len(decided("record-contact", {"occurred_on": "2021-06-30"}, *dead)) == 1


def test_a_correction_into_doubt_is_asked_about_too() -> None:
    replacement = pathology(pt="T2", tumour_size_mm="60")
    (target,) = [number for number, event in enumerate(SCREENED_ONLY, 1) if event == pathology()]
    data = {
        "occurred_on": "2021-01-06",
        "target": str(entry(target)),
        "replacement": replacement.model_dump(mode="json", exclude_none=True),
        "reason": "misread",
    }
    assert [event.type for event in decided("correct-entry", data, *SCREENED_ONLY)] == [
        "entry-corrected.v1",
        "query-opened.v1",
    ]


def test_29_february_of_a_leap_year_is_a_day() -> None:
    assert decided("record-contact", {"occurred_on": "2024-02-29"}, screened())


def test_a_visit_of_a_patient_nobody_screened_is_refused() -> None:
    with pytest.raises(Rejection, match="no such patient"):
        decided("record-visit", {**VISIT, "occurred_on": "2021-08-19"})
