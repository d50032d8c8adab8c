"""The times of a batch of trials, drawn: one row a trial, one column a patient; the first half IMNI, the rest OMIT."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.analysis.risk_table import FloatArray
from domain.design.scenario import Scenario

_A_LITTLE_MORE = 1 + 1e-12
"""So that the very event a trial ends at is not lost in rounding."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DrawnTrials:
    """Years observed and whether the event was seen, trials x patients; `omit` is how many of the last columns."""

    time: FloatArray
    observed: BoolArray
    omit: int


def draw_trials(scenario: Scenario, trials: int, generator: np.random.Generator) -> DrawnTrials:
    """Draw whole trials; an odd patient goes to IMNI."""
    shape = (trials, scenario.patients)
    omit = scenario.patients // 2
    event = generator.standard_exponential(shape)
    _to_years(event[:, : shape[1] - omit], scenario.hazard)
    _omit_to_years(event[:, shape[1] - omit :], scenario, generator)
    end = _end_of_observation(scenario, event, generator)
    observed = event <= end
    np.minimum(event, end, out=event)
    return DrawnTrials(event, observed, omit)


def _to_years(cumulative: FloatArray, hazard: float) -> None:
    cumulative /= hazard


def _omit_to_years(cumulative: FloatArray, scenario: Scenario, generator: np.random.Generator) -> None:
    """Turn cumulative hazards into years, at two hazards one after the other, or at IMNI's for who crossed over."""
    crossed = generator.random(cumulative.shape) < scenario.crossover if scenario.crossover else None
    as_imni = cumulative[crossed] / scenario.hazard if crossed is not None else None
    early = scenario.hazard * scenario.hazard_ratio
    cumulative /= early
    if scenario.late_from:
        later = cumulative > scenario.late_from
        beyond = (cumulative[later] - scenario.late_from) * scenario.hazard_ratio / scenario.late_hazard_ratio
        cumulative[later] = scenario.late_from + beyond
    if as_imni is not None:
        cumulative[crossed] = as_imni


def _end_of_observation(scenario: Scenario, event: FloatArray, generator: np.random.Generator) -> FloatArray | float:
    """When each patient would be seen last: the end of the trial, her own, or the day she leaves."""
    end = scenario.followed or _until_the_trial_ends(scenario, event, generator)
    if not scenario.dropout:
        return end
    return np.minimum(end, generator.standard_exponential(event.shape) / scenario.dropout)


def _until_the_trial_ends(scenario: Scenario, event: FloatArray, generator: np.random.Generator) -> FloatArray | float:
    entry = generator.random(event.shape) * scenario.accrual
    if not scenario.at_events:
        return scenario.duration - entry
    last = _day_of_event(scenario.at_events, event + entry) * _A_LITTLE_MORE
    return np.maximum(last[:, None] - entry, 0.0)


def _day_of_event(number: int, on: FloatArray) -> FloatArray:
    """The trial's own time of its so-and-so-many-th event; of the last where there are fewer."""
    place = min(number, on.shape[1]) - 1
    return np.partition(on, place, axis=1)[:, place]
