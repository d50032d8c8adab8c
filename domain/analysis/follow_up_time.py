"""How long patients have been followed, those with an event counted as if they could have been followed on."""

from __future__ import annotations

import numpy as np

from domain.analysis.risk_table import FloatArray, risk_table

_TOLERANCE = 1e-8


def median_follow_up(time: FloatArray, status: FloatArray) -> float | None:
    """Reverse Kaplan–Meier: the first time the curve of being censored is at 0.5 or below, in the unit of `time`.

    None when it stays above. At a tie the events leave before the censorings (as prodlim, `reverse=TRUE`);
    lifelines with the indicator flipped keeps them at risk, and misses a curve that reaches exactly 0.5.
    Source: Schemper and Smith, doi 10.1016/0197-2456(96)00075-X.
    """
    counts = risk_table(time, status)
    followed = counts.at_risk - counts.events
    remaining = np.cumprod(np.where(followed > 0, 1 - counts.censored / np.maximum(followed, 1), 1.0))
    reached = np.flatnonzero(remaining <= 0.5 + _TOLERANCE)
    return float(counts.time[reached[0]]) if len(reached) else None
