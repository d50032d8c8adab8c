"""A design in plain words: what it delivers, beside what was claimed for it."""

from __future__ import annotations

from collections.abc import Iterator

from domain.design.design_report import Design, RunningTrial, Simulated
from domain.design.forecast import ExpectedDay
from domain.trial_simulation.tally import Share


def in_plain_words(design: Design) -> Iterator[str]:
    """One sentence a matter."""
    said, margins = design.scenario, design.margins
    yield (
        f"To show by the hazard ratio that omission is not worse than {margins.hazard_ratio:.2f}, with power "
        f"{margins.power:.2f} at a true hazard ratio of {said['hazard_ratio']:g}, {design.events_needed} events are "
        "needed."
    )
    yield (
        f"{said['patients']:.0f} patients{_followed(design)} give about {design.events_expected:.1f} events: "
        f"power {design.power_hazard_ratio:.2f} by the hazard ratio{_by_difference(design)}."
    )
    if design.years_until_events is None:
        yield f"These patients are never expected to have {design.events_needed} events."
    else:
        yield f"{design.events_needed} events are expected after {design.years_until_events:.1f} years."
    yield _on_the_protocols_number(design)
    if design.simulated:
        yield from _simulated(design.simulated)
    if design.running:
        yield from _running(design.running, design.events_needed)


def _followed(design: Design) -> str:
    said = design.scenario
    if said["at_events"]:
        return f" until {said['at_events']:.0f} events"
    if said["followed"]:
        return f", each followed for {said['followed']:g} years,"
    return f" within {said['accrual']:g} years, followed until year {said['duration']:g},"


def _by_difference(design: Design) -> str:
    years = design.margins.horizon_years
    if design.power_difference is None:
        return f"; nobody is followed for the {years} years of the difference"
    points = 100 * design.margins.difference
    return f", {design.power_difference:.2f} by the difference of {points:g} points at {years} years"


def _on_the_protocols_number(design: Design) -> str:
    by_method = ", ".join(f"{found.patients:.0f} by {found.method}" for found in design.methods)
    return (
        f"The protocol states {design.margins.patients_computed} patients for this; the formulas ask for {by_method}."
    )


def _simulated(found: Simulated) -> Iterator[str]:
    truth, margin = found.as_assumed, found.at_margin
    yield (
        f"In {truth.trials:,} simulated trials ({truth.events_mean:.1f} events, {truth.events_from} to "
        f"{truth.events_to} in nine of ten) non-inferiority was shown by the hazard ratio in "
        f"{_share(truth.hazard_ratio)}, by the difference in {_share(truth.difference)}, by both in "
        f"{_share(truth.both)}; the two disagreed in {_share(truth.disagree)}."
    )
    yield (
        f"With the margin as the truth it was shown, wrongly, by the hazard ratio in {_share(margin.hazard_ratio)}, "
        f"by the difference in {_share(margin.difference)}."
    )


def _share(found: Share) -> str:
    return f"{found.share:.4f} (Monte Carlo error {found.mc_error:.4f})"


def _running(found: RunningTrial, needed: int) -> Iterator[str]:
    power, to_come = found.conditional_power, found.forecast
    yield (
        f"The trial itself: {found.patients} patients and {found.events} of {needed} events by {to_come.as_of} "
        f"({100 * power.fraction:.0f} % of the information)."
    )
    if power.as_designed is None or power.as_seen is None:
        yield f"Conditional power: none ({power.reason})."
    else:
        yield (
            f"Conditional power at {needed} events: {power.as_designed:.2f} if the arms fare alike from now on, "
            f"{power.as_seen:.2f} if the hazard ratio stays as it was."
        )
    yield f"Patient {to_come.patients}: {_day(to_come.last_patient)}."
    yield f"Event {to_come.events}: {_day(to_come.last_event)}."


def _day(expected: ExpectedDay) -> str:
    if expected.day is None:
        return f"not to be expected ({expected.reason})"
    return f"expected on {expected.day}, 95 % from {expected.earliest} to {expected.latest or 'never'}"
