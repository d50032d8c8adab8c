"""How many have had the event of interest by a time, when another event can come first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from domain.analysis.risk_table import SAME_TIME, FloatArray

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class CauseCounts:
    """One group: at risk #{T >= time}, and events of each of two causes, at the times of a grid."""

    time: FloatArray
    at_risk: FloatArray
    cause1: FloatArray
    cause2: FloatArray

    def exchanged(self) -> CauseCounts:
        """The same group with the second cause as the one of interest."""
        return CauseCounts(self.time, self.at_risk, self.cause2, self.cause1)


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidence at a time, 0 to 1. No limits where it is 0 or 1: they would have no width."""

    cif: float
    se: float
    lower: float | None
    upper: float | None


def cause_counts(time: FloatArray, cause: FloatArray, grid: FloatArray) -> CauseCounts:
    """Count a group at ascending times that hold all of its own event times."""
    at_risk = (len(time) - np.searchsorted(np.sort(time), grid)).astype(np.float64)
    row = np.searchsorted(grid, time)
    counts = (np.bincount(row[cause == code], minlength=len(grid)).astype(np.float64) for code in (1, 2))
    return CauseCounts(grid, at_risk, *counts)


def cumulative_incidence(counts: CauseCounts, time: float, alpha: float) -> Incidence:
    """Aalen–Johansen estimate of cause 1 at `time`, with log-log limits at 1 - 2 `alpha`.

    Standard error by the delta method (Greenwood-type). By this package: lifelines swaps the limits, moves tied events
    at random, loses those of day 0 and resets NumPy's random numbers.
    Source: Aalen and Johansen, Scand J Stat 1978;5:141.
    """
    taken = counts.time <= time * (1 + SAME_TIME)
    at_risk, ours, other = np.maximum(counts.at_risk[taken], 1), counts.cause1[taken], counts.cause2[taken]
    before = np.append(1.0, np.cumprod(1 - (ours + other) / at_risk))[:-1]
    cif = np.cumsum(before * ours / at_risk)
    if not len(cif) or not cif[-1]:
        return Incidence(0.0, 0.0, None, None)
    ahead, events, left = cif[-1] - cif, ours + other, at_risk - ours - other
    greenwood = np.where(left > 0, events / (at_risk * np.maximum(left, 1)), 0.0)
    binomial = before**2 * ours * (at_risk - ours) / at_risk**3
    variance = float(np.sum(ahead**2 * greenwood + binomial - 2 * ahead * before * ours / at_risk**2))
    return _with_limits(float(cif[-1]), math.sqrt(max(variance, 0.0)), alpha)


def one_minus_kaplan_meier(counts: CauseCounts, time: float) -> float:
    """What Kaplan–Meier makes of cause 1 with the other taken for censoring: more than the incidence."""
    taken = counts.time <= time * (1 + SAME_TIME)
    return 1 - float(np.prod(1 - counts.cause1[taken] / np.maximum(counts.at_risk[taken], 1)))


def _with_limits(cif: float, se: float, alpha: float) -> Incidence:
    if cif > 1 - _ROUNDING:
        return Incidence(1.0, 0.0, None, None)
    width = NormalDist().inv_cdf(1 - alpha) * se / (cif * math.log(cif))
    return Incidence(cif, se, cif ** math.exp(-width), cif ** math.exp(width))
