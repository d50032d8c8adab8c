"""What a design delivers: by formula, and by simulated trials where they are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, replace

from domain.analysis.frozen_result import FrozenResult
from domain.design.event_probability import expected_events
from domain.design.forecast import Forecast
from domain.design.power import power_by_difference, power_by_hazard_ratio
from domain.design.running import ConditionalPower
from domain.design.sample_size import Needed, needed
from domain.design.scenario import Scenario
from domain.protocol.edition import Margins
from domain.trial_simulation.tally import Counted

_LONGEST_YEARS = 100.0


class Margin(FrozenResult):
    """The margins a design is held against."""

    hazard_ratio: float
    difference: float
    one_sided_alpha: float
    power: float
    horizon_years: int
    patients_computed: int


class Simulated(FrozenResult):
    """The scenario as it is, for power; and with the margin's hazard ratio as the truth, for the type I error."""

    seed: int
    as_assumed: Counted
    at_margin: Counted


class RunningTrial(FrozenResult):
    """What has come in of the trial itself by a day, what can still be shown, and when it is to be expected."""

    patients: int
    events: int
    patient_years: float
    conditional_power: ConditionalPower
    forecast: Forecast


class Design(FrozenResult):
    """Every figure of a design. `years_until_events` is when the events needed are expected, counted from the first
    patient; None where they never are. The power formulas know no late hazard ratio and no crossover.
    """

    edition: str
    margins: Margin
    scenario: dict[str, float]
    events_needed: int
    methods: tuple[Needed, ...]
    events_expected: float
    power_hazard_ratio: float
    power_difference: float | None
    years_until_events: float | None
    simulated: Simulated | None = None
    running: RunningTrial | None = None


def design(edition: str, scenario: Scenario, margins: Margins) -> Design:
    """The figures that formulas give. Raises `Implausible` where the truth is the margin or worse."""
    methods = needed(scenario, margins)
    events = math.ceil(methods[0].events or 0)
    expected = float(scenario.at_events) or expected_events(scenario)
    return Design(
        edition=edition,
        margins=_margin(margins),
        scenario=asdict(scenario),
        events_needed=events,
        methods=methods,
        events_expected=expected,
        power_hazard_ratio=power_by_hazard_ratio(scenario, margins, expected),
        power_difference=power_by_difference(scenario, margins),
        years_until_events=_years_until(events, scenario),
    )


def simulated(scenario: Scenario, margins: Margins, seed: int, count: Callable[[Scenario], Counted]) -> Simulated:
    """Both truths, simulated by `count`; under the margin the hazard ratio is the margin's from first to last."""
    ratio = float(margins.hazard_ratio)
    at_margin = replace(scenario, hazard_ratio=ratio, late_hazard_ratio=ratio)
    return Simulated(seed=seed, as_assumed=count(scenario), at_margin=count(at_margin))


def _margin(margins: Margins) -> Margin:
    return Margin(
        hazard_ratio=float(margins.hazard_ratio),
        difference=float(margins.difference),
        one_sided_alpha=float(margins.one_sided_alpha),
        power=float(margins.power),
        horizon_years=margins.horizon_years,
        patients_computed=margins.patients_computed,
    )


def _years_until(events: int, scenario: Scenario) -> float | None:
    """By halving the years between the end of accrual and a hundred."""
    open_ended = replace(scenario, followed=0.0, at_events=0)
    shortest, longest = scenario.accrual + 1e-6, _LONGEST_YEARS
    if expected_events(replace(open_ended, duration=longest)) < events:
        return None
    for _ in range(60):
        middle = (shortest + longest) / 2
        enough = expected_events(replace(open_ended, duration=middle)) >= events
        shortest, longest = (shortest, middle) if enough else (middle, longest)
    return longest
