"""The columns of a take-over file, and what each cell may hold. The contract is in docs/import.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import ValidationError

from domain.take_over.recurrences import read_recurrences
from events.clinical_date import ClinicalDate
from events.event import Facts
from events.genomics import GenomicScores
from events.outcomes import DeathCause
from events.radiotherapy import Regimen
from events.randomisation import Arm
from events.screening import BreastSurgery, Pathology, PerformanceStatus, PrimaryTumour
from events.streams import PATIENT_ID, PATIENT_ID_RULE

C = TypeVar("C", bound=StrEnum)
Read = Callable[[str], Any]
Values = Mapping[str, Any]
"""What the cells of a row say, by column; an empty or unreadable cell has no value."""


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
    plain = re.sub(r"^p?t?", "", text, flags=re.IGNORECASE)
    return _one_of(PrimaryTumour)(f"T{plain}")


_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


def _number(text: str) -> Decimal:
    if _PLAIN_NUMBER.fullmatch(text) is None:
        raise ValueError("is not a number; write digits only, with a point before decimals")
    return Decimal(text)


def _whole(text: str) -> int:
    number = _number(text)
    if number != number.to_integral_value():
        raise ValueError("is not a whole number; write digits only")
    return int(number)


def _field(facts: type[Facts], field: str, read: Read) -> Read:
    """A cell that becomes one field of these facts, within the field's own bounds."""

    def within(text: str) -> Any:
        value = read(text)
        try:
            return getattr(facts.model_validate({field: value}), field)
        except ValidationError as refusal:
            bounds = refusal.errors()[0]["msg"].removeprefix("Input ").removeprefix("String ")
            raise ValueError(f"{bounds}; mend the cell, or leave it empty when it is not known") from None

    return within


COLUMNS: Mapping[str, Read] = {
    "patient_id": _patient_id,
    "randomised_on": ClinicalDate.parse,
    "arm": _one_of(Arm),
    "consented_on": ClinicalDate.parse,
    "birth_date": ClinicalDate.parse,
    "surgery_date": ClinicalDate.parse,
    "breast_surgery": _one_of(BreastSurgery),
    "pt": _stage,
    "tumour_size_mm": _field(Pathology, "tumour_size_mm", _number),
    "nodes_positive": _field(Pathology, "nodes_positive", _whole),
    "grade": _field(Pathology, "grade", _whole),
    "ki67_pct": _field(Pathology, "ki67_pct", _number),
    "er_pct": _field(Pathology, "er_pct", _number),
    "pr_pct": _field(Pathology, "pr_pct", _number),
    "her2": _field(Pathology, "her2", str),
    "ecog": _field(PerformanceStatus, "ecog", _whole),
    "genomic_score": _field(GenomicScores, "score_18gene", _number),
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


def filled(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells that say something, without the space around it."""
    return {column: cell.strip() for column, cell in cells.items() if cell.strip()}


def read_cells(cells: Mapping[str, str]) -> tuple[Values, tuple[Problem, ...]]:
    """The values of filled cells, and a problem for each that cannot be read."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, text in cells.items():
        try:
            values[column] = COLUMNS[column](text)
        except ValueError as problem:
            problems.append(Problem(column, text, _way_out(text, problem)))
    return values, tuple(problems)


def _way_out(text: str, problem: ValueError) -> str:
    """The reader's words without the value, which stands before them already."""
    return str(problem).removeprefix(f"{text!r} ")
