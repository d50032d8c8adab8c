"""Log-rank test and hazard ratio with patients compared only within their stratum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.analysis.hazard_ratio import fitted
from domain.analysis.hazard_results import Stratified
from domain.analysis.log_rank import within_strata
from domain.analysis.partial_likelihood import PartialLikelihood, partial_likelihood
from domain.analysis.risk_table import FloatArray
from domain.analysis.two_arms import two_arms


def stratified(  # noqa: PLR0913, PLR0917 - the table by columns, and what the test is against
    time: FloatArray, status: FloatArray, arm: FloatArray, strata: Sequence[str] | None, margin: float, alpha: float
) -> Stratified:
    """One hazard ratio, a baseline hazard for each stratum; Efron's ties. By this package: lifelines has no such test.

    `margin` is a hazard ratio, `alpha` one-sided. As R's `survdiff` and `coxph` with `strata`.
    """
    if strata is None:
        return Stratified(strata=0, logrank=None, cox=None, reason="the table has no column stratum")
    if not strata:
        return Stratified(strata=0, logrank=None, cox=None, reason="no patients")
    labels, stratum = np.unique(np.asarray(strata), return_inverse=True)
    chosen = [stratum == code for code in range(len(labels))]
    counts = [two_arms(time[each], status[each], arm[each]) for each in chosen]
    likelihood = partial_likelihood(counts)
    cox = fitted(likelihood, _why_no_maximum(likelihood), margin, alpha)
    return Stratified(strata=len(labels), logrank=within_strata(counts), cox=cox)


def _why_no_maximum(likelihood: PartialLikelihood) -> str:
    if likelihood.tends_to_zero and likelihood.tends_to_infinity:
        return "no event occurred while both arms of its stratum had patients at risk"
    direction = "zero" if likelihood.tends_to_zero else "infinity"
    return f"within the strata the likelihood is monotone, the hazard ratio tends to {direction}"
