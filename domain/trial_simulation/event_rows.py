"""A batch of trials sorted by time and reduced to its events: of 214 patients some twenty matter from there on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from domain.analysis.risk_table import FloatArray
from domain.trial_simulation.drawing import DrawnTrials

_ARM, _OBSERVED, _TIME = np.int64(2), np.int64(1), np.int64(~3)


@dataclass(frozen=True, slots=True)
class EventRows:
    """Trials x events, in the order of time; at risk is #{T >= time}, `omit` 1 for an event of OMIT, else 0.

    A trial with fewer events than the most has columns of time infinity to fill up: of no event, only IMNI at risk.
    """

    time: FloatArray
    at_risk0: FloatArray
    at_risk1: FloatArray
    omit: FloatArray
    events: FloatArray


def event_rows(drawn: DrawnTrials) -> EventRows:
    """Reduce drawn trials; times that agree to the last two bits of 53 count one after the other."""
    trials, patients = drawn.time.shape
    codes = drawn.time.view(np.int64) & _TIME
    codes |= drawn.observed
    codes[:, patients - drawn.omit :] |= _ARM
    codes.sort(axis=1)
    is_omit = (codes & _ARM) >> 1
    left = np.cumsum(is_omit, axis=1, dtype=np.int32)
    trial, place = np.nonzero(codes & _OBSERVED)
    found = np.bincount(trial, minlength=trials)
    column = np.arange(len(trial)) - np.repeat(np.cumsum(found) - found, found)
    shape = (trials, max(int(found.max(initial=0)), 1))
    omit = is_omit[trial, place]
    at_risk1 = drawn.omit - left[trial, place] + omit
    return EventRows(
        time=_spread(shape, trial, column, (codes[trial, place] & _TIME).view(np.float64), np.inf),
        at_risk0=_spread(shape, trial, column, patients - place - at_risk1, 1.0),
        at_risk1=_spread(shape, trial, column, at_risk1, 0.0),
        omit=_spread(shape, trial, column, omit, 0.0),
        events=found.astype(np.float64),
    )


def _spread(
    shape: tuple[int, int], trial: np.ndarray, column: np.ndarray, values: np.ndarray, otherwise: float
) -> FloatArray:
    spread = np.full(shape, otherwise)
    spread[trial, column] = values
    return spread
