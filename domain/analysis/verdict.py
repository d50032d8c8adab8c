"""What the limits of the hazard ratio, or of the difference, say about omitting the irradiation."""

from __future__ import annotations

from typing import NamedTuple

from domain.analysis.hazard_results import CoxEstimate, Verdict
from domain.analysis.survival_results import SurvivalDifference


class _Limits(NamedTuple):
    """How much worse omission may be, at least and at most; `equal` is no worse, `margin` the most accepted."""

    lower: float
    upper: float
    equal: float
    margin: float


def verdict(cox: CoxEstimate) -> Verdict:
    """One of five conclusions, from the unrounded 95 % limits against 1 and the margin.

    A limit that lies on the margin or on 1 has not crossed it.
    Source: Piaggio et al., CONSORT for non-inferiority trials, doi 10.1001/jama.2012.87802, figure 1.
    """
    if cox.lower is None or cox.upper is None:
        return Verdict(conclusion="not estimable", reason=f"no hazard ratio: {cox.reason}")
    return _concluded(_Limits(cox.lower, cox.upper, 1, cox.ni_margin))


def verdict_of_difference(difference: SurvivalDifference) -> Verdict:
    """The same conclusions from the limits of the survival lost by omission, against 0 and the margin (PQ-07)."""
    if difference.lower is None or difference.upper is None:
        return Verdict(conclusion="not estimable", reason=f"no limits of the difference: {difference.reason}")
    return _concluded(_Limits(-difference.upper, -difference.lower, 0, -difference.margin))


def _concluded(limits: _Limits) -> Verdict:
    if limits.upper < limits.equal:
        return Verdict(conclusion="superior", reason=f"both limits lie below {limits.equal}")
    if limits.upper < limits.margin:
        return Verdict(conclusion="non-inferior", reason=f"the upper limit lies below the margin{_also_worse(limits)}")
    if limits.lower > limits.margin:
        return Verdict(conclusion="inferior", reason="both limits lie above the margin")
    return Verdict(conclusion="inconclusive", reason=f"the limits include the margin{_also_worse(limits)}")


def _also_worse(limits: _Limits) -> str:
    """Omission can be worse by less than the margin, or by an amount that may or may not exceed it."""
    if limits.lower <= limits.equal:
        return ""
    return f"; the lower limit lies above {limits.equal}, so omission has more events"
