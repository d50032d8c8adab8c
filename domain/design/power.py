"""What a given number of patients shows: the chance of calling omission non-inferior, by either criterion."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from domain.design.event_probability import expected_events
from domain.design.scenario import Scenario
from domain.protocol.edition import Margins

_STEPS = 2001


def power_by_hazard_ratio(scenario: Scenario, margins: Margins, events: float | None = None) -> float:
    """By the hazard ratio's upper limit, after Schoenfeld; `events` are those expected when left out."""
    seen = expected_events(scenario) if events is None else events
    distance = math.log(float(margins.hazard_ratio)) - math.log(scenario.hazard_ratio)
    normal = NormalDist()
    return normal.cdf(distance * math.sqrt(seen) / 2 - normal.inv_cdf(1 - float(margins.one_sided_alpha)))


def power_by_difference(scenario: Scenario, margins: Margins) -> float | None:
    """By the lower limit of the difference in survival at the horizon; None when nobody is followed that long.

    The variance is what Greenwood's tends to. Source: Kalbfleisch and Prentice, doi 10.1002/9781118032985, section 1.4.
    """
    if (scenario.followed or scenario.duration) < scenario.horizon:
        return None
    shares = [scenario.event_free**ratio for ratio in (1.0, scenario.hazard_ratio)]
    variance = sum(
        _variance(scenario, scenario.hazard * ratio, share)
        for ratio, share in zip((1.0, scenario.hazard_ratio), shares, strict=True)
    )
    distance = shares[1] - shares[0] + float(margins.difference)
    normal = NormalDist()
    return normal.cdf(distance / math.sqrt(variance) - normal.inv_cdf(1 - float(margins.one_sided_alpha)))


def _variance(scenario: Scenario, hazard: float, share: float) -> float:
    """Of the survival of one arm at the horizon; by the trapezoid rule over the years until then."""
    years = np.linspace(0, scenario.horizon, _STEPS)
    at_risk = np.exp(-(hazard + scenario.dropout) * years) * _followed_so_long(scenario, years)
    return float(share**2 * np.trapezoid(hazard / at_risk, years) / (scenario.patients / 2))


def _followed_so_long(scenario: Scenario, years: np.ndarray) -> np.ndarray:
    if scenario.followed or not scenario.accrual:
        return np.ones_like(years)
    return np.clip((scenario.duration - years) / scenario.accrual, 1e-9, 1.0)
