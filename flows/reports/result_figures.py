"""The figures of the results: cumulative incidence, non-inferiority, maturity of follow-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from domain.analysis.analyse import columns
from domain.analysis.hazard_results import ChiSquare
from domain.analysis.survival_table import ARMS, SurvivalTable
from flows.reports.figures.drawing import BY_ARM, EVERYONE, Draw, Group
from flows.reports.survival_words import (
    caption,
    difference_points,
    endpoint_name,
    hazard_ratio_limits,
    p_value,
    population_name,
)

if TYPE_CHECKING:
    from domain.analysis.result import AnalysisReport
    from domain.analysis.risk_table import FloatArray
    from flows.reports.figures.non_inferiority import Compared, Estimate

_COMPETING = {"EFS": "death of another cause", "LRRFS": "distant recurrence, other breast cancer or death"}


def incidence(table: SurvivalTable, report: AnalysisReport, *, by_arm: bool) -> Draw:
    """How many have had the event, others having had a competing one first; `table` tells causes apart."""
    from flows.reports.figures.cumulative_incidence import CumulativeIncidence, Incidence, draw

    causes = np.asarray(table.cause if table.cause is not None else table.status, dtype=np.float64)
    picture = CumulativeIncidence(
        title=f"{endpoint_name(report)}: cumulative incidence",
        caption=caption(report),
        event=f"{report.endpoint} event" if report.endpoint != "OS" else "death",
        competing=_COMPETING.get(report.endpoint or "", "competing event"),
        table=table,
        groups=[Incidence(group, time, causes[rows]) for group, rows, time in _groups(table, by_arm)],
        horizon=report.pooled.km[-1].years,
        findings=tuple(_gray(report)) if by_arm else (),
    )
    return partial(draw, picture)


def maturity(table: SurvivalTable, report: AnalysisReport, *, by_arm: bool) -> Draw:
    """The share of patients followed beyond each time."""
    from flows.reports.figures.follow_up_maturity import Followed, Maturity, draw

    _, status, _ = columns(table)
    picture = Maturity(
        title="Maturity of follow-up, reverse Kaplan–Meier",
        caption=caption(report),
        table=table,
        groups=[Followed(group, time, status[rows]) for group, rows, time in _groups(table, by_arm)],
        horizon=report.pooled.km[-1].years,
    )
    return partial(draw, picture)


def _groups(table: SurvivalTable, by_arm: bool) -> Iterator[tuple[Group, NDArray[np.bool_], FloatArray]]:
    time, _, arm = columns(table)
    if not by_arm:
        yield EVERYONE, np.ones(len(time), dtype=np.bool_), time
        return
    for code, group in enumerate(BY_ARM):
        yield group, arm == code, time[arm == code]


def _gray(report: AnalysisReport) -> Iterator[str]:
    if report.competing.gray_test is None:
        return
    yield f"Gray's test, event of interest: {_chi_square(report.competing.gray_test.cause1)}"
    yield f"Gray's test, competing event: {_chi_square(report.competing.gray_test.cause2)}"


def _chi_square(test: ChiSquare) -> str:
    if test.chi2 is None or test.p is None:
        return f"undefined: {test.reason}"
    return f"χ² {test.chi2:.2f}, two-sided p {p_value(test.p)}"


def non_inferiority(reports: Sequence[AnalysisReport], as_of: str) -> Draw:
    """Every endpoint and population beside the margins; by arm only."""
    from flows.reports.figures.non_inferiority import Forest, draw

    first = reports[0]
    carried = any(report.difference_5y.beyond_last_time for report in reports)
    picture = Forest(
        title="Non-inferiority",
        caption=as_of + (" · † beyond follow-up, survival carried forward" if carried else ""),
        rows=[_compared(report) for report in reports],
        margin_hr=first.cox.ni_margin,
        margin_points=100 * first.difference_5y.margin,
        years=first.pooled.km[-1].years,
    )
    return partial(draw, picture)


def _compared(report: AnalysisReport) -> Compared:
    from flows.reports.figures.non_inferiority import Compared

    counts = " · ".join(f"{arm} {report.arms[arm].events}/{report.arms[arm].n}" for arm in ARMS)
    return Compared(f"{report.endpoint}, {population_name(report).lower()}", counts, _ratio(report), _points(report))


def _ratio(report: AnalysisReport) -> Estimate:
    """Without a finite hazard ratio its likelihood may still bound it on one side."""
    from flows.reports.figures.non_inferiority import Estimate

    cox, profile = report.cox, report.profile
    if cox.hr is not None:
        return Estimate(cox.hr, cox.lower, cox.upper, hazard_ratio_limits(cox))
    if profile.upper is not None:
        return Estimate(None, None, profile.upper, f"not estimable; likelihood: below {profile.upper:.2f}")
    if profile.lower:
        return Estimate(None, profile.lower, None, f"not estimable; likelihood: above {profile.lower:.2f}")
    return Estimate(None, None, None, "not estimable")


def _points(report: AnalysisReport) -> Estimate:
    from flows.reports.figures.non_inferiority import Estimate

    found = report.difference_5y
    if found.diff is None or found.lower is None or found.upper is None:
        return Estimate(None, None, None, "not estimable")
    said = difference_points(found) + (" †" if found.beyond_last_time else "")
    return Estimate(100 * found.diff, 100 * found.lower, 100 * found.upper, said)
