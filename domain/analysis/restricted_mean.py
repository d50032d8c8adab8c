"""The mean event-free time up to a horizon, and its difference between the arms."""

from __future__ import annotations

import math

import numpy as np

from domain.analysis import wald
from domain.analysis.kaplan_meier import SurvivalCurve
from domain.analysis.risk_table import SAME_TIME
from domain.analysis.survival_results import RestrictedMean, RestrictedMeanDifference, RestrictedMeans
from domain.analysis.survival_table import ARMS, Arm, Unit

_CERTAIN = "the standard error is 0: no limits and no test"


def restricted_means(curves: dict[Arm, SurvivalCurve], tau: float, unit: Unit, alpha: float) -> RestrictedMeans:
    """The area under each Kaplan–Meier curve up to `tau`, both in `unit`; `alpha` is one-sided.

    As R's `survfit` and survRM2: Greenwood-type standard error, survival carried forward past the last time and
    flagged. lifelines returns the variance of min(T, tau) instead, a standard error some √n times too large.
    Source: Royston and Parmar, doi 10.1186/1471-2288-13-152.
    """
    arms: dict[Arm, RestrictedMean] = {name: restricted_mean(curves[name], tau, alpha) for name in ARMS}
    difference = _difference(arms[ARMS[0]], arms[ARMS[1]], alpha)
    return RestrictedMeans(tau=tau, unit=unit, arms=arms, difference=difference)


def restricted_mean(curve: SurvivalCurve, tau: float, alpha: float) -> RestrictedMean:
    """One arm."""
    if not len(curve.survival):
        return RestrictedMean(
            rmst=None, se=None, lower=None, upper=None, tau_beyond_last_time=True, reason="no patients in this arm"
        )
    rmst, se = _area(curve, tau)
    lower, upper = wald.limits(rmst, se, alpha) if se else (None, None)
    beyond = bool(tau > curve.counts.time[-1] * (1 + SAME_TIME))
    return RestrictedMean(
        rmst=rmst, se=se, lower=lower, upper=upper, tau_beyond_last_time=beyond, reason=None if se else _CERTAIN
    )


def _area(curve: SurvivalCurve, tau: float) -> tuple[float, float]:
    """Area under the steps, and the root of the sum of Greenwood's terms weighted by the squared area still ahead."""
    ends = np.minimum(np.append(curve.counts.time, tau), tau)
    steps = np.append(1.0, curve.survival) * np.diff(ends, prepend=0.0)
    ahead = np.cumsum(steps[::-1])[::-1][1:]
    events, at_risk = curve.counts.events, curve.counts.at_risk
    surviving = at_risk - events
    terms = np.where(surviving > 0, events / (at_risk * np.maximum(surviving, 1)), 0.0)
    return float(steps.sum()), math.sqrt(float(np.sum(ahead**2 * terms)))


def _difference(control: RestrictedMean, experimental: RestrictedMean, alpha: float) -> RestrictedMeanDifference:
    beyond = control.tau_beyond_last_time or experimental.tau_beyond_last_time
    if control.rmst is None or experimental.rmst is None or control.se is None or experimental.se is None:
        return _untested(None, None, None, beyond, "an arm has no patients")
    diff, se = experimental.rmst - control.rmst, math.hypot(control.se, experimental.se)
    ratio = experimental.rmst / control.rmst if control.rmst else None
    if not se:
        return _untested(diff, se, ratio, beyond, _CERTAIN)
    lower, upper = wald.limits(diff, se, alpha)
    return RestrictedMeanDifference(
        diff=diff,
        se=se,
        lower=lower,
        upper=upper,
        z=diff / se,
        p=wald.p_two_sided(diff / se),
        ratio=ratio,
        tau_beyond_last_time=beyond,
        reason=None if control.rmst else "the mean of arm IMNI is 0: no ratio",
    )


def _untested(
    diff: float | None, se: float | None, ratio: float | None, beyond: bool, reason: str
) -> RestrictedMeanDifference:
    return RestrictedMeanDifference(
        diff=diff,
        se=se,
        lower=None,
        upper=None,
        z=None,
        p=None,
        ratio=ratio,
        tau_beyond_last_time=beyond,
        reason=reason,
    )
