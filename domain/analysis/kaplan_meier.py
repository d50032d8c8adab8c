"""The Kaplan–Meier curve of one group of patients, its value at a time, and its median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.analysis import lifelines_estimates
from domain.analysis.risk_table import SAME_TIME, FloatArray, RiskTable, risk_table

_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""How near 0.5 is 0.5: lifelines reaches a half as 0.5000000000000001."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The curve at one time; the survival on the scale 0 to 1, None where it or its limits are undefined.

    Past the last time the survival is carried forward, and `beyond_last_time` says so.
    """

    survival: float | None
    se: float | None
    lower: float | None
    upper: float | None
    at_risk: int
    beyond_last_time: bool


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """Kaplan–Meier estimate after each time of `counts`; NaN where undefined.

    `se` is Greenwood's, on the survival scale; `lower` and `upper` are log-log limits. Neither exists where the
    survival is 0, and no limits where it is 1: lifelines gives an interval of no width there, which reads as certainty.
    """

    counts: RiskTable
    survival: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray

    def at(self, time: float) -> CurvePoint:
        """The curve at `time`, a step at that very time already taken."""
        at_risk = self.counts.at_risk_at(time)
        if not len(self.survival):
            return CurvePoint(None, None, None, None, at_risk, True)
        row = int(np.searchsorted(self.counts.time, time * (1 + SAME_TIME), side="right")) - 1
        beyond = bool(time > self.counts.time[-1] * (1 + SAME_TIME))
        if row < 0:
            return CurvePoint(1.0, 0.0, None, None, at_risk, beyond)
        survival, se, lower, upper = (_defined(column[row]) for column in self._columns)
        return CurvePoint(survival, se, lower, upper, at_risk, beyond)

    def median(self) -> tuple[float | None, float | None, float | None]:
        """Median time with its limits (Brookmeyer and Crowley, on the log-log limits); None where not reached.

        Rule of R's `print(survfit)`: the first time the curve is below 0.5; if it lies at 0.5 exactly and drops later,
        the middle of that plateau. lifelines misses a curve that reaches exactly 0.5, so the rule is applied here.
        """
        return self._half(self.survival), self._half(self.lower), self._half(self.upper)

    @property
    def _columns(self) -> tuple[FloatArray, ...]:
        return self.survival, self.se, self.lower, self.upper

    def _half(self, curve: FloatArray) -> float | None:
        low = np.flatnonzero(curve < 0.5 + _TOLERANCE)
        if not len(low):
            return None
        first = low[0]
        lower_still = low[curve[low] < curve[first] - _TOLERANCE]
        if abs(curve[first] - 0.5) < _TOLERANCE and len(lower_still):
            return float((self.counts.time[first] + self.counts.time[lower_still[0]]) / 2)
        return float(self.counts.time[first])


def survival_curve(time: FloatArray, status: FloatArray, confidence: float = 0.95) -> SurvivalCurve:
    """Estimate one group; `time` as `merge_same_times` leaves it. An empty group has an empty curve."""
    counts = risk_table(time, status)
    if not len(time):
        return SurvivalCurve(counts, *(np.empty(0) for _ in range(4)))
    _, survival, lower, upper = lifelines_estimates.product_limit(time, status, confidence)
    flat = (np.cumsum(counts.events) == 0) | (survival == 0)
    lower, upper = (np.where(flat, np.nan, limit) for limit in (lower, upper))
    return SurvivalCurve(counts, survival, _greenwood(counts, survival), lower, upper)


def _greenwood(counts: RiskTable, survival: FloatArray) -> FloatArray:
    """Greenwood's standard error, constant between events; lifelines does not give it."""
    surviving = counts.at_risk - counts.events
    gone = surviving == 0
    terms = np.where(gone, 0.0, counts.events / (counts.at_risk * np.where(gone, 1.0, surviving)))
    return np.where(survival == 0, np.nan, survival * np.sqrt(np.cumsum(terms)))


def _defined(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
