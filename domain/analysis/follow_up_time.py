"""How long patients have been followed, those with an event counted as if they could have been followed on."""

from __future__ import annotations

import numpy as np

from domain.analysis.risk_table import FloatArray, risk_table

_TOLERANCE = 1e-8


def followed_beyond(time: FloatArray, status: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distinct times, and the share followed beyond each: reverse Kaplan–Meier, in the unit of `time`.

    At a tie the events leave before the censorings (as prodlim, `reverse=TRUE`); lifelines with the indicator flipped
    keeps them at risk. Source: Schemper and Smith, doi 10.1016/0197-2456(96)00075-X.
    """
    counts = risk_table(time, status)
    followed = counts.at_risk - counts.events
    staying = np.where(followed > 0, 1 - counts.censored / np.maximum(followed, 1), 1.0)
    return counts.time, np.cumprod(staying, dtype=np.float64)


def median_follow_up(time: FloatArray, status: FloatArray) -> float | None:
    """The first time the share followed is at 0.5 or below; None when it stays above.

    lifelines misses a curve that reaches exactly 0.5.
    """
    times, remaining = followed_beyond(time, status)
    reached = np.flatnonzero(remaining <= 0.5 + _TOLERANCE)
    return float(times[reached[0]]) if len(reached) else None
