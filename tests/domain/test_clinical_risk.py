"""The five clinical risk factors at their edges, and how many of them make high risk."""

from datetime import date
from typing import Any

import pytest

from domain.eligibility import clinical_risk
from domain.protocol.edition import Case
from domain.protocol.v2_0 import EDITION
from events.event import Event
from tests import facts
from tests.given import edition_with, patient_with

CONSENT = date(2021, 1, 5)


def _born(birth_date: str | None) -> Event:
    return facts.screened(birth_date=birth_date)


ROWS: list[tuple[str, bool | None, Event]] = [
    ("RF1", True, _born("1980-01-06")),  # the day before her 41st birthday
    ("RF1", False, _born("1980-01-05")),  # her 41st birthday
    ("RF1", True, _born("1981-01-05")),
    ("RF1", None, _born("1980")),
    ("RF1", True, _born("1981")),
    ("RF1", None, _born(None)),
    ("RF2", False, facts.pathology(nodes_positive=2)),
    ("RF2", True, facts.pathology(nodes_positive=3)),
    ("RF2", False, facts.pathology(nodes_positive=4)),
    ("RF2", None, facts.pathology(nodes_positive=None)),
    ("RF3", False, facts.pathology(pt="T1c", tumour_size_mm="20")),
    ("RF3", True, facts.pathology(pt="T2", tumour_size_mm="21")),
    ("RF3", True, facts.pathology(pt="T2", tumour_size_mm="50")),
    ("RF3", False, facts.pathology(pt="T3", tumour_size_mm="51")),
    ("RF3", None, facts.pathology(pt=None)),
    ("RF4", False, facts.pathology(grade=2)),
    ("RF4", True, facts.pathology(grade=3)),
    ("RF4", None, facts.pathology(grade=None)),
    ("RF5", False, facts.pathology(ki67_pct="13.9")),
    ("RF5", True, facts.pathology(ki67_pct="14.0")),
    ("RF5", False, facts.pathology(ki67_pct="0")),
    ("RF5", None, facts.pathology(ki67_pct=None)),
]


@pytest.mark.parametrize(("factor", "present", "fact"), ROWS)
def test_a_risk_factor_at_its_edge(factor: str, present: bool | None, fact: Event) -> None:
    case = Case(patient_with(fact), CONSENT, EDITION)
    weigh = {known.id: known.weigh for known in EDITION.risk_factors}[factor]
    assert weigh(case).passes is present


def test_every_risk_factor_has_rows() -> None:
    assert list(dict.fromkeys(factor for factor, _, _ in ROWS)) == [factor.id for factor in EDITION.risk_factors]


LOW: dict[str, Any] = {"pt": "T1c", "nodes_positive": 1, "grade": 1, "ki67_pct": "5"}


@pytest.mark.parametrize(
    ("birth_date", "pathology", "high", "value"),
    [
        ("1970-01-01", {}, False, "0 of 2 needed (none)"),
        ("1970-01-01", {"grade": 3}, False, "1 of 2 needed (RF4)"),
        ("1990-01-01", {"grade": 3}, True, "2 of 2 needed (RF1, RF4)"),
        ("1970-01-01", {"grade": 3, "ki67_pct": None}, None, "1 of 2 needed (RF4; not known: RF5)"),
        ("1970-01-01", {"grade": None, "ki67_pct": None}, None, "0 of 2 needed (none; not known: RF4, RF5)"),
        ("1970-01-01", {"ki67_pct": None}, False, "0 of 2 needed (none; not known: RF5)"),
        (None, {"grade": 3, "nodes_positive": 3}, True, "2 of 2 needed (RF2, RF4; not known: RF1)"),
    ],
)
def test_two_risk_factors_make_high_risk_and_what_is_missing_may_leave_it_open(
    birth_date: str | None, pathology: dict[str, Any], high: bool | None, value: str
) -> None:
    patient = patient_with(_born(birth_date), facts.pathology(**LOW | pathology), facts.consented())
    finding = clinical_risk(patient, EDITION, CONSENT)
    assert (finding.passes, finding.value) == (high, value)


def test_the_registrys_wording_asks_for_more_than_two() -> None:
    patient = patient_with(_born("1970-01-01"), facts.pathology(pt="T2", nodes_positive=1, grade=3, ki67_pct="5"))
    assert clinical_risk(patient, EDITION, CONSENT).passes is True
    assert clinical_risk(patient, edition_with({"PQ-03": ">2"}), CONSENT).passes is False
