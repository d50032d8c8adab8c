"""The hazard ratio of OMIT against IMNI and its test against the non-inferiority margin."""

from __future__ import annotations

import math

import numpy as np

from domain.analysis import wald
from domain.analysis.hazard_results import CoxEstimate
from domain.analysis.partial_likelihood import PartialLikelihood, partial_likelihood
from domain.analysis.risk_table import FloatArray
from domain.analysis.survival_table import ARMS
from domain.analysis.two_arms import two_arms


def hazard_ratio(time: FloatArray, status: FloatArray, arm: FloatArray, margin: float, alpha: float) -> CoxEstimate:
    """Cox model with Efron's handling of ties; `margin` is a hazard ratio, `alpha` one-sided.

    By this package, to the last digit. lifelines stops early, the coefficient wrong in its fourth digit, and returns a
    huge one with a huge standard error where the likelihood has no finite maximum, which reads as "not non-inferior"
    with no event on OMIT at all. Source: Efron, doi 10.1080/01621459.1977.10480613.
    """
    return fitted(
        partial_likelihood([two_arms(time, status, arm)]), why_not_estimable(time, status, arm), margin, alpha
    )


def fitted(likelihood: PartialLikelihood, why_not: str | None, margin: float, alpha: float) -> CoxEstimate:
    """The estimate at the maximum of a likelihood; `why_not` says in words why it has none."""
    if likelihood.maximum is None:
        return not_estimable(why_not, margin)
    _, information = likelihood.score(likelihood.maximum)
    return estimated(likelihood.maximum, information**-0.5, margin, alpha)


def estimated(coef: float, se: float, margin: float, alpha: float) -> CoxEstimate:
    """A log hazard ratio with its limits and its Wald test against the margin."""
    lower, upper = wald.limits(coef, se, alpha)
    z = (coef - math.log(margin)) / se
    p = wald.p_below(z)
    return CoxEstimate(
        estimable=True,
        reason=None,
        coef=coef,
        se=se,
        hr=math.exp(coef),
        lower=math.exp(lower),
        upper=math.exp(upper),
        ni_margin=margin,
        ni_z=z,
        ni_p_one_sided=p,
        noninferior=p < alpha,
    )


def why_not_estimable(time: FloatArray, status: FloatArray, arm: FloatArray) -> str | None:
    """Why the hazard ratio has no finite estimate; None when it has one.

    The likelihood is bounded on both sides only if each arm has an event while the other still has patients at risk.
    """
    for code, name in enumerate(ARMS):
        if not np.any(arm == code):
            return f"no patients in arm {name}"
    if not status.any():
        return "no events"
    control, experimental = (_event_while_other_at_risk(time, status, arm, code) for code in (0, 1))
    if control and experimental:
        return None
    if not control and not experimental:
        return "no event occurred while both arms had patients at risk"
    return _monotone(status, arm, 1 if control else 0)


def _event_while_other_at_risk(time: FloatArray, status: FloatArray, arm: FloatArray, code: int) -> bool:
    events = time[(arm == code) & (status == 1)]
    return bool(np.any(events <= time[arm != code].max()))


def _monotone(status: FloatArray, arm: FloatArray, without: int) -> str:
    """The words for a likelihood that rises for ever, arm `without` having no event that would bound it."""
    direction = "zero" if without == 1 else "infinity"
    if not status[arm == without].any():
        return f"no events in arm {ARMS[without]}: the likelihood is monotone, the hazard ratio tends to {direction}"
    return (
        f"every event of arm {ARMS[without]} came after the other arm was last observed: the likelihood is monotone, "
        f"the hazard ratio tends to {direction}"
    )


def not_estimable(reason: str | None, margin: float) -> CoxEstimate:
    """No hazard ratio, and why."""
    return CoxEstimate(
        estimable=False,
        reason=reason,
        coef=None,
        se=None,
        hr=None,
        lower=None,
        upper=None,
        ni_margin=margin,
        ni_z=None,
        ni_p_one_sided=None,
        noninferior=None,
    )
