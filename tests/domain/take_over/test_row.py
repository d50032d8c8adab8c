"""A row as a whole: everything that is wrong with it at once, whatever else is wrong."""

from __future__ import annotations

import pytest

from domain.take_over.row import DATES, read_row
from tests.domain.take_over.rows import TODAY, problems_of, row


def test_an_empty_cell_is_not_known_and_no_problem() -> None:
    values, problems = read_row(row(grade="", pt="  ", recurrences="", died_on=" "), TODAY)
    assert list(values) == ["patient_id", "randomised_on", "arm"]
    assert problems == ()


def test_every_problem_of_a_row_is_told_at_once() -> None:
    cells = row(patient_id="", arm="A", grade="9", pt="T9", birth_date="1970-02-30", death_cause="OTHER", died_on="")
    assert set(problems_of(cells)) == {"patient_id", "arm", "birth_date", "pt", "grade", "death_cause"}
    assert "every row names its patient" in problems_of(cells)["patient_id"]


@pytest.mark.parametrize(
    ("column", "text", "partner"),
    [
        ("randomised_on", "2021-01-10", "arm"),
        ("arm", "IMNI", "randomised_on"),
        ("genomic_reported_on", "2021-01-02", "genomic_score"),
        ("death_cause", "OTHER", "died_on"),
    ],
)
def test_a_cell_without_its_partner(column: str, text: str, partner: str) -> None:
    found = problems_of({"patient_id": "A", "consented_on": "2021-01-05", column: text})
    assert found == {column: f"stands without {partner}; fill in {partner}, or leave both empty"}


def test_a_partner_that_cannot_be_read_is_there_all_the_same() -> None:
    assert list(problems_of(row(randomised_on="10.1.2021"))) == ["randomised_on"]


@pytest.mark.parametrize("cells", [{}, {"grade": "2"}, {"birth_date": "1970-01-01"}])
def test_a_row_without_a_date_of_the_trial_is_refused(cells: dict[str, str]) -> None:
    found = problems_of({"patient_id": "A", **cells})
    assert list(found) == ["consented_on"]
    assert "give at least one" in found["consented_on"]


@pytest.mark.parametrize("cells", [{"died_on": "2021"}, {"recurrences": "2021-02-01:DISTANT"}, {"lost_on": "31.2."}])
def test_one_date_is_enough_even_when_it_must_be_mended(cells: dict[str, str]) -> None:
    assert "consented_on" not in problems_of({"patient_id": "A", **cells})


@pytest.mark.parametrize("column", DATES)
def test_a_date_in_the_future_is_told_by_its_column(column: str) -> None:
    cells = row(genomic_score="30", died_on="2026", birth_date="1970")
    assert problems_of(cells) == {}
    assert problems_of({**cells, column: "2026-12-01"}) == {}
    found = problems_of({**cells, column: "2026-12-02"})
    assert list(found) == [column]
    assert "lies in the future (today is 2026-12-01)" in found[column]


def test_dates_in_the_future_or_before_the_birth_are_all_told() -> None:
    cells = row(birth_date="1970-03", surgery_date="1970-02-28", rt_started_on="1970-03", recurrences="2031:DISTANT")
    found = problems_of(cells)
    assert list(found) == ["surgery_date", "recurrences"]
    assert found["surgery_date"] == "lies before the patient's birth (1970-03). Mend the date"
    assert "future" in found["recurrences"]


def test_a_birth_in_the_future_is_told_itself() -> None:
    assert "lies in the future" in problems_of(row(birth_date="2070-01-01"))["birth_date"]
