"""What the limits of the hazard ratio say about omitting the irradiation."""

from __future__ import annotations

from domain.analysis.hazard_results import CoxEstimate, Verdict


def verdict(cox: CoxEstimate) -> Verdict:
    """One of five conclusions, from the unrounded 95 % limits against 1 and the margin.

    A limit that lies on the margin or on 1 has not crossed it.
    Source: Piaggio et al., CONSORT for non-inferiority trials, doi 10.1001/jama.2012.87802, figure 1.
    """
    if cox.lower is None or cox.upper is None:
        return Verdict(conclusion="not estimable", reason=f"no hazard ratio: {cox.reason}")
    if cox.upper < 1:
        return Verdict(conclusion="superior", reason="both limits lie below 1")
    if cox.upper < cox.ni_margin:
        return Verdict(conclusion="non-inferior", reason="the upper limit lies below the margin" + _also_worse(cox))
    if cox.lower > cox.ni_margin:
        return Verdict(conclusion="inferior", reason="both limits lie above the margin")
    return Verdict(conclusion="inconclusive", reason="the limits include the margin" + _also_worse(cox))


def _also_worse(cox: CoxEstimate) -> str:
    """Omission can be worse by less than the margin, or by an amount that may or may not exceed it."""
    return "; the lower limit lies above 1, so omission has more events" if cox.lower and cox.lower > 1 else ""
