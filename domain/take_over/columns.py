"""The columns of a take-over file, and what each cell may hold. The contract is in docs/import.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from domain.take_over.recurrences import read_recurrences
from events.clinical_date import ClinicalDate
from events.outcomes import DeathCause
from events.radiotherapy import Regimen
from events.randomisation import Arm
from events.screening import BreastSurgery, PrimaryTumour
from events.streams import PATIENT_ID, PATIENT_ID_RULE

C = TypeVar("C", bound=StrEnum)
Read = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that cannot be taken: which column, the value as written, and what is wrong with the way out."""

    column: str
    value: str
    problem: str

    def __str__(self) -> str:
        return f"{self.column} {self.value!r}: {self.problem}"


def _patient_id(text: str) -> str:
    if PATIENT_ID.fullmatch(text) is None:
        raise ValueError(f"is not a patient id; use {PATIENT_ID_RULE}")
    return text


def _one_of(codes: type[C]) -> Callable[[str], C]:
    known = {code.value.upper(): code for code in codes}

    def read(text: str) -> C:
        if text.upper() not in known:
            raise ValueError(f"is not a known code; use one of {', '.join(code.value for code in codes)}")
        return known[text.upper()]

    return read


def _stage(text: str) -> PrimaryTumour:
    plain = text.removeprefix("p").removeprefix("P").removeprefix("t").removeprefix("T")
    return _one_of(PrimaryTumour)(f"T{plain}")


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("is not a number; write digits, with a point before decimals") from None
    if not number.is_finite():
        raise ValueError("is not a finite number; leave the cell empty when it is not known")
    return number


def _whole(text: str) -> int:
    number = _number(text)
    if number != number.to_integral_value():
        raise ValueError("is not a whole number; write digits only")
    return int(number)


COLUMNS: Mapping[str, Read] = {
    "patient_id": _patient_id,
    "randomised_on": ClinicalDate.parse,
    "arm": _one_of(Arm),
    "consented_on": ClinicalDate.parse,
    "birth_date": ClinicalDate.parse,
    "surgery_date": ClinicalDate.parse,
    "breast_surgery": _one_of(BreastSurgery),
    "pt": _stage,
    "tumour_size_mm": _number,
    "nodes_positive": _whole,
    "grade": _whole,
    "ki67_pct": _number,
    "er_pct": _number,
    "pr_pct": _number,
    "her2": str,
    "ecog": _whole,
    "genomic_score": _number,
    "genomic_reported_on": ClinicalDate.parse,
    "rt_started_on": ClinicalDate.parse,
    "rt_completed_on": ClinicalDate.parse,
    "regimen": _one_of(Regimen),
    "arm_delivered": _one_of(Arm),
    "recurrences": read_recurrences,
    "last_assessed_on": ClinicalDate.parse,
    "last_alive_on": ClinicalDate.parse,
    "died_on": ClinicalDate.parse,
    "death_cause": _one_of(DeathCause),
    "withdrew_on": ClinicalDate.parse,
    "lost_on": ClinicalDate.parse,
}
"""Every column there is, with the reader of its cells. An empty cell means: not known."""

REQUIRED = "patient_id"


def read_cells(cells: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The values of a row, and every problem of it; empty cells are left out."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, cell in cells.items():
        text = cell.strip()
        if not text:
            continue
        try:
            values[column] = COLUMNS[column](text)
        except ValueError as problem:
            problems.append(Problem(column, text, _way_out(text, problem)))
    if REQUIRED not in values and not any(problem.column == REQUIRED for problem in problems):
        problems.insert(0, Problem(REQUIRED, "", "is empty; every row names its patient"))
    return values, tuple(problems)


def _way_out(text: str, problem: ValueError) -> str:
    """The reader's words without the value, which stands before them already."""
    return str(problem).removeprefix(f"{text!r} ")
