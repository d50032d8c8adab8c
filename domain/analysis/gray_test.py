"""Gray's test of two cumulative incidences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.analysis import wald
from domain.analysis.cumulative_incidence import CauseCounts
from domain.analysis.hazard_results import ChiSquare
from domain.analysis.risk_table import FloatArray


@dataclass(frozen=True, slots=True)
class _Group:
    """One arm on the grid of both: free of either event just before and after, its risk set of the subdistribution."""

    counts: CauseCounts
    free_before: FloatArray
    free: FloatArray
    incidence_before: FloatArray
    scaled: FloatArray


def gray_test(control: CauseCounts, experimental: CauseCounts) -> ChiSquare:
    """Test of cause 1 (rho 0), both arms counted on the same grid of event times; as `cuminc` of R's cmprsk.

    Undefined, with the reason, where no event of the cause told the arms apart. By this package: lifelines has none.
    Source: Gray, doi 10.1214/aos/1176350951.
    """
    groups = (_group(control), _group(experimental))
    events = control.cause1 + experimental.cause1
    scaled = groups[0].scaled + groups[1].scaled
    score = _score(groups, events)
    pooled = np.cumsum(_ratio(events, scaled))
    pooled_before = _shifted(pooled, 0.0)
    # The two halves of a weight, what an event at a time adds and what it changes at every later one.
    weight = _ratio(groups[0].scaled * groups[1].scaled, scaled)
    carried = np.cumsum(_ratio(weight * events, scaled * (1 - pooled_before)))
    still = carried[-1] - carried if len(carried) else carried
    variance = sum(_variance(group, events, scaled, pooled, weight, still) for group in groups)
    if variance <= 0:
        return ChiSquare(chi2=None, df=1, p=None, reason="no event of this cause told the arms apart")
    chi2 = score**2 / variance
    return ChiSquare(chi2=chi2, df=1, p=wald.p_chi_square(chi2))


def _group(counts: CauseCounts) -> _Group:
    surviving = _ratio(counts.at_risk - counts.cause1 - counts.cause2, counts.at_risk)
    free = np.cumprod(surviving, dtype=np.float64)
    free_before = _shifted(free, 1.0)
    incidence = np.cumsum(_ratio(free_before * counts.cause1, counts.at_risk))
    return _Group(counts, free_before, free, _shifted(incidence, 0.0), _ratio(counts.at_risk, free_before))


def _score(groups: tuple[_Group, _Group], events: FloatArray) -> float:
    """Events of the control arm beyond those its share of the subdistribution's risk set predicts."""
    at_risk = [group.scaled * (1 - group.incidence_before) for group in groups]
    return float(np.sum(groups[0].counts.cause1 - _ratio(events * at_risk[0], at_risk[0] + at_risk[1])))


def _variance(  # noqa: PLR0913, PLR0917 - the pooled estimates on the grid
    group: _Group, events: FloatArray, scaled: FloatArray, pooled: FloatArray, weight: FloatArray, still: FloatArray
) -> float:
    """An arm's share: what events of the cause and of the other contribute, each with its correction for ties."""
    at_risk, other = group.counts.at_risk, group.counts.cause2
    remaining = _ratio(1 - pooled, group.free)
    ties = 1 - _ratio(np.maximum(events - 1, 0), scaled * group.free_before - 1)
    spread = ties * _ratio(group.free_before * events, scaled * at_risk)
    own = spread * (weight + np.where(group.free > 0, 1 - remaining, 1.0) * still) ** 2
    other_ties = 1 - _ratio(np.maximum(other - 1, 0), at_risk - 1)
    other_spread = other_ties * _ratio(group.free_before**2 * other, at_risk**2)
    return float(np.sum(own) + np.sum(other_spread * (remaining * still) ** 2))


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient, 0 where nothing is left to divide by."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _shifted(steps: FloatArray, start: float) -> FloatArray:
    """Each step's value just before it."""
    return np.concatenate(([start], steps[:-1])) if len(steps) else steps
