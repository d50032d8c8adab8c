"""Months and ages as the protocol counts them."""

from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from events.clinical_date import ClinicalDate


@lru_cache(maxsize=16384)
def add_months(day: date, months: int) -> date:
    """The same day some months later, clamped to the end of the month: 31 August + 6 months is 28 or 29 February."""
    return day + relativedelta(months=months)


def completed_years(birth: date, on: date) -> int:
    """Age in completed years; who is born on 29 February has a birthday on 28 February of other years."""
    return relativedelta(on, birth).years


def possible_ages(birth: ClinicalDate, on: date) -> range:
    """Every age in completed years that a birth date of this precision allows on a day."""
    return range(completed_years(birth.latest, on), completed_years(birth.earliest, on) + 1)
