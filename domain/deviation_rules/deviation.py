"""One departure from the protocol, and what a rule that finds such departures looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple
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


class Departed(NamedTuple):
    """What a deviation departs from: where the rule stands, and the rules whose readings bear on it."""

    source: str
    bears_on: tuple[str, ...] = ()


DEPARTED_FROM: Mapping[str, Departed] = MappingProxyType(
    {
        "ARM": Departed("Interventions"),
        "BALANCE": Departed("Allocation", ("RANDOMISATION",)),
        "BOOST": Departed("Interventions"),
        "CBCT": Departed("Treatment verification", ("CBCT",)),
        "DOSE": Departed("Interventions", ("RT",)),
        "FRACTION": Departed("Interventions"),
        "ORDER": Departed("Trial design"),
        "PLAN": Departed("Interventions", ("RT",)),
        "PQ-26": Departed("Trial design", ("PQ-26",)),
        "PTV": Departed("Radiotherapy (planning target volume)", ("PTV",)),
        "REVIEW": Departed("Treatment verification", ("PLAN-QA",)),
        "SAE": Departed("ICH E2A, hospital practice"),
        "SHIFT": Departed("Treatment verification", ("SHIFT",)),
        "WINDOW": Departed("Follow up, Table 1", ("TABLE-1", "4w")),
    }
)
"""Every rule of a deviation that is no criterion; those have a source of their own."""
