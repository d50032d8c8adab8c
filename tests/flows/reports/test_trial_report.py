"""The trial's report: one file that opens anywhere, says where it comes from, and is the same every time."""

import re
from datetime import UTC, date, datetime

import pytest

from domain.analysis.analyse import analyse
from domain.analysis.result import AnalysisReport, Scope, report
from domain.analysis.survival_table import SurvivalTable
from domain.protocol.readings import QUESTIONS
from domain.protocol.v2_0 import EDITION
from flows.reports.trial_report import Check, ReportHeading, trial_report
from tests.domain.analysis.reference_cases import table
from tests.given import edition_with

HEADING = ReportHeading("A trial <of> two arms", 4711, "214 randomised", simulated=True)
SCOPE = Scope(
    endpoint="EFS",
    population="itt",
    cutoff=date(2026, 3, 1),
    known_at=datetime(2026, 3, 2, tzinfo=UTC),
    edition="2.0",
    position=4711,
)
CHECKS = (Check("The log verifies", True, "4711 events"), Check("Nothing is left", False, "1 open item"))


def _analysed(case: str) -> tuple[SurvivalTable, AnalysisReport]:
    return table(case), report(SCOPE, analyse(table(case), EDITION.margins))


@pytest.fixture(scope="module")
def html() -> str:
    return trial_report(HEADING, EDITION, [_analysed("S01_imni_n214_equal91")], CHECKS)


def test_the_report_says_of_what_it_is(html: str) -> None:
    assert "Log position 4711 · protocol edition 2.0 · intention to treat · 214 randomised" in html
    assert "Every patient in this report is simulated." in html
    assert "A trial &lt;of&gt; two arms" in html


def test_the_report_has_the_curve_the_estimates_and_the_checks(html: str) -> None:
    assert html.count("<svg") == 1
    assert "Hazard ratio" in html
    assert re.search(r"<td>IMNI</td><td class=\"number\">\d+</td>", html)
    assert "<td>✓</td><td>The log verifies</td><td>4711 events</td>" in html
    assert "<td>✗</td><td>Nothing is left</td><td>1 open item</td>" in html


def test_the_report_needs_no_other_file_and_no_script(html: str) -> None:
    assert "<script" not in html
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", html)


def test_the_report_is_the_same_every_time(html: str) -> None:
    assert trial_report(HEADING, EDITION, [_analysed("S01_imni_n214_equal91")], CHECKS) == html


def test_the_report_names_how_every_question_of_the_protocol_was_read() -> None:
    html = trial_report(HEADING, edition_with({"PQ-04": "<44"}), [])
    assert all(f"<td>{question.id}</td>" in html for question in QUESTIONS)
    assert re.search(r"<td>PQ-04</td><td>[^<]*</td><td>&lt;44</td>", html)
    assert "What was checked" not in html


def test_what_cannot_be_estimated_is_said_in_words() -> None:
    html = trial_report(HEADING, EDITION, [_analysed("S06_all_censored")])
    assert "not estimable" in html
    assert not re.search(r"\b(nan|none|inf)\b", html.split("</style>")[1], re.IGNORECASE)
