"""Dose: what a regimen prescribes, what was delivered, in integer cGy."""

from domain.patient import Patient
from domain.protocol.edition import Edition
from events.radiotherapy import FractionDelivered, Phase, PlannedPhase, RadiotherapyPlanned, Regimen
from events.recorded import Recorded


def prescribed_phases(edition: Edition, regimen: Regimen, *, boost: bool) -> tuple[PlannedPhase, ...]:
    """The protocol's own phases of a regimen."""
    prescription = edition.prescriptions[regimen]
    return (prescription.main, prescription.boost) if boost else (prescription.main,)


def planned_phases(plan: Recorded[RadiotherapyPlanned], edition: Edition) -> tuple[PlannedPhase, ...]:
    """The phases of a plan; a plan that names none follows the protocol's doses."""
    if plan.event.phases:
        return plan.event.phases
    return prescribed_phases(edition, plan.event.regimen, boost=plan.event.boost == "yes")


def planned_fractions(patient: Patient, edition: Edition, phase: Phase) -> int:
    """How many fractions the standing plan has in a phase; 0 without a plan or phase."""
    plan = patient.last(RadiotherapyPlanned)
    phases = planned_phases(plan, edition) if plan else ()
    return sum(planned.fractions for planned in phases if planned.phase is phase)


def planned_total_cgy(patient: Patient, edition: Edition, phase: Phase) -> int:
    """The dose of one phase of the standing plan; 0 without a plan or phase."""
    plan = patient.last(RadiotherapyPlanned)
    phases = planned_phases(plan, edition) if plan else ()
    return sum(planned.total_cgy for planned in phases if planned.phase is phase)


def delivered_cgy(patient: Patient) -> int:
    """The dose delivered so far, all phases."""
    return sum(entry.event.dose_cgy for entry in patient.every(FractionDelivered))


def planned_cgy(patient: Patient, edition: Edition) -> int:
    """The dose of the standing plan, all phases; 0 without a plan."""
    plan = patient.last(RadiotherapyPlanned)
    return sum(phase.total_cgy for phase in planned_phases(plan, edition)) if plan else 0
