"""The survival curve of both arms as SVG, as PNG, and as one piece of markdown with its numbers.

The same table and report give the same bytes. matplotlib is imported when a figure is drawn.
"""

from __future__ import annotations

import base64
import io

from domain.analysis.analyse import arm_curves
from domain.analysis.result import AnalysisReport
from domain.analysis.survival_table import ARMS, SurvivalTable
from flows.reports.risk_rows import risk_rows
from flows.reports.survival_words import caption, endpoint_name, findings, median, survival_at_horizon


def survival_curve_svg(table: SurvivalTable, report: AnalysisReport) -> str:
    """The figure as SVG; its text can be selected and read aloud."""
    import matplotlib as mpl

    from flows.reports.survival_figure import draw

    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "imni", "svg.fonttype": "none"}):
        draw(table, report).savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def survival_curve_png(table: SurvivalTable, report: AnalysisReport) -> bytes:
    """The figure as PNG, 946 by 770 pixels; its size hardly grows with the number of patients."""
    from flows.reports.survival_figure import draw

    buffer = io.BytesIO()
    draw(table, report).savefig(buffer, format="png")
    return buffer.getvalue()


def survival_curve_markdown(table: SurvivalTable, report: AnalysisReport) -> str:
    """Figure, estimates by arm, numbers at risk and findings in one markdown text, at most 300 kB, for an artifact."""
    picture = base64.b64encode(survival_curve_png(table, report)).decode()
    parts = [
        f"## {endpoint_name(report)}",
        caption(report),
        f"![Kaplan–Meier curve of {endpoint_name(report)} by arm](data:image/png;base64,{picture})",
        _estimates(report),
        "### Numbers at risk\n\nAt risk at the year; censored and events before it. The three add up to all patients.",
        _numbers(table, report),
        "### Findings\n\n" + "\n".join(f"- {finding}" for finding in findings(report)),
    ]
    return "\n\n".join(parts) + "\n"


def _estimates(report: AnalysisReport) -> str:
    years = report.arms["IMNI"].km[-1].years
    heading = ["Arm", "Patients", "Events", f"Survival at {years} years (95 % CI)", "Median (95 % CI)"]
    rows = [
        [name, str(arm.n), str(arm.events), survival_at_horizon(arm), median(arm.median)]
        for name, arm in ((name, report.arms[name]) for name in ARMS)
    ]
    return _table(heading, rows)


def _numbers(table: SurvivalTable, report: AnalysisReport) -> str:
    years = (0, *(point.years for point in report.arms["IMNI"].km))
    rows = [
        [arm, name, *map(str, counts)]
        for arm, curve in arm_curves(table).items()
        for name, counts in risk_rows(table, curve, years).items()
    ]
    return _table(["Arm", "", *(f"{year} y" for year in years)], rows)


def _table(heading: list[str], rows: list[list[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
