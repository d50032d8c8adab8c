"""How a plan stands against the dose constraints, each phase against its own prescription."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, assert_never

from domain.dose import planned_total_cgy
from domain.patient import Patient
from domain.protocol.edition import DoseConstraint, Edition
from events.radiotherapy import Phase, PlanDoseReported
from events.recorded import Recorded

Level = Literal["per-protocol", "acceptable", "unacceptable"]


@dataclass(frozen=True, slots=True)
class JudgedDose:
    """One reported metric of a plan, the value and constraint that are held against each other, and the level."""

    reported: Recorded[PlanDoseReported]
    value: Decimal
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
            value = _composite(entry, patient, edition) if metric == "DMAX%" else entry.event.value
            yield JudgedDose(entry, value, constraint, level_of(value, constraint))


def _composite(entry: Recorded[PlanDoseReported], patient: Patient, edition: Edition) -> Decimal:
    """A maximum in per cent of its own phase; under the other reading of PQ-05 a boost's on top of the main course."""
    main, boost = (planned_total_cgy(patient, edition, phase) for phase in (Phase.MAIN, Phase.BOOST))
    if edition.reading("PQ-05") == "per-phase" or entry.event.phase is Phase.MAIN or not main:
        return entry.event.value
    return 100 + (entry.event.value * boost / main).quantize(Decimal("0.1"))


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
