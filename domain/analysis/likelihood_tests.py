"""Limits and tests of the hazard ratio by the likelihood itself: they exist also where it has no finite maximum."""

from __future__ import annotations

import math
from statistics import NormalDist

from domain.analysis import wald
from domain.analysis.hazard_results import CoxEstimate, EqualityTests, MarginTest, ProfileLimits
from domain.analysis.partial_likelihood import PartialLikelihood

_CLOSE = 1e-12
_FLAT = "the likelihood does not depend on the hazard ratio"


def profile_limits(likelihood: PartialLikelihood, alpha: float) -> ProfileLimits:
    """Hazard ratios whose log likelihood lies less than z(1 - `alpha`)² / 2 below the highest; `alpha` is one-sided.

    Of a likelihood that rises for ever one limit is finite: the other is 0, or null.
    """
    if likelihood.tends_to_zero and likelihood.tends_to_infinity:
        return ProfileLimits(lower=None, upper=None, reason=_FLAT)
    depth = NormalDist().inv_cdf(1 - alpha) ** 2 / 2
    lower = 0.0 if likelihood.tends_to_zero else math.exp(_crossing(likelihood, depth, -1))
    if likelihood.tends_to_infinity:
        return ProfileLimits(lower=lower, upper=None, reason="the likelihood rises for ever: no upper limit")
    reason = "the likelihood rises towards 0: no lower limit" if likelihood.tends_to_zero else None
    return ProfileLimits(lower=lower, upper=math.exp(_crossing(likelihood, depth, 1)), reason=reason)


def likelihood_ratio_test(likelihood: PartialLikelihood, margin: float, alpha: float) -> MarginTest:
    """Signed root of the likelihood ratio of the margin to the best hazard ratio; negative: better than the margin."""
    if likelihood.tends_to_zero and likelihood.tends_to_infinity:
        return _undefined(margin)
    above = likelihood.tends_to_infinity or (likelihood.maximum is not None and likelihood.maximum > math.log(margin))
    root = math.sqrt(_likelihood_ratio(likelihood, math.log(margin)))
    return _margin_test(root if above else -root, margin, alpha)


def score_test(likelihood: PartialLikelihood, margin: float, alpha: float) -> MarginTest:
    """Slope of the log likelihood at the margin over the root of its information there."""
    slope, information = likelihood.score(math.log(margin))
    if information == 0:
        return _undefined(margin)
    return _margin_test(slope / math.sqrt(information), margin, alpha)


def equality_tests(likelihood: PartialLikelihood, cox: CoxEstimate) -> EqualityTests:
    """Wald, likelihood-ratio and score test of a hazard ratio of 1; without an estimate there is no Wald test."""
    slope, information = likelihood.score(0.0)
    flat = information == 0
    wald_chi2 = None if cox.coef is None or cox.se is None else (cox.coef / cox.se) ** 2
    lr_chi2 = None if flat else _likelihood_ratio(likelihood, 0.0)
    score_chi2 = None if flat else slope**2 / information
    return EqualityTests(
        wald_chi2=wald_chi2,
        wald_p=wald.p_chi_square(wald_chi2),
        lr_chi2=lr_chi2,
        lr_p=wald.p_chi_square(lr_chi2),
        score_chi2=score_chi2,
        score_p=wald.p_chi_square(score_chi2),
        loglik_null=None if flat else likelihood.log_likelihood(0.0),
        loglik_model=None if flat else likelihood.supremum,
        reason=cox.reason,
    )


def _crossing(likelihood: PartialLikelihood, depth: float, direction: int) -> float:
    """Where the log likelihood has fallen by `depth` on one side of its maximum.

    It is concave, so Newton's steps from a coefficient beyond never overshoot.
    """
    floor = likelihood.supremum - depth
    coef = likelihood.maximum or 0.0
    stride = 1.0
    while likelihood.log_likelihood(coef) > floor:
        coef += direction * stride
        stride *= 2
    while True:
        step = (floor - likelihood.log_likelihood(coef)) / likelihood.score(coef)[0]
        coef += step
        if step * direction >= -_CLOSE * (1 + abs(coef)):
            return coef


def _likelihood_ratio(likelihood: PartialLikelihood, coef: float) -> float:
    """Twice the log likelihood lost at a coefficient; rounding never makes it negative."""
    return max(0.0, 2 * (likelihood.supremum - likelihood.log_likelihood(coef)))


def _margin_test(z: float, margin: float, alpha: float) -> MarginTest:
    p = wald.p_below(z)
    return MarginTest(margin_hr=margin, z=z, p_one_sided=p, noninferior=p < alpha)


def _undefined(margin: float) -> MarginTest:
    return MarginTest(margin_hr=margin, z=None, p_one_sided=None, noninferior=None, reason=_FLAT)
