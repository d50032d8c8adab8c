"""All the estimates of one survival table."""

from __future__ import annotations

import numpy as np

from domain.analysis.competing_risks import competing_risks
from domain.analysis.follow_up_time import median_follow_up
from domain.analysis.hazard_ratio import fitted, why_not_estimable
from domain.analysis.kaplan_meier import CurvePoint, SurvivalCurve, survival_curve
from domain.analysis.likelihood_tests import equality_tests, likelihood_ratio_test, profile_limits, score_test
from domain.analysis.log_rank import log_rank
from domain.analysis.partial_likelihood import partial_likelihood
from domain.analysis.proportional_hazards import proportional_hazards
from domain.analysis.restricted_mean import restricted_means
from domain.analysis.result import Analysis, ArmEstimate, FollowUp
from domain.analysis.risk_table import FloatArray, merge_same_times
from domain.analysis.stratified import stratified
from domain.analysis.survival_difference import survival_difference
from domain.analysis.survival_results import MedianSurvival, SurvivalPoint
from domain.analysis.survival_table import ARMS, Arm, SurvivalTable
from domain.analysis.two_arms import two_arms
from domain.analysis.verdict import verdict, verdict_of_difference
from domain.protocol.edition import Margins


def analyse(table: SurvivalTable, margins: Margins) -> Analysis:
    """Every estimate of the table, at the margins, the one-sided alpha and the horizon of a protocol edition.

    Estimates are those of R 4.2 `survival`; what is undefined is None with its reason. Limits are at 1 - 2 alpha: 95 %.
    """
    time, status, arm = columns(table)
    alpha, margin, horizon = float(margins.one_sided_alpha), float(margins.hazard_ratio), margins.horizon_years
    instants = tuple(table.instant(year) for year in range(1, horizon + 1))
    curves = arm_curves(table, 1 - 2 * alpha)
    control, experimental = (curves[name].at(instants[-1]) for name in ARMS)
    difference = survival_difference(control, experimental, float(margins.difference), alpha)
    counts = two_arms(time, status, arm)
    likelihood = partial_likelihood([counts])
    cox = fitted(likelihood, why_not_estimable(time, status, arm), margin, alpha)
    return Analysis(
        n=len(table),
        events=sum(table.status),
        arms={name: _arm(table, curves[name], horizon) for name in ARMS},
        logrank=log_rank(time, status, arm),
        cox=cox,
        difference_5y=difference,
        follow_up=_follow_up(table, median_follow_up(time, status)),
        verdict=verdict(cox) if margins.judged_by == "hazard-ratio" else verdict_of_difference(difference),
        profile=profile_limits(likelihood, alpha),
        lr_ni=likelihood_ratio_test(likelihood, margin, alpha),
        score_ni=score_test(likelihood, margin, alpha),
        equality=equality_tests(likelihood, cox),
        proportional_hazards=proportional_hazards(likelihood, counts, cox),
        rmst=restricted_means(curves, instants[-1], table.unit, alpha),
        stratified=stratified(time, status, arm, table.stratum, margin, alpha),
        competing=competing_risks(time, table.cause, arm, instants, alpha),
        pooled=_arm(table, survival_curve(time, status, 1 - 2 * alpha), horizon),
    )


def arm_curves(table: SurvivalTable, confidence: float = 0.95) -> dict[Arm, SurvivalCurve]:
    """The Kaplan–Meier curve of each arm, times in the unit of the table."""
    time, status, arm = columns(table)
    return {name: survival_curve(time[arm == code], status[arm == code], confidence) for code, name in enumerate(ARMS)}


def columns(table: SurvivalTable) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Time, status and arm as arrays, times that differ by rounding alone made equal."""
    time, status, arm = (np.asarray(column, dtype=np.float64) for column in (table.time, table.status, table.arm))
    return merge_same_times(time), status, arm


def _arm(table: SurvivalTable, curve: SurvivalCurve, horizon: int) -> ArmEstimate:
    points = tuple(_point(year, curve.at(table.instant(year))) for year in range(1, horizon + 1))
    n = int(curve.counts.at_risk[0]) if len(curve.survival) else 0
    return ArmEstimate(n=n, events=int(curve.counts.events.sum()), km=points, median=_median(table, curve))


def _point(year: int, point: CurvePoint) -> SurvivalPoint:
    return SurvivalPoint(
        years=year,
        survival=point.survival,
        se=point.se,
        lower=point.lower,
        upper=point.upper,
        at_risk=point.at_risk,
        beyond_last_time=point.beyond_last_time,
        reason=_why_without_limits(point),
    )


def _why_without_limits(point: CurvePoint) -> str | None:
    if point.survival is None:
        return "no patients in this arm"
    if point.lower is not None:
        return "beyond the last time of this arm: survival carried forward" if point.beyond_last_time else None
    return f"survival is {point.survival:.0f}: log-log limits are undefined"


def _median(table: SurvivalTable, curve: SurvivalCurve) -> MedianSurvival:
    median, lower, upper = (None if time is None else table.years(time) for time in curve.median())
    missing = [name for name, value in (("median", median), ("lower", lower), ("upper", upper)) if value is None]
    reason = f"not reached: {', '.join(missing)}" if missing else None
    if not len(curve.survival):
        reason = "no patients in this arm"
    return MedianSurvival(years=median, lower=lower, upper=upper, reason=reason)


def _follow_up(table: SurvivalTable, median: float | None) -> FollowUp:
    if median is not None:
        return FollowUp(median_years=table.years(median))
    return FollowUp(
        median_years=None, reason="the reverse Kaplan–Meier curve stays above 0.5" if len(table) else "no patients"
    )
