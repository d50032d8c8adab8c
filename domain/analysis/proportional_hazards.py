"""Does the hazard ratio change with time?"""

from __future__ import annotations

import numpy as np

from domain.analysis import wald
from domain.analysis.hazard_results import ChiSquare, CoxEstimate, ProportionalHazards
from domain.analysis.partial_likelihood import PartialLikelihood
from domain.analysis.risk_table import FloatArray
from domain.analysis.two_arms import TwoArms

_INFORMATIVE = 1e-10


def proportional_hazards(likelihood: PartialLikelihood, counts: TwoArms, cox: CoxEstimate) -> ProportionalHazards:
    """Score test of a coefficient that changes with time, as R's `cox.zph` from survival 3.0 on.

    Time is measured by the Kaplan–Meier curve of all patients just before the event, and as it is. lifelines tests
    the approximation of older R: on Veteran's lung trial, time as it is, it gives 2.20 and not 4.91.
    Source: Grambsch and Therneau, doi 10.1093/biomet/81.3.515.
    """
    if likelihood.maximum is None:
        undefined = ChiSquare(chi2=None, df=1, p=None, reason=cox.reason)
        return ProportionalHazards(km=undefined, identity=undefined)
    seen = _share_seen(counts)[np.searchsorted(counts.time, likelihood.time)]
    return ProportionalHazards(
        km=_test(likelihood, likelihood.maximum, seen), identity=_test(likelihood, likelihood.maximum, likelihood.time)
    )


def _share_seen(counts: TwoArms) -> FloatArray:
    surviving = np.cumprod(1 - counts.events / counts.at_risk)
    return 1 - np.append(1.0, surviving[:-1])


def _test(likelihood: PartialLikelihood, coef: float, clock: FloatArray) -> ChiSquare:
    """Score of clock · coefficient at the fitted model over what is left of its information."""
    residual, variance = likelihood.residuals(coef)
    clock = clock - np.average(clock, weights=variance)
    information = float(np.sum(clock**2 * variance))
    if information <= _INFORMATIVE * float(np.sum(variance)) * max(1.0, float(np.max(np.abs(clock))) ** 2):
        return ChiSquare(chi2=None, df=1, p=None, reason="both arms were at risk at the events of one time only")
    chi2 = float(np.sum(clock * residual)) ** 2 / information
    return ChiSquare(chi2=chi2, df=1, p=wald.p_chi_square(chi2))
