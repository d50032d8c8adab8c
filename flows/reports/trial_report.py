"""The trial's report as one self-contained HTML file: curves, estimates, checks, and how the protocol was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.analysis.result import AnalysisReport, SurvivalPoint
from domain.analysis.survival_table import ARMS, SurvivalTable
from domain.protocol.edition import Edition
from domain.protocol.readings import QUESTIONS
from flows.reports.survival_curve import survival_curve_svg
from flows.reports.survival_words import endpoint_name, findings


@dataclass(frozen=True, slots=True)
class Check:
    """Something the engine claims of itself, and what was found."""

    claim: str
    ok: bool
    found: str


@dataclass(frozen=True, slots=True)
class ReportHeading:
    """What a report is of."""

    title: str
    position: int
    enrolled: str
    simulated: bool


def trial_report(
    heading: ReportHeading,
    edition: Edition,
    analyses: Sequence[tuple[SurvivalTable, AnalysisReport]],
    checks: Sequence[Check] = (),
) -> str:
    """The report as HTML; the same log position and the same program give the same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("flows.reports", package_path="")
    template = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
        "trial_report.html.j2"
    )
    return template.render(
        title=heading.title,
        simulated=heading.simulated,
        position=heading.position,
        enrolled=heading.enrolled,
        edition=edition.id,
        endpoints=[_endpoint(table, report) for table, report in analyses],
        checks=checks,
        readings=[{"id": q.id, "wording": q.wording, "chosen": edition.reading(q.id)} for q in QUESTIONS],
    )


def _endpoint(table: SurvivalTable, report: AnalysisReport) -> dict[str, Any]:
    arms = [(name, report.arms[name]) for name in ARMS]
    return {
        "name": endpoint_name(report),
        "figure": survival_curve_svg(table, report),
        "years": [point.years for point in arms[0][1].km],
        "arms": [
            {"name": name, "n": arm.n, "events": arm.events, "survival": [_cell(point) for point in arm.km]}
            for name, arm in arms
        ],
        "findings": list(findings(report)),
    }


def _cell(point: SurvivalPoint) -> str:
    if point.survival is None or point.beyond_last_time:
        return "not estimable"
    return f"{100 * point.survival:.1f} %"
