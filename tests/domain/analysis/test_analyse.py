"""The result as printed: its shape, its nulls, and what must not change it."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.analysis.analyse import analyse
from domain.analysis.result import AnalysedRecord, Analysis, AnalysisReport, Scope, report
from domain.analysis.survival_table import SurvivalTable
from domain.protocol.v2_0 import EDITION
from tests.domain.analysis.reference_cases import CASES, same, table

SCOPE = Scope(endpoint=None, population=None, cutoff=None, known_at=None, edition="2.0", position=None)
HEADER = [
    *("endpoint", "population", "cutoff", "known_at", "edition", "position"),
    *("readings", "information", "judged_here"),
]


def reasonless_nulls(value: Any, path: str = "") -> list[str]:
    """Where a value is null with no reason beside it."""
    if isinstance(value, list):
        return [hit for index, item in enumerate(value) for hit in reasonless_nulls(item, f"{path}[{index}]")]
    if not isinstance(value, dict):
        return []
    nulls = [f"{path}.{key}" for key, item in value.items() if item is None and key != "reason"]
    here = nulls if value.get("reason") is None else []
    return here + [hit for key, item in value.items() for hit in reasonless_nulls(item, f"{path}.{key}")]


def refuse_constant(name: str) -> float:
    raise AssertionError(name)


@pytest.mark.parametrize("case", CASES)
def test_every_null_has_its_reason_and_json_has_no_nan(case: str) -> None:
    printed = analyse(table(case), EDITION.margins).model_dump_json()
    assert reasonless_nulls(json.loads(printed, parse_constant=refuse_constant)) == []


def test_the_contract_of_imni_analyse() -> None:
    printed = json.loads(report(SCOPE, analyse(table("S01_imni_n214_equal91"), EDITION.margins)).model_dump_json())
    estimates = ["n", "events", "arms", "logrank", "cox", "difference_5y", "follow_up"]
    further = "verdict profile lr_ni score_ni equality proportional_hazards rmst stratified competing pooled"
    assert list(printed) == [*HEADER, *estimates, *further.split()]
    assert list(printed["arms"]) == ["IMNI", "OMIT"]
    point = {"years", "survival", "se", "lower", "upper", "at_risk", "beyond_last_time"}
    assert all(point <= set(row) for arm in printed["arms"].values() for row in arm["km"])
    assert [row["years"] for row in printed["arms"]["OMIT"]["km"]] == [1, 2, 3, 4, 5]
    wanted = "estimable reason coef se hr lower upper ni_margin ni_z ni_p_one_sided noninferior"
    assert set(printed["cox"]) == set(wanted.split())
    wanted = "diff se lower upper margin ni_p_one_sided noninferior"
    assert set(wanted.split()) <= set(printed["difference_5y"])
    assert (printed["cox"]["ni_margin"], printed["difference_5y"]["margin"]) == (2.3, -0.1)


def test_records_are_printed_when_asked_for() -> None:
    day = date(2024, 1, 1)
    record = AnalysedRecord(
        patient="RJ-1",
        start=day,
        end=day,
        days=0,
        observed=False,
        arm="OMIT",
        reason="no-assessment",
        event_ids=("e1",),
    )
    whole = report(SCOPE, analyse(SurvivalTable((0.0,), (0,), (1,)), EDITION.margins), (record,))
    assert json.loads(whole.model_dump_json())["records"][0]["patient"] == "RJ-1"
    assert AnalysisReport.model_validate_json(whole.model_dump_json()) == whole


def test_nobody_randomised_yet_is_an_answer() -> None:
    found = analyse(SurvivalTable((), (), ()), EDITION.margins)
    assert (found.n, found.events, found.arms["IMNI"].n) == (0, 0, 0)
    assert found.cox.reason == "no patients in arm IMNI"
    assert found.follow_up.reason == "no patients"


def test_no_events_never_declare_non_inferiority() -> None:
    found = analyse(table("S06_all_censored"), EDITION.margins)
    assert (found.cox.noninferior, found.difference_5y.noninferior) == (None, None)
    assert (found.logrank.chi2, found.logrank.p) == (None, None)


def numbers(found: Analysis) -> list[float | None]:
    cox, difference = found.cox, found.difference_5y
    omit = found.arms["OMIT"]
    return [
        cox.coef,
        cox.se,
        found.logrank.chi2,
        difference.diff,
        difference.se,
        omit.median.years,
        omit.km[-1].survival,
    ]


def test_the_order_of_patients_does_not_matter() -> None:
    given = table("R02_veteran_trt")
    turned = replace(given, time=given.time[::-1], status=given.status[::-1], arm=given.arm[::-1])
    there, back = (numbers(analyse(each, EDITION.margins)) for each in (given, turned))
    assert all(same(a, b, 1e-12) for a, b in zip(there, back, strict=True))


def test_days_and_years_give_the_same() -> None:
    days = table("R01_lung_sex")
    years = replace(days, time=tuple(time / 365.25 for time in days.time), unit="years")
    there, back = (numbers(analyse(each, EDITION.margins)) for each in (days, years))
    assert all(same(a, b, 1e-12) for a, b in zip(there, back, strict=True))


def test_margins_alpha_and_horizon_are_those_of_the_edition() -> None:
    wider = replace(EDITION.margins, hazard_ratio=Decimal("3.00"), difference=Decimal("0.15"), horizon_years=3)
    there = analyse(table("S01_imni_n214_equal91"), EDITION.margins)
    here = analyse(table("S01_imni_n214_equal91"), wider)
    assert (there.cox.noninferior, here.cox.noninferior) == (False, True)
    assert here.difference_5y.margin == -0.15
    assert [point.years for point in here.arms["IMNI"].km] == [1, 2, 3]


@pytest.mark.parametrize(
    ("module", "heavy"),
    [("domain.analysis.result", ("numpy", "lifelines")), ("domain.analysis.analyse", ("pandas", "scipy", "lifelines"))],
)
def test_importing_is_light(module: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
