"""The curve as an operator and a statistician see it: complete, reproducible, small enough for an artifact."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.analysis.analyse import analyse, arm_curves
from domain.analysis.result import AnalysisReport, Scope, report
from domain.analysis.survival_table import SurvivalTable
from domain.protocol.v2_0 import EDITION
from flows.reports.figures.drawing import as_png, as_svg
from flows.reports.risk_rows import risk_rows
from flows.reports.survival_curve import by_arm, survival_curve_markdown
from flows.reports.survival_words import findings, log_rank_as_read
from tests.domain.analysis.reference_cases import CASES, table

SCOPE = Scope(
    endpoint="EFS",
    population="itt",
    cutoff=date(2026, 3, 1),
    known_at=datetime(2026, 3, 2, 1, tzinfo=UTC),
    edition="2.0",
    position=4711,
)
TRIAL = "S01_imni_n214_equal91"


def analysed(case: str) -> tuple[SurvivalTable, AnalysisReport]:
    given = table(case)
    return given, report(SCOPE, analyse(given, EDITION.margins))


def drawn(given: SurvivalTable, found: AnalysisReport) -> str:
    return as_svg(by_arm(given, found), "curve")


def words(svg: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_the_same_analysis_gives_the_same_bytes() -> None:
    assert drawn(*analysed(TRIAL)) == drawn(*analysed(TRIAL))
    assert as_png(by_arm(*analysed(TRIAL))) == as_png(by_arm(*analysed(TRIAL)))


def test_the_figure_says_what_it_shows() -> None:
    said = words(drawn(*analysed(TRIAL)))
    for phrase in (
        "Event-free survival",
        "Intention to treat",
        "214 patients, 16 events",
        "data cut-off 2026-03-01",
        "Years since randomisation",
        "axis starts at 80%, not at 0",
        "Hazard ratio OMIT : IMNI 1.03 (95 % CI 0.39 to 2.76)",
        "margin 2.30, one-sided non-inferiority p = 0.055",
        "margin −10, one-sided non-inferiority p = 0.0056",
        "two-sided p = 0.946",
        "Median follow-up 5.92 years, reverse Kaplan–Meier",
    ):
        assert phrase in said, phrase


def test_an_axis_from_zero_says_nothing() -> None:
    assert "axis starts" not in words(drawn(*analysed("R01_lung_sex")))


@pytest.mark.parametrize("case", CASES)
def test_the_rows_of_the_risk_table_add_up_to_the_patients(case: str) -> None:
    given, found = analysed(case)
    for arm, curve in arm_curves(given).items():
        rows = risk_rows(given, curve, tuple(range(8)))
        assert {sum(counts) for counts in zip(*rows.values(), strict=True)} == {found.arms[arm].n}


@pytest.mark.parametrize("case", CASES)
def test_every_case_can_be_drawn_and_fits_an_artifact(case: str) -> None:
    given, found = analysed(case)
    assert len(drawn(given, found).encode()) * 4 / 3 < 200_000
    assert len(survival_curve_markdown(given, found).encode()) < 300_000


def test_nobody_randomised_yet_can_be_drawn() -> None:
    nobody = SurvivalTable((), (), ())
    said = words(drawn(nobody, report(SCOPE, analyse(nobody, EDITION.margins))))
    assert "not estimable: no patients in arm IMNI" in said


def test_a_plain_table_has_no_endpoint_or_population_to_name() -> None:
    given = table(TRIAL)
    plain = Scope(endpoint=None, population=None, cutoff=None, known_at=None, edition="2.0", position=None)
    markdown = survival_curve_markdown(given, report(plain, analyse(given, EDITION.margins)))
    assert markdown.startswith("## Survival\n\n214 patients, 16 events · protocol edition 2.0\n")


def test_the_markdown_has_figure_estimates_and_numbers_at_risk() -> None:
    markdown = survival_curve_markdown(*analysed(TRIAL))
    assert markdown.startswith("## Event-free survival\n")
    assert "](data:image/png;base64,iVBOR" in markdown
    assert re.search(r"\n\| 214 \| 16 \| \d\d\.\d % \(\d\d\.\d to \d\d\.\d\) \| not reached \|\n", markdown)
    assert "| At risk | 214 | " in markdown


def test_what_everybody_sees_says_nothing_by_arm() -> None:
    given, found = analysed(TRIAL)
    exchanged = replace(given, arm=tuple(1 - arm for arm in given.arm))
    markdown = survival_curve_markdown(given, found)
    assert markdown == survival_curve_markdown(exchanged, report(SCOPE, analyse(exchanged, EDITION.margins)))
    assert not re.search(r"\b(IMNI|OMIT)\b|azard ratio|og-rank", markdown)
    assert markdown.endswith("for statistician, data-monitoring-committee, auditor.\n")


def test_survival_past_the_last_time_is_not_printed_as_an_estimate() -> None:
    assert "| 75 | 3 | not estimable (not followed that long) | not reached |" in survival_curve_markdown(
        *analysed("S03_imni_n75_interim")
    )
    said = " ".join(words(drawn(*analysed("S03_imni_n75_interim"))).split())
    assert "beyond follow-up, survival carried forward" in said


def test_a_limit_beside_the_margin_is_not_printed_as_the_margin() -> None:
    given, found = analysed(TRIAL)
    near = found.difference_5y.model_copy(update={"lower": -0.0999996})
    assert "95 % CI −9.99996 to" in words(drawn(given, found.model_copy(update={"difference_5y": near})))


def test_drawing_leaves_no_global_figure_behind() -> None:
    code = (
        "import sys; from tests.flows.reports.test_survival_curve import *; drawn(*analysed(TRIAL));"
        "print('flows.reports.figures.kaplan_meier' in sys.modules, 'prefect' in sys.modules);"
        "import matplotlib._pylab_helpers as p; print(p.Gcf.figs)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:2] == ["True False", "OrderedDict()"]


def test_pq_42_the_log_rank_test_of_a_secondary_endpoint_says_what_it_tests() -> None:
    scope = SCOPE.model_copy(update={"endpoint": "OS"})
    estimates = analyse(table("S01_imni_n214_equal91"), EDITION.margins)
    labelled = log_rank_as_read(report(scope, estimates))
    assert labelled.endswith("a test of superiority")
    at_margin = scope.model_copy(update={"readings": ("PQ-42 = non-inferiority",)})
    assert log_rank_as_read(report(at_margin, estimates)).startswith(
        "Score test at the margin, one-sided non-inferiority p"
    )
    nobody = report(at_margin, analyse(SurvivalTable((), (), ()), EDITION.margins))
    assert log_rank_as_read(nobody).startswith("Score test at the margin undefined")
    assert not log_rank_as_read(report(SCOPE, estimates)).endswith("superiority")


def test_a_population_in_which_nothing_is_judged_is_said_to_be_supportive() -> None:
    scope = SCOPE.model_copy(update={"judged_here": False, "readings": ()})
    said = list(findings(report(scope, analyse(table("S01_imni_n214_equal91"), EDITION.margins))))
    assert said[-1].startswith("Supportive")
