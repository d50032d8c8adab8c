"""The difference in survival at the horizon of every trial of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.analysis.risk_table import FloatArray
from domain.trial_simulation.event_rows import EventRows


@dataclass(frozen=True, slots=True)
class BatchDifference:
    """One value a trial: Kaplan–Meier survival OMIT minus IMNI and its standard error, NaN or 0 if undefined."""

    diff: FloatArray
    se: FloatArray


def batch_difference(rows: EventRows, horizon: float) -> BatchDifference:
    """Equal to `domain.analysis.survival_difference` without ties; carried forward past the last time, as there."""
    until = rows.time <= horizon
    control, control_variance = _survival(rows.at_risk0, until & (rows.omit == 0))
    omit, omit_variance = _survival(rows.at_risk1, until & (rows.omit == 1))
    return BatchDifference(omit - control, np.sqrt(control_variance + omit_variance))


def _survival(at_risk: FloatArray, own: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Survival after an arm's own events, and its variance; NaN where it is 0."""
    trial, place = np.nonzero(own)
    there = at_risk[trial, place]
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.exp(_summed(trial, np.log1p(-1 / there), len(own)))
        return survival, survival**2 * _summed(trial, 1 / (there * (there - 1)), len(own))


def _summed(trial: np.ndarray, values: FloatArray, trials: int) -> FloatArray:
    return np.bincount(trial, values, trials).astype(np.float64, copy=False)
