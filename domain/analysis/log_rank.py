"""The log-rank test of two arms, in one group of patients or within strata."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from domain.analysis import lifelines_estimates, wald
from domain.analysis.hazard_results import LogRank
from domain.analysis.risk_table import FloatArray
from domain.analysis.survival_table import ARMS
from domain.analysis.two_arms import TwoArms, two_arms


def log_rank(time: FloatArray, status: FloatArray, arm: FloatArray) -> LogRank:
    """Test OMIT against IMNI, hypergeometric variance; undefined, with the reason, where that variance is zero.

    lifelines gives chi-square 0 and p 1 without events and NaN for an empty arm: both are undefined, so guarded here.
    """
    counted = within_strata([two_arms(time, status, arm)])
    if counted.z is None:
        return counted.model_copy(update={"reason": _why_undefined(status, arm)})
    chi2, p = lifelines_estimates.log_rank_test(time, status, arm)
    return counted.model_copy(update={"chi2": chi2, "p": p, "z": math.copysign(math.sqrt(chi2), counted.z)})


def within_strata(strata: Sequence[TwoArms]) -> LogRank:
    """Excess events and their variances summed over strata, as R's `survdiff` with `strata`; lifelines has none.

    Source: Mantel, Cancer Chemother Rep 1966;50:163; Peto and Peto, doi 10.2307/2344317.
    """
    expected0, expected1, variance = (sum(column) for column in zip(*map(_moments, strata), strict=True))
    observed0, observed1 = (int(sum(getattr(each, name).sum() for each in strata)) for name in ("events0", "events1"))
    z = (observed1 - expected1) / math.sqrt(variance) if variance else None
    chi2 = None if z is None else z**2
    return LogRank(
        chi2=chi2,
        p=wald.p_chi_square(chi2),
        z=z,
        observed=(observed0, observed1),
        expected=(expected0, expected1),
        variance=variance,
        reason="within the strata no event told the arms apart: the variance is zero" if z is None else None,
    )


def _moments(counts: TwoArms) -> tuple[float, float, float]:
    """Expected events of IMNI and of OMIT, and their variance."""
    share0, share1 = counts.at_risk0 / counts.at_risk, counts.at_risk1 / counts.at_risk
    correction = (counts.at_risk - counts.events) / np.maximum(counts.at_risk - 1, 1)
    variance = counts.events * share0 * share1 * correction
    return float((counts.events * share0).sum()), float((counts.events * share1).sum()), float(variance.sum())


def _why_undefined(status: FloatArray, arm: FloatArray) -> str:
    for code, name in enumerate(ARMS):
        if not np.any(arm == code):
            return f"no patients in arm {name}"
    return "no event told the arms apart: the variance is zero" if status.any() else "no events"
