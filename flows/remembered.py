"""What a rule says of each patient, worked out once for what she is on a day, whoever in this process asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from domain.patient import Patient
from domain.protocol.edition import Edition

T = TypeVar("T")
Rule = Callable[[Patient, Edition, date], T]


@dataclass(frozen=True, slots=True)
class _Said:
    patient: Patient
    edition: Edition
    today: date
    answer: Any


class Remembered:
    """Remembers of each rule and patient the newest answer only. She, and the edition, are told apart as objects: both
    are values that never change, and the log hands out the same ones until something is recorded."""

    def __init__(self) -> None:
        self._said: dict[tuple[Rule[Any], str], _Said] = {}

    def of(self, rule: Rule[T], patient: Patient, edition: Edition, today: date) -> T:
        """What the rule says. It must be one function, not made anew for each question, and answer with a value."""
        asked = rule, patient.patient_id
        said = self._said.get(asked)
        if said is None or said.patient is not patient or said.edition is not edition or said.today != today:
            said = self._said[asked] = _Said(patient, edition, today, rule(patient, edition, today))
        return said.answer
