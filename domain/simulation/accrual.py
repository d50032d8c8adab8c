"""Accrual: the day each patient comes to be screened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from domain.simulation.assumptions import Assumptions
from domain.simulation.draws import Draws

_DAYS_PER_MONTH = 365.25 / 12


def arrivals(assumptions: Assumptions) -> Iterator[tuple[int, date]]:
    """Patients by running number from 1 and the day they come, at the pace that fills the trial in time; endless."""
    wanted_per_month = assumptions.patients / assumptions.accrual_months
    screened_per_day = wanted_per_month / assumptions.randomised_share / _DAYS_PER_MONTH
    days, number = 0.0, 0
    while True:
        number += 1
        days += Draws(assumptions.seed, number, "arrival").years(screened_per_day)
        yield number, assumptions.accrual_from + timedelta(days=int(days))
