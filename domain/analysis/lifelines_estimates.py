"""The estimates lifelines gives correctly, and nothing else; the only module that imports lifelines.

lifelines 0.30.3 agrees with R 4.2 `survival` on the Kaplan–Meier curve, its log-log limits, the log-rank chi-square
and, once it is told to converge, Efron's Cox coefficient. Where it does not agree this package computes by itself, and
the docstring there says why. lifelines takes a second to import, so it is imported when an estimate is asked for.
Callers guarantee what lifelines does not check: at least one patient in every arm compared, and tied times merged.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from domain.analysis.errors import NotConverged

if TYPE_CHECKING:
    from domain.analysis.risk_table import FloatArray

_TO_THE_LAST_DIGIT = {"precision": 1e-20, "r_precision": 0.0}
"""By default lifelines stops early, with the coefficient wrong in its fourth digit; even at 1e-12 one reference case is
off by 1e-6. So told it is within 1e-13 of R in every one."""

_STEPS = (0.95, 0.5, 0.1, 0.02)
"""With nearly all patients in one arm lifelines' first Newton step overshoots and never returns; a shorter one does."""

_FURTHEST = 30.0
"""A finite log hazard ratio of a million patients lies nearer to 0; a fit that overshot ends far beyond."""


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


def efron_coefficient(time: FloatArray, status: FloatArray, arm: FloatArray) -> tuple[float, float]:
    """Log hazard ratio of arm 1 against arm 0 and its standard error; the maximum must be finite.

    Raises `NotConverged`.
    """
    for step in _STEPS:
        coefficient, se = _fit(time, status, arm, step)
        if abs(coefficient) < _FURTHEST and math.isfinite(se):
            return coefficient, se
    raise NotConverged("the Cox model found no maximum", "Report the table it was given: it is a defect of the engine")


def _fit(time: FloatArray, status: FloatArray, arm: FloatArray, step: float) -> tuple[float, float]:
    """One attempt; NaN when lifelines gives up. Its warnings are about the maximum, which the caller vouches for."""
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    frame = pd.DataFrame({"time": time, "status": status, "arm": arm})
    options = {**_TO_THE_LAST_DIGIT, "step_size": step}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            fitted = cast("Any", CoxPHFitter()).fit(frame, "time", "status", fit_options=options)
        except ConvergenceError:
            return math.nan, math.nan
    return float(fitted.params_["arm"]), float(fitted.standard_errors_["arm"])
