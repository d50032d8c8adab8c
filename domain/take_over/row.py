"""What one row says, and everything that is wrong with it before the record is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from domain.plausibility import require_plausible_date
from domain.rejections import Implausible
from domain.take_over.columns import COLUMNS, REQUIRED, Problem, Values, filled, read_cells
from events.clinical_date import ClinicalDate

BIRTH = "birth_date"
DATES = (
    "randomised_on",
    "consented_on",
    "surgery_date",
    "genomic_reported_on",
    "rt_started_on",
    "rt_completed_on",
    "last_assessed_on",
    "last_alive_on",
    "died_on",
    "withdrew_on",
    "lost_on",
)
"""The columns that date something of the trial. The birth does not: nothing is ever taken to have happened then."""

_PARTNERS: Mapping[str, str] = {
    "randomised_on": "arm",
    "arm": "randomised_on",
    "genomic_reported_on": "genomic_score",
    "death_cause": "died_on",
}
_PLACE = {column: place for place, column in enumerate(COLUMNS)}


def read_row(cells: Mapping[str, str], today: date) -> tuple[Values, tuple[Problem, ...]]:
    """The values of a row and every problem of it, column by column; `today` is the calendar day at the site."""
    said = filled(cells)
    values, unreadable = read_cells(said)
    problems = [*_nameless(said), *unreadable, *_lone(said), *_undated(said), *_implausible(values, today)]
    return values, tuple(sorted(problems, key=lambda problem: _PLACE[problem.column]))


def dates_of(values: Values) -> tuple[tuple[str, ClinicalDate], ...]:
    """Every date of the row but the birth, with its column."""
    single = [(column, values[column]) for column in DATES if column in values]
    return (*single, *(("recurrences", listed.on) for listed in values.get("recurrences", ())))


def _nameless(said: Mapping[str, str]) -> Iterator[Problem]:
    if REQUIRED not in said:
        yield Problem(REQUIRED, "", "is empty; every row names its patient")


def _lone(said: Mapping[str, str]) -> Iterator[Problem]:
    for column, partner in _PARTNERS.items():
        if column in said and partner not in said:
            yield Problem(column, said[column], f"stands without {partner}; fill in {partner}, or leave both empty")


def _undated(said: Mapping[str, str]) -> Iterator[Problem]:
    if not any(column in said for column in (*DATES, "recurrences")):
        yield Problem("consented_on", "", "no date of the row is known; give at least one, such as the date of consent")


def _implausible(values: Values, today: date) -> Iterator[Problem]:
    birth = values.get(BIRTH)
    born = [(BIRTH, birth, None)] if birth else []
    for column, on, not_before in (*born, *((column, on, birth) for column, on in dates_of(values))):
        try:
            require_plausible_date(column, on, today, not_before)
        except Implausible as refusal:
            yield Problem(column, str(on), f"{refusal.rule}. {refusal.way_out}")
