"""Reports as other laboratories may write them: read when sound, set aside with a reason when not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.gateways.fhir_answers import by_reference, parse
from flows.gateways.fhir_reports import Report, Unreadable, last_updated, read_report
from flows.gateways.fhir_systems import Systems
from flows.gateways.fhir_words import SCORE_SYSTEM, TEST_CODE, TEST_SYSTEM, UNIT_SYSTEM

Resource = dict[str, Any]
OURS = Systems("LOG")


def observation(name: str = "score_18gene", **elements: object) -> Resource:
    return {
        "resourceType": "Observation",
        "id": name.replace("_", "-"),
        "status": "final",
        "code": {"coding": [{"system": SCORE_SYSTEM, "code": name}]},
        "valueQuantity": {"value": 44, "system": UNIT_SYSTEM, "code": "1"},
        **elements,
    }


def diagnostic_report(**elements: object) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "id": "R-1",
        "meta": {"versionId": "1"},
        "status": "final",
        "basedOn": [{"identifier": {"system": OURS.order, "value": "recurindex/RJ-0042/1"}}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "0-0"}, {"system": TEST_SYSTEM, "code": TEST_CODE}]},
        "subject": {"identifier": {"system": OURS.patient, "value": "RJ-0042"}},
        "issued": "2021-03-15T16:30:00+08:00",
        "result": [{"reference": "Observation/score-18gene"}],
        **elements,
    }


def read(report: Resource, *others: Resource) -> Report | Unreadable:
    written = [parse(json.dumps(resource)) for resource in (report, *others)]
    return read_report(written[0], by_reference([("", resource) for resource in written[1:]]), OURS)


def problem(report: Resource, *others: Resource) -> str:
    found = read(report, *others)
    assert isinstance(found, Unreadable)
    return found.problem


def sound(report: Resource, *others: Resource) -> Report:
    found = read(report, *others)
    assert isinstance(found, Report), found
    return found


def test_the_smallest_sound_report_is_read_and_what_is_not_stated_stays_empty() -> None:
    report = sound(diagnostic_report(), observation())

    assert report.issued_at.tzinfo is UTC
    assert report.issued_at == datetime(2021, 3, 15, 8, 30, tzinfo=UTC)
    assert (report.laboratory, report.assay_version, report.remark) == ("", "", "")
    assert report.scores[0].reported_class is None


@pytest.mark.parametrize(
    "reference",
    [
        "Observation/score-18gene",
        "Observation/score-18gene/_history/3",
        "https://lab.example/fhir/Observation/score-18gene",
    ],
)
def test_a_score_is_found_by_each_way_of_referring_to_it(reference: str) -> None:
    assert sound(diagnostic_report(result=[{"reference": reference}]), observation()).scores


def test_a_score_inside_the_report_is_read() -> None:
    inside = diagnostic_report(contained=[observation()], result=[{"reference": "#score-18gene"}])
    assert sound(inside).scores


def test_a_score_that_did_not_come_along_sets_the_report_aside() -> None:
    assert "Observation/score-18gene is not in the answer" in problem(diagnostic_report())


def test_the_order_is_found_through_the_order_itself() -> None:
    order = {
        "resourceType": "ServiceRequest",
        "id": "7",
        "status": "active",
        "intent": "order",
        "identifier": [{"system": OURS.order, "value": "recurindex/RJ-0042/1"}],
        "subject": {"display": "x"},
    }
    report = diagnostic_report(basedOn=[{"reference": "ServiceRequest/7"}])
    assert sound(report, observation(), order).order_key == "recurindex/RJ-0042/1"
    assert "basedOn is missing" in problem(report, observation())
    assert "identifier" in problem(report, observation(), {**order, "identifier": 3})


def test_a_report_on_two_orders_is_set_aside() -> None:
    two = [{"identifier": {"system": OURS.order, "value": f"recurindex/RJ-0042/{n}"}} for n in (1, 2)]
    assert "names 2 orders" in problem(diagnostic_report(basedOn=two), observation())


@pytest.mark.parametrize(
    ("elements", "said"),
    [
        ({"status": "entered-in-error"}, "status 'entered-in-error' in a report that stands"),
        ({"status": "bogus"}, "status 'bogus'"),
        (
            {"valueQuantity": {"value": 44, "comparator": "<", "system": UNIT_SYSTEM, "code": "1"}},
            "<44, not as a number",
        ),
        ({"valueQuantity": {"value": 44, "code": "1"}}, "has the unit"),
        ({"valueQuantity": {"value": 44, "unit": "%"}}, "unit '%'"),
        ({"valueQuantity": {"system": UNIT_SYSTEM, "code": "1"}}, "has no value"),
        ({"valueString": "44", "valueQuantity": None}, "no value"),
        ({"interpretation": [{"coding": [{"system": "elsewhere", "code": "L"}]}]}, "neither L (low) nor H (high)"),
        ({"code": {"text": "18-gene score"}}, "without our coding"),
        ({"resourceType": "Patient"}, "not in the answer"),
    ],
)
def test_an_unsound_score_sets_the_report_aside_and_says_why(elements: Resource, said: str) -> None:
    assert said in problem(diagnostic_report(), observation(**elements))


def test_scores_of_different_assay_versions_are_not_mixed() -> None:
    results = [{"reference": "Observation/score-18gene"}, {"reference": "Observation/ri-lr"}]
    first = observation(method={"text": "RecurIndex 2.0"})
    assert "different assay versions" in problem(
        diagnostic_report(result=results), first, observation("ri_lr", device={"display": "RecurIndex 2.1"})
    )
    assert sound(diagnostic_report(result=results), first, observation("ri_lr")).assay_version == "RecurIndex 2.0"


def test_a_withdrawn_report_is_read_whatever_its_scores_look_like() -> None:
    withdrawn = diagnostic_report(status="entered-in-error")
    assert sound(withdrawn).status == "entered-in-error"
    assert sound(withdrawn, observation(status="entered-in-error")).scores == ()


def test_a_registered_report_has_no_score_yet() -> None:
    assert sound(diagnostic_report(status="registered", result=[])).scores == ()


def test_an_instant_without_a_zone_is_no_instant() -> None:
    assert last_updated({"meta": {"lastUpdated": "2021-03-01T00:00:00"}}) is None
    assert last_updated({"meta": {"lastUpdated": "2021-03-01T08:00:00+08:00"}}) == datetime(2021, 3, 1, tzinfo=UTC)
    assert last_updated({"meta": "today"}) is None


def test_reports_without_a_number_are_told_apart_by_their_content() -> None:
    first, second = (read(diagnostic_report(id=None, conclusion=text)) for text in ("one", "two"))
    again = read(diagnostic_report(id=None, conclusion="one"))

    assert isinstance(first, Unreadable)
    assert first == again
    assert first != second
