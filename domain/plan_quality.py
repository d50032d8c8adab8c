"""How a plan stands against the dose constraints, each phase against its own prescription."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, assert_never

from domain.patient import Patient
from domain.protocol.edition import DoseConstraint, Edition
from events.radiotherapy import Phase, PlanDoseReported
from events.recorded import Recorded

Level = Literal["per-protocol", "acceptable", "unacceptable"]


@dataclass(frozen=True, slots=True)
class JudgedDose:
    """One reported metric of a plan, the constraint it is held against, and its level."""

    reported: Recorded[PlanDoseReported]
    constraint: DoseConstraint
    level: Level


def judged_plan(patient: Patient, edition: Edition) -> Iterator[JudgedDose]:
    """The newest value of every metric that has a constraint; what is only a placeholder is judged like the rest."""
    constraints = {(row.structure, row.metric): row for row in edition.dose_constraints}
    newest: dict[tuple[str, str, Phase], Recorded[PlanDoseReported]] = {}
    for entry in patient.every(PlanDoseReported):
        said = entry.event
        newest[said.structure.upper(), said.metric.upper(), said.phase] = entry
    for (structure, metric, _), entry in newest.items():
        constraint = constraints.get((structure, metric))
        if constraint is not None:
            yield JudgedDose(entry, constraint, level_of(entry.event.value, constraint))


def level_of(value: Decimal, constraint: DoseConstraint) -> Level:
    """The level of a value. Protocol: Radiotherapy (per protocol, acceptable, unacceptable)."""
    if _keeps(value, constraint.per_protocol, constraint):
        return "per-protocol"
    if constraint.acceptable is not None and _keeps(value, constraint.acceptable, constraint):
        return "acceptable"
    return "unacceptable"


def _keeps(value: Decimal, limit: Decimal, constraint: DoseConstraint) -> bool:
    match constraint.sense:
        case "at-least":
            return value >= limit
        case "at-most":
            return value <= limit
        case "below":
            return value < limit
        case _:
            assert_never(constraint.sense)
