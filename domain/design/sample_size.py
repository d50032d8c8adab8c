"""Events and patients needed to show non-inferiority by the hazard ratio: four formulas that do not agree."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

from domain.analysis.frozen_result import FrozenResult
from domain.design.event_probability import event_probability
from domain.design.scenario import Scenario
from domain.protocol.edition import Margins
from domain.rejections import Implausible


class Needed(FrozenResult):
    """What one method asks for; `events` None where it counts patients alone. Unrounded."""

    method: str
    events: float | None
    patients: float
    source: str


def needed(scenario: Scenario, margins: Margins) -> tuple[Needed, ...]:
    """Events and patients by each method, for the margin, alpha and power of an edition.

    Raises `Implausible` where omission is truly no better than the margin: no number of patients shows that it is.
    """
    if scenario.hazard_ratio >= float(margins.hazard_ratio):
        problem = f"is not below the margin of {margins.hazard_ratio}: no number of patients shows that it is"
        raise Implausible("hazard_ratio", f"{scenario.hazard_ratio:g}", problem, "Give a lower one")
    return (
        schoenfeld(scenario, margins),
        freedman(scenario, margins),
        lachin_foulkes(scenario, margins),
        difference_of_hazards(scenario, margins),
    )


def schoenfeld(scenario: Scenario, margins: Margins) -> Needed:
    """Events from the log-rank test's local alternative. Source: doi 10.1093/biomet/68.1.316."""
    distance = math.log(float(margins.hazard_ratio)) - math.log(scenario.hazard_ratio)
    events = 4 * (quantiles(margins) / distance) ** 2
    return _by_events("Schoenfeld", events, scenario, "doi 10.1093/biomet/68.1.316")


def freedman(scenario: Scenario, margins: Margins) -> Needed:
    """Events from the expected share of them on each arm at the margin. Source: doi 10.1002/sim.4780010204."""
    ratio = float(margins.hazard_ratio) / scenario.hazard_ratio
    events = (quantiles(margins) * (ratio + 1) / (ratio - 1)) ** 2
    return _by_events("Freedman", events, scenario, "doi 10.1002/sim.4780010204")


def lachin_foulkes(scenario: Scenario, margins: Margins) -> Needed:
    """Patients from the variances at the margin and at the truth, the mean hazard held. Source: doi 10.2307/2531201."""
    alpha, beta = _alpha_and_beta(margins)
    margin, truth = float(margins.hazard_ratio), scenario.hazard_ratio
    scale = (1 + truth) / (1 + margin)
    at_margin = _variance(scenario, scale, scale * margin)
    distance = math.log(margin) - math.log(truth)
    patients = ((alpha * math.sqrt(at_margin) + beta * math.sqrt(_variance(scenario, 1.0, truth))) / distance) ** 2
    return Needed(
        method="Lachin–Foulkes",
        events=patients * _mean_probability(scenario),
        patients=patients,
        source="doi 10.2307/2531201",
    )


def difference_of_hazards(scenario: Scenario, margins: Margins) -> Needed:
    """Patients for the difference of two yearly hazards, everyone followed for the horizon.

    The only route on which every number the protocol states, both arms at 91 %, gives 208: 104 an arm. It is no design
    for a log-rank test or a hazard ratio. Source: Chow, Shao and Wang, Sample Size Calculations in Clinical Research,
    section 7.2.
    """
    fixed = replace(scenario, followed=scenario.horizon)
    hazards = (scenario.hazard, scenario.hazard * scenario.hazard_ratio)
    variance = sum(hazard**2 / event_probability(fixed, hazard / scenario.hazard) for hazard in hazards)
    distance = float(margins.hazard_ratio) * hazards[0] - hazards[1]
    return Needed(
        method="difference of hazards",
        events=None,
        patients=2 * quantiles(margins) ** 2 * variance / distance**2,
        source="Chow, Shao and Wang, Sample Size Calculations in Clinical Research, section 7.2",
    )


def quantiles(margins: Margins) -> float:
    """The normal quantiles of one-sided alpha and of power, added."""
    return sum(_alpha_and_beta(margins))


def _alpha_and_beta(margins: Margins) -> tuple[float, float]:
    normal = NormalDist()
    return normal.inv_cdf(1 - float(margins.one_sided_alpha)), normal.inv_cdf(float(margins.power))


def _by_events(method: str, events: float, scenario: Scenario, source: str) -> Needed:
    return Needed(method=method, events=events, patients=events / _mean_probability(scenario), source=source)


def _mean_probability(scenario: Scenario) -> float:
    return (event_probability(scenario) + event_probability(scenario, scenario.hazard_ratio)) / 2


def _variance(scenario: Scenario, control: float, omit: float) -> float:
    """Of the log hazard ratio, times patients; the arms' hazards as multiples of IMNI's."""
    return 2 / event_probability(scenario, control) + 2 / event_probability(scenario, omit)
