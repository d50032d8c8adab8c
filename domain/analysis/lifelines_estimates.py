"""The estimates lifelines gives correctly, and nothing else; the only module that imports lifelines.

lifelines 0.30.3 agrees with R 4.2 `survival` on the Kaplan–Meier curve, its log-log limits and the log-rank chi-square.
Where it does not agree this package computes by itself, and the docstring there says why. lifelines takes a second to
import, so it is imported when an estimate is asked for.
Callers guarantee what lifelines does not check: at least one patient in every arm compared, and tied times merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from domain.analysis.risk_table import FloatArray


def product_limit(
    time: FloatArray, status: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Kaplan–Meier: distinct times, survival after each, and its lower and upper log-log limits."""
    from lifelines import KaplanMeierFitter

    fitted = cast("Any", KaplanMeierFitter(alpha=1 - confidence)).fit(time, status)
    distinct = np.unique(time)
    row = np.searchsorted(fitted.survival_function_.index.to_numpy(), distinct)
    survival = fitted.survival_function_.to_numpy()[row, 0]
    lower, upper = fitted.confidence_interval_.to_numpy()[row].T
    return distinct, survival, lower, upper


def log_rank_test(time: FloatArray, status: FloatArray, arm: FloatArray) -> tuple[float, float]:
    """Chi-square on one degree of freedom and its p value; the variance must be positive."""
    from lifelines.statistics import logrank_test

    one, other = arm == 1, arm == 0
    tested = cast("Any", logrank_test)(time[one], time[other], status[one], status[other])
    return float(tested.test_statistic), float(tested.p_value)
