"""The senior oncologist's review of the first plans, which the first fraction waits for."""

from __future__ import annotations

from domain.patient import Patient
from domain.protocol.edition import Edition
from events.radiotherapy import PlanReviewed, RadiotherapyPlanned
from events.randomisation import PatientRandomised
from events.recorded import Recorded


def needs_review(patient: Patient, edition: Edition) -> bool:
    """Whether the plan of this patient must be reviewed: the first 20 randomised (question PQ-33)."""
    drawn = patient.first(PatientRandomised)
    return drawn is not None and drawn.event.sequence_number <= edition.plan_reviews


def accepted_reviews(patient: Patient, *, by_anyone: bool = False) -> tuple[Recorded[PlanReviewed], ...]:
    """The reviews that accepted the plan; a planner's own review counts only when asked for."""
    plan = patient.last(RadiotherapyPlanned)
    planner = None if by_anyone or plan is None else plan.provenance.actor.id
    accepted = (review for review in patient.every(PlanReviewed) if review.event.verdict == "accept")
    return tuple(review for review in accepted if review.provenance.actor.id != planner)
