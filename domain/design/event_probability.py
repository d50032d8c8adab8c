"""Who is expected to have the event while she is followed, at constant hazards and even accrual."""

from __future__ import annotations

import math

from domain.design.scenario import Scenario


def event_probability(scenario: Scenario, hazard_ratio: float = 1.0) -> float:
    """The share of an arm seen with the event; `hazard_ratio` is that of the arm to IMNI.

    Constant hazards: a late hazard ratio, crossover and an end at a number of events are for simulation alone.
    Source: Lachin and Foulkes, doi 10.2307/2531201.
    """
    hazard = scenario.hazard * hazard_ratio
    leaving = hazard + scenario.dropout
    return hazard / leaving * (1 - _still_there(leaving, scenario))


def expected_events(scenario: Scenario) -> float:
    """Events of both arms together by the end of follow-up."""
    control, omit = (event_probability(scenario, ratio) for ratio in (1.0, scenario.hazard_ratio))
    return scenario.patients * (control + omit) / 2


def _still_there(leaving: float, scenario: Scenario) -> float:
    """The mean over the days of entry of exp(-leaving x time observed)."""
    if scenario.followed:
        return math.exp(-leaving * scenario.followed)
    if not scenario.accrual:
        return math.exp(-leaving * scenario.duration)
    shortest = scenario.duration - scenario.accrual
    total = math.exp(-leaving * shortest) - math.exp(-leaving * scenario.duration)
    return total / (leaving * scenario.accrual)
