"""Results on the hazards of the two arms, as printed."""

from __future__ import annotations

from typing import Literal

from domain.analysis.frozen_result import FrozenResult

Conclusion = Literal["superior", "non-inferior", "inconclusive", "inferior", "not estimable"]


class LogRank(FrozenResult):
    """Two-sided log-rank test. `z` is positive when OMIT has more events than expected.

    `observed` and `expected` events are those of IMNI and of OMIT; `variance` is hypergeometric.
    """

    chi2: float | None
    p: float | None
    z: float | None
    observed: tuple[int, int]
    expected: tuple[float, float]
    variance: float
    reason: str | None = None


class CoxEstimate(FrozenResult):
    """Hazard ratio of OMIT against IMNI (Cox, Efron) with 95 % limits, and its Wald test against the margin.

    `ni_p_one_sided` is the lower tail of `ni_z` = (coef - log margin) / se.
    """

    estimable: bool
    reason: str | None
    coef: float | None
    se: float | None
    hr: float | None
    lower: float | None
    upper: float | None
    ni_margin: float
    ni_z: float | None
    ni_p_one_sided: float | None
    noninferior: bool | None


class ProfileLimits(FrozenResult):
    """Limits of the hazard ratio by the profile likelihood. `lower` is 0 or `upper` null where it is unbounded."""

    lower: float | None
    upper: float | None
    reason: str | None = None


class MarginTest(FrozenResult):
    """Test of the hazard ratio against the margin; it exists also where the hazard ratio has no finite estimate.

    `p_one_sided` is the lower tail of `z`; `noninferior` is `p_one_sided` below the one-sided alpha.
    """

    margin_hr: float
    z: float | None
    p_one_sided: float | None
    noninferior: bool | None
    reason: str | None = None


class EqualityTests(FrozenResult):
    """Two-sided Wald, likelihood-ratio and score tests of a hazard ratio of 1, on one degree of freedom.

    `loglik_model` is the supremum of Efron's log likelihood where it has no maximum.
    """

    wald_chi2: float | None
    wald_p: float | None
    lr_chi2: float | None
    lr_p: float | None
    score_chi2: float | None
    score_p: float | None
    loglik_null: float | None
    loglik_model: float | None
    reason: str | None = None


class ChiSquare(FrozenResult):
    """A chi-square statistic, its degrees of freedom and its upper tail."""

    chi2: float | None
    df: int
    p: float | None
    reason: str | None = None


class ProportionalHazards(FrozenResult):
    """Test that the hazard ratio does not change with time, by how time is measured.

    `km` is the events' share already seen, `identity` the time itself.
    """

    km: ChiSquare
    identity: ChiSquare


class Stratified(FrozenResult):
    """Log-rank test and hazard ratio with patients compared only within their stratum; null without strata."""

    strata: int
    logrank: LogRank | None
    cox: CoxEstimate | None
    reason: str | None = None


class Verdict(FrozenResult):
    """What the limits of hazard ratio or difference say, in the words of non-inferiority reporting, and why."""

    conclusion: Conclusion
    reason: str
