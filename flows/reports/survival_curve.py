"""The survival curve of an endpoint: by arm with the results, or of all patients with no word of an arm.

The same table and report give the same bytes. matplotlib is imported when a figure is drawn.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from domain.analysis.analyse import arm_curves, columns
from domain.analysis.kaplan_meier import survival_curve
from domain.analysis.result import AnalysisReport
from domain.analysis.survival_table import ARMS, SurvivalTable
from domain.disclosure import SEES_RESULTS_BY_ARM
from flows.reports.figures.drawing import BY_ARM, EVERYONE, Draw, as_markdown
from flows.reports.markdown import table as markdown_table
from flows.reports.risk_rows import risk_rows
from flows.reports.survival_words import (
    caption,
    endpoint_name,
    findings,
    median,
    pooled_findings,
    survival_at_horizon,
)

if TYPE_CHECKING:
    from flows.reports.figures.kaplan_meier import Drawn


def by_arm(table: SurvivalTable, report: AnalysisReport) -> Draw:
    """The figure of both arms, with the results beneath."""
    from flows.reports.figures.kaplan_meier import Drawn

    curves = arm_curves(table)
    drawn = [
        Drawn(group, curves[arm], report.arms[arm].n, report.arms[arm].events)
        for group, arm in zip(BY_ARM, ARMS, strict=True)
    ]
    return _picture(table, report, drawn, tuple(findings(report)))


def pooled(table: SurvivalTable, report: AnalysisReport) -> Draw:
    """The figure of all patients as one group: what may be shown while the arms are not compared."""
    from flows.reports.figures.kaplan_meier import Drawn

    time, status, _ = columns(table)
    drawn = Drawn(EVERYONE, survival_curve(time, status), report.n, report.events)
    return _picture(table, report, [drawn], tuple(pooled_findings(report)))


def _picture(table: SurvivalTable, report: AnalysisReport, drawn: list[Drawn], said: tuple[str, ...]) -> Draw:
    from flows.reports.figures.kaplan_meier import KaplanMeier, draw

    picture = KaplanMeier(
        title=endpoint_name(report),
        caption=caption(report),
        y_label=f"{'Event-free' if report.endpoint == 'EFS' else 'Survival'} probability",
        table=table,
        curves=drawn,
        horizon=report.arms["IMNI"].km[-1].years,
        findings=said,
    )
    return partial(draw, picture)


def survival_curve_markdown(table: SurvivalTable, report: AnalysisReport) -> str:
    """Figure, estimates, numbers at risk and findings as one text for an artifact, at most 300 kB.

    Everybody sees an artifact, so it is of all patients together: by arm there is the closed report.
    """
    parts = [
        f"## {endpoint_name(report)}",
        caption(report),
        as_markdown(pooled(table, report), f"Kaplan–Meier curve of {endpoint_name(report)}, all patients"),
        _estimates(report),
        "### Numbers at risk\n\nAt risk at the year; censored and events before it. The three add up to all patients.",
        _numbers(table, report),
        "### Findings\n\n" + "\n".join(f"- {finding}" for finding in pooled_findings(report)),
        f"By arm: `imni report --closed`, for {', '.join(SEES_RESULTS_BY_ARM)}.",
    ]
    return "\n\n".join(parts) + "\n"


def _estimates(report: AnalysisReport) -> str:
    years, all_patients = report.pooled.km[-1].years, report.pooled
    heading = ["Patients", "Events", f"Survival at {years} years (95 % CI)", "Median (95 % CI)"]
    survival, middle = survival_at_horizon(all_patients), median(all_patients.median)
    return markdown_table(heading, [[str(all_patients.n), str(all_patients.events), survival, middle]])


def _numbers(table: SurvivalTable, report: AnalysisReport) -> str:
    years = (0, *(point.years for point in report.pooled.km))
    time, status, _ = columns(table)
    rows = risk_rows(table, survival_curve(time, status), years)
    return markdown_table(["", *(f"{year} y" for year in years)], [[name, *map(str, n)] for name, n in rows.items()])
