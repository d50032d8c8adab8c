"""The endpoints at 2, 3 and 5 years, and, by arm, what compares the arms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.analysis.result import AnalysisReport, ArmEstimate
from domain.analysis.survival_results import RestrictedMeanDifference, SurvivalPoint
from domain.analysis.survival_table import ARMS, DAYS_PER_YEAR
from flows.reports.survival_words import (
    difference_points,
    hazard_ratio_limits,
    median,
    p_value,
    population_name,
)
from flows.reports.tables.table import Row, Table

if TYPE_CHECKING:
    from flows.analyses import Performed

YEARS = (2, 3, 5)


def endpoints(done: Sequence[Performed], *, by_arm: bool) -> Table:
    """Survival with limits and patients at risk; not estimable where nobody was followed that long."""
    names = ARMS if by_arm else ("All patients",)
    rows = [row for each in done for row in _of_endpoint(each, by_arm=by_arm)]
    return Table(
        title="Endpoints at 2, 3 and 5 years",
        columns=names,
        rows=rows,
        notes=("Kaplan–Meier survival (95 % log-log limits); patients at risk at that time.",),
        records=[each.id for each in done],
        first="Endpoint",
    )


def _of_endpoint(each: Performed, *, by_arm: bool) -> list[Row]:
    report = each.report
    groups = [report.arms[arm] for arm in ARMS] if by_arm else [report.pooled]
    events = tuple(f"{group.events} of {group.n}" for group in groups)
    rows = [Row(f"{_named(report)} [{each.id}]"), Row("events", events, 1)]
    for year in YEARS:
        cells = tuple(_survival(group, year) for group in groups)
        rows.append(Row(f"{year} years", cells, 1))
    return [*rows, Row("median, years", tuple(median(group.median) for group in groups), 1)]


def _survival(group: ArmEstimate, year: int) -> str:
    point = next(point for point in group.km if point.years == year)
    if point.survival is None or point.beyond_last_time:
        return "not estimable (nobody followed that long)" if group.n else "not estimable (no patients)"
    return f"{100 * point.survival:.1f} % ({_limits(point)}), {point.at_risk} at risk"


def _limits(point: SurvivalPoint) -> str:
    if point.lower is None or point.upper is None:
        return "no limits"
    return f"{100 * point.lower:.1f} to {100 * point.upper:.1f}"


def comparisons(done: Sequence[Performed]) -> Table:
    """What compares the arms: one column an endpoint and population. For the closed report only."""
    reports = [each.report for each in done]
    rows = [
        Row("Hazard ratio OMIT : IMNI (95 % CI)", tuple(hazard_ratio_limits(r.cox) for r in reports)),
        Row("Wald test at the margin, one-sided p", tuple(_p(r.cox.ni_p_one_sided) for r in reports)),
        Row("Score test at the margin, one-sided p", tuple(_p(r.score_ni.p_one_sided) for r in reports)),
        Row("Likelihood-ratio test at the margin, one-sided p", tuple(_p(r.lr_ni.p_one_sided) for r in reports)),
        Row("Profile limits of the hazard ratio", tuple(_profile(r) for r in reports)),
        Row(f"Difference at {_years(done)} years, points (95 % CI)", tuple(_points(r) for r in reports)),
        Row("Difference at the margin, one-sided p", tuple(_p(r.difference_5y.ni_p_one_sided) for r in reports)),
        Row("Log-rank test, two-sided p", tuple(_p(r.logrank.p) for r in reports)),
        Row(f"Event-free days gained in {_years(done)} years (95 % CI)", tuple(_gained(r) for r in reports)),
        Row("Proportional hazards, two-sided p", tuple(_p(r.proportional_hazards.km.p) for r in reports)),
        Row("Conclusion", tuple(_conclusion(r) for r in reports)),
    ]
    return Table(
        title="Comparison of the arms",
        columns=[f"{_named(each.report)} [{each.id}]" for each in done],
        rows=rows,
        notes=_notes(reports),
        records=[each.id for each in done],
    )


def _notes(reports: Sequence[AnalysisReport]) -> tuple[str, ...]:
    cox = reports[0].cox
    said = [
        f"Margins: hazard ratio {cox.ni_margin:.2f}, difference −{100 * -reports[0].difference_5y.margin:g} points. "
        "The upper end of a two-sided 95 % interval is the one-sided 97.5 % limit.",
    ]
    if any(report.difference_5y.beyond_last_time for report in reports):
        said.append("† beyond follow-up: survival carried forward.")
    said += [f"{_named(r)}: hazard ratio not estimable, {r.cox.reason}." for r in reports if not r.cox.estimable]
    return tuple(said)


def _named(report: AnalysisReport) -> str:
    return f"{report.endpoint}, {population_name(report).lower()}"


def _years(done: Sequence[Performed]) -> int:
    return done[0].report.pooled.km[-1].years


def _p(p: float | None) -> str:
    return "not estimable" if p is None else p_value(p).removeprefix("= ")


def _profile(report: AnalysisReport) -> str:
    found = report.profile
    if found.lower is None and found.upper is None:
        return "not estimable"
    return f"{found.lower or 0:.2f} to {'unbounded' if found.upper is None else f'{found.upper:.2f}'}"


def _points(report: AnalysisReport) -> str:
    return difference_points(report.difference_5y) + (" †" if report.difference_5y.beyond_last_time else "")


def _gained(report: AnalysisReport) -> str:
    found, unit = report.rmst.difference, 1 if report.rmst.unit == "days" else DAYS_PER_YEAR
    return _in_days(found, unit)


def _in_days(found: RestrictedMeanDifference, unit: float) -> str:
    if found.diff is None or found.lower is None or found.upper is None:
        return "not estimable"
    said = [f"{unit * value:.0f}".replace("-", "−") for value in (found.diff, found.lower, found.upper)]
    return f"{said[0]} ({said[1]} to {said[2]})" + (" †" if found.tau_beyond_last_time else "")


def _conclusion(report: AnalysisReport) -> str:
    return report.verdict.conclusion if report.judged_here else f"supportive: {report.verdict.conclusion}"
