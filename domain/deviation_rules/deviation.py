"""One departure from the protocol, and what a rule that finds such departures looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from domain.patient import Patient
from domain.protocol.edition import Edition

Class = Literal["major", "minor"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One departure from the protocol, the rule it departs from, and the entries that show it."""

    rule: str
    classification: Class
    wording: str
    entries: tuple[UUID, ...]


Found = Iterator[Deviation]
Rule = Callable[[Patient, Edition], Found]
