"""The page of enrolment: randomised by month against plan, and when the last patient is expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from math import ceil, sqrt

from domain.calendar_arithmetic import add_months
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.outputs import ENTERING
from flows.reports.markdown import number_of, table
from flows.reports.trial_view import TrialView

_RECENT_MONTHS = 6
_HALF_WIDTH = 0.98
"""Half of the 95 % range of the square root of a Poisson count, whose variance is 1/4."""


def enrolment_page(view: TrialView) -> str:
    """Screened and randomised, by month, against the plan of the protocol, with a forecast."""
    edition = view.edition
    rows = _by_month(view.randomised, edition, view.today)
    parts = [
        f"# Enrolment on {view.today}",
        f"{len(view.randomised)} of {edition.target_patients} patients randomised, {len(view.patients)} screened, "
        f"{number_of(sum(patient.screening_failed for patient in view.patients), 'screening failure')}. "
        f"The plan is {_planned(edition):.2f} a month.",
        forecast(_days(view.randomised), edition, view.today),
        table(("Month", "Randomised", "Total", "Planned by then"), rows) if rows else "Nobody is randomised yet.",
        edition.footnote(*ENTERING),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def forecast(days: Sequence[date], edition: Edition, today: date) -> str:
    """When the last patient is expected, at the pace of the last six whole months and at the planned pace.

    The range is what the Poisson variation of that pace leaves open (95 %); it assumes that the pace stays.
    """
    missing = edition.target_patients - len(days)
    if missing <= 0:
        return f"Enrolment is complete: the last patient was randomised on {max(days)}."
    planned = _in_months(today, missing / _planned(edition))
    months = min(_RECENT_MONTHS, _month(today) - min(map(_month, days), default=_month(today)))
    recent = sum(_month(today) - months <= _month(day) < _month(today) for day in days)
    at_plan = f"At the planned pace the remaining {missing} are randomised by {planned}."
    if not recent:
        return f"{at_plan} There is no pace of whole months yet to forecast from."
    soonest, latest = ((sqrt(recent) + side * _HALF_WIDTH) ** 2 / months for side in (1, -1))
    until = f"{_in_months(today, missing / soonest)} to {_in_months(today, missing / latest)}" if recent > 1 else "open"
    return (
        f"Forecast: in the last {number_of(months, 'whole month')} {recent / months:.2f} a month were randomised. "
        f"At that pace the remaining {missing} are randomised by **{_in_months(today, missing * months / recent)}** "
        f"(95 % range {until}). {at_plan}"
    )


def _planned(edition: Edition) -> float:
    return edition.target_patients / edition.planned_accrual_months


def _in_months(today: date, months: float) -> str:
    """The month so many months ahead; very far ahead is said to be."""
    return f"{add_months(today, ceil(months)):%Y-%m}" if months < 1200 else "more than 100 years"


def _days(randomised: Sequence[Patient]) -> Sequence[date]:
    return [patient.allocation.occurred_on.earliest for patient in randomised if patient.allocation]


def _by_month(randomised: Sequence[Patient], edition: Edition, today: date) -> list[tuple[object, ...]]:
    """Every month since the first patient, those in which nobody was randomised too."""
    days = _days(randomised)
    if not days:
        return []
    counted = Counter(map(_month, days))
    months = range(min(counted), max(_month(today), *counted) + 1)
    totals = accumulate(counted[month] for month in months)
    return [
        (_named(month), counted[month], total, f"{min(_planned(edition) * number, edition.target_patients):.0f}")
        for number, (month, total) in enumerate(zip(months, totals, strict=True), start=1)
        if counted[month] or total < edition.target_patients
    ]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _named(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02}"
