"""When the last patient and the last event needed are to be expected, as a day and an interval around it."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from domain.analysis.frozen_result import FrozenResult
from domain.analysis.risk_table import FloatArray
from domain.design.running import ComeIn
from domain.design.scenario import Scenario

_DRAWS = 4000
_DAYS_A_YEAR = 365.25
_SHARES = (0.025, 0.5, 0.975)


class ExpectedDay(FrozenResult):
    """The day as likely too early as too late, and the 95 % prediction interval; None with the reason."""

    day: date | None
    earliest: date | None
    latest: date | None
    reason: str | None = None


class Forecast(FrozenResult):
    """Of `patients` and of `events`, as of a day."""

    as_of: date
    patients: int
    last_patient: ExpectedDay
    events: int
    last_event: ExpectedDay


def forecast(seen: ComeIn, plan: Scenario, events: int, seed: int = 0) -> Forecast:
    """Predict from what has come in, and from the plan, which weighs as much as one patient and one event.

    Patients come and events happen at constant rates, gamma distributed by what was seen; drop-out is the plan's. Drawn
    4,000 times. Source: Anisimov and Fedorov, doi 10.1002/sim.2956; Bagiella and Heitjan, doi 10.1002/sim.843.
    """
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    entries = _entries(seen, plan, generator)
    return Forecast(
        as_of=seen.on,
        patients=plan.patients,
        last_patient=_expected(seen.on, entries[:, -1]) if entries.shape[1] else _reached("patients"),
        events=events,
        last_event=_last_event(seen, plan, entries, events, generator),
    )


def _entries(seen: ComeIn, plan: Scenario, generator: np.random.Generator) -> FloatArray:
    """Years from now at which each patient still to come enters, draws x patients."""
    years_each = max(plan.accrual, 1 / _DAYS_A_YEAR) / plan.patients
    rate = generator.gamma(seen.patients + 1, 1 / (seen.years + years_each), _DRAWS)
    waits = generator.standard_exponential((_DRAWS, max(plan.patients - seen.patients, 0)))
    return np.cumsum(waits, axis=1) / rate[:, None]


def _last_event(
    seen: ComeIn, plan: Scenario, entries: FloatArray, events: int, generator: np.random.Generator
) -> ExpectedDay:
    missing = events - seen.events
    if missing <= 0:
        return _reached("events")
    entered = np.concatenate((np.zeros((_DRAWS, seen.followed)), entries), axis=1)
    if entered.shape[1] < missing:
        return _never(f"{entered.shape[1]} patients are or will be followed, {missing} events are missing")
    hazard = generator.gamma(seen.events + 1, 1 / (seen.patient_years + 1 / plan.hazard), _DRAWS)
    waits = generator.standard_exponential(entered.shape) / hazard[:, None]
    if plan.dropout:
        waits[generator.standard_exponential(entered.shape) / plan.dropout < waits] = math.inf
    return _expected(seen.on, np.partition(entered + waits, missing - 1, axis=1)[:, missing - 1])


def _expected(on: date, years: FloatArray) -> ExpectedDay:
    ordered = np.sort(years)
    earliest, middle, latest = (_day(on, float(ordered[int(share * len(ordered))])) for share in _SHARES)
    if middle is None:
        return _never("more than half of what was drawn never gets there")
    return ExpectedDay(day=middle, earliest=earliest, latest=latest, reason=None if latest else "there may be no end")


def _day(on: date, years: float) -> date | None:
    """The day so many years on; None where there is none, or no calendar for it."""
    farthest = (date.max - on).days / _DAYS_A_YEAR
    return on + timedelta(days=round(years * _DAYS_A_YEAR)) if years < farthest else None


def _reached(what: str) -> ExpectedDay:
    return _never(f"the {what} are in")


def _never(reason: str) -> ExpectedDay:
    return ExpectedDay(day=None, earliest=None, latest=None, reason=reason)
