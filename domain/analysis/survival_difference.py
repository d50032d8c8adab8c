"""The difference in survival at the horizon and its test against the non-inferiority margin."""

from __future__ import annotations

import math

from domain.analysis import wald
from domain.analysis.kaplan_meier import CurvePoint
from domain.analysis.survival_results import SurvivalDifference


def survival_difference(
    control: CurvePoint, experimental: CurvePoint, margin: float, alpha: float
) -> SurvivalDifference:
    """OMIT minus IMNI at one time; `margin` is the loss of survival still accepted (0.10), `alpha` one-sided.

    Undefined, with the reason, without a positive standard error: the test would otherwise declare non-inferiority
    before the first event. Standard errors are Greenwood's at the last event; lifelines interpolates the variance.
    """
    diff, se = _difference(control, experimental), _standard_error(control, experimental)
    beyond = control.beyond_last_time or experimental.beyond_last_time
    if diff is None or not se:
        reason = _why_undefined(diff, se)
        return SurvivalDifference(
            diff=diff,
            se=se,
            lower=None,
            upper=None,
            margin=-margin,
            ni_p_one_sided=None,
            noninferior=None,
            beyond_last_time=beyond,
            reason=reason,
        )
    lower, upper = wald.limits(diff, se, alpha)
    p = wald.p_above((diff + margin) / se)
    return SurvivalDifference(
        diff=diff,
        se=se,
        lower=lower,
        upper=upper,
        margin=-margin,
        ni_p_one_sided=p,
        noninferior=p < alpha,
        beyond_last_time=beyond,
    )


def _difference(control: CurvePoint, experimental: CurvePoint) -> float | None:
    if control.survival is None or experimental.survival is None:
        return None
    return experimental.survival - control.survival


def _standard_error(control: CurvePoint, experimental: CurvePoint) -> float | None:
    if control.se is None or experimental.se is None:
        return None
    return math.hypot(control.se, experimental.se)


def _why_undefined(diff: float | None, se: float | None) -> str:
    if diff is None:
        return "an arm has no patients"
    if se is None:
        return "survival is 0 in an arm: its standard error is undefined"
    return "no events by that time: the standard error is 0, so there is nothing to test"
