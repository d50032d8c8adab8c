"""Who was at risk, had the event or left, at each distinct time: counted from the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SAME_TIME = 1e-9
"""Times closer than this, relative to their size, are one time: they differ by rounding alone."""


@dataclass(frozen=True, slots=True)
class RiskTable:
    """One row a distinct time of event or censoring, ascending. `at_risk` is #{T >= time}, the time itself included."""

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray

    def at_risk_at(self, time: float) -> int:
        """#{T >= time}: patients observed up to `time`, those whose own time it is included."""
        index = int(np.searchsorted(self.time, time * (1 - SAME_TIME)))
        return int(self.at_risk[index]) if index < len(self.time) else 0

    def events_before(self, time: float) -> int:
        """#{T < time with the event}."""
        return int(self.events[self.time < time * (1 - SAME_TIME)].sum())

    def censored_before(self, time: float) -> int:
        """#{T < time, censored}. With `events_before` and `at_risk_at` it adds up to all patients."""
        return int(self.censored[self.time < time * (1 - SAME_TIME)].sum())


def risk_table(time: FloatArray, status: FloatArray) -> RiskTable:
    """Count one group of patients; `time` as `merge_same_times` leaves it."""
    distinct, row = np.unique(time, return_inverse=True)
    leaving = np.bincount(row, minlength=len(distinct)).astype(np.float64)
    events = np.bincount(row, weights=status, minlength=len(distinct)).astype(np.float64)
    at_risk = len(time) - np.concatenate(([0.0], np.cumsum(leaving)[:-1])) if len(time) else leaving
    return RiskTable(distinct, at_risk, events, leaving - events)


def merge_same_times(time: FloatArray) -> FloatArray:
    """Give times that differ by rounding alone the smallest of their values, so that they are ties.

    A difference of one unit in the last place would otherwise split a tie and change every test (R: `timefix`).
    """
    distinct, row = np.unique(time, return_inverse=True)
    if not len(distinct):
        return time
    starts = np.concatenate(([True], np.diff(distinct) > SAME_TIME * distinct[1:]))
    return distinct[starts][np.cumsum(starts)[row] - 1]
