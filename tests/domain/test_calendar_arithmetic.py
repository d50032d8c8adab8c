"""Months and ages as the protocol counts them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar_arithmetic import add_months, completed_years, possible_ages
from events.clinical_date import ClinicalDate


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2021-08-31", 6, "2022-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2020-11-30", 3, "2021-02-28"),
        ("2020-11-20", 3, "2021-02-20"),
        ("2024-02-29", -60, "2019-02-28"),
        ("2021-12-15", 1, "2022-01-15"),
        ("2021-05-31", 0, "2021-05-31"),
    ],
)
def test_months_keep_the_day_and_clamp_to_the_end_of_the_month(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("1980-01-06", "2021-01-05", 40),
        ("1980-01-05", "2021-01-05", 41),
        ("1940-01-06", "2021-01-05", 80),
        ("1980-02-29", "2021-02-27", 40),
        ("1980-02-29", "2021-02-28", 41),
        ("1980-02-29", "2024-02-28", 43),
        ("1980-02-29", "2024-02-29", 44),
    ],
)
def test_age_is_counted_in_completed_years(birth: str, on: str, age: int) -> None:
    assert completed_years(date.fromisoformat(birth), date.fromisoformat(on)) == age


@pytest.mark.parametrize(
    ("birth", "ages"), [("1980-01-05", [41]), ("1980-01", [40, 41]), ("1980-02", [40]), ("1980", [40, 41])]
)
def test_a_birth_date_known_in_part_allows_every_age_it_can_mean(birth: str, ages: list[int]) -> None:
    assert list(possible_ages(ClinicalDate.parse(birth), date(2021, 1, 5))) == ages


@given(st.dates(date(1930, 1, 1), date(2010, 12, 31)), st.dates(date(2020, 1, 1), date(2026, 12, 31)))
def test_the_true_age_is_among_the_possible_ones(birth: date, on: date) -> None:
    for precision in (4, 7, 10):
        known = ClinicalDate.parse(birth.isoformat()[:precision])
        assert completed_years(birth, on) in possible_ages(known, on)
