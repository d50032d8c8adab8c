"""The hazard ratio of every trial of a batch, and its tests against the margin: Newton's steps on events alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from domain.analysis.risk_table import FloatArray
from domain.trial_simulation.event_rows import EventRows

_CLOSE = 1e-9
_LONGEST_STEP, _SHORTER = 2.0, 0.9


@dataclass(frozen=True, slots=True)
class BatchHazard:
    """One value a trial: the log hazard ratio OMIT to IMNI and its standard error, NaN where the likelihood has no
    finite maximum; and the score statistic at the margin, negative for better than it, NaN without information.
    """

    coef: FloatArray
    se: FloatArray
    score_z: FloatArray


def batch_hazard(rows: EventRows, log_margin: float) -> BatchHazard:
    """Cox's partial likelihood of every trial at once; equal to `domain.analysis.partial_likelihood` without ties."""
    estimable = ~_monotone(rows)
    coef, information = np.full(len(rows.events), np.nan), np.full(len(rows.events), np.nan)
    coef[estimable], information[estimable] = _maximum(
        *(each[estimable] for each in (rows.at_risk0, rows.at_risk1, rows.omit))
    )
    slope, at_margin = _score(rows.at_risk0, rows.at_risk1, rows.omit.sum(axis=1), np.full(len(coef), log_margin))
    with np.errstate(divide="ignore", invalid="ignore"):
        return BatchHazard(coef, information**-0.5, slope / np.sqrt(at_margin))


def _monotone(rows: EventRows) -> np.ndarray:
    """Whether the likelihood rises for ever: see `PartialLikelihood.tends_to_zero` and `tends_to_infinity`."""
    omit = rows.omit.sum(axis=1)
    return (omit <= np.count_nonzero(rows.at_risk0 == 0, axis=1)) | (omit >= np.count_nonzero(rows.at_risk1, axis=1))


def _maximum(at_risk0: FloatArray, at_risk1: FloatArray, omit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Newton's steps from 0 until no trial moves; none longer than 2, and each next one less: there is an end."""
    events = omit.sum(axis=1)
    coef = np.zeros(len(events))
    longest, moved = _LONGEST_STEP, math.inf
    while moved > _CLOSE:
        slope, information = _score(at_risk0, at_risk1, events, coef)
        step = np.clip(slope / information, -longest, longest)
        coef += step
        longest *= _SHORTER
        moved = np.abs(step).max(initial=0.0)
    return coef, _score(at_risk0, at_risk1, events, coef)[1]


def _score(
    at_risk0: FloatArray, at_risk1: FloatArray, events: FloatArray, coef: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Slope and information of each trial's log likelihood; `events` are those of OMIT."""
    weighed = at_risk1 * np.exp(coef)[:, None]
    expected = weighed / (at_risk0 + weighed)
    total = expected.sum(axis=1)
    return events - total, total - np.einsum("ij,ij->i", expected, expected)
