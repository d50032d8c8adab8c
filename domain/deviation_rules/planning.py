"""Departures in planning: review, boost, prescription, and what the plan does to its target."""

from __future__ import annotations

from domain.deviation_rules.deviation import Deviation, Found
from domain.dose import planned_phases, prescribed_phases
from domain.patient import Patient
from domain.plan_quality import judged_plan
from domain.protocol.edition import Edition
from domain.review import accepted_reviews, needs_review
from domain.start_of_radiotherapy import beginning
from events.radiotherapy import Phase, RadiotherapyPlanned
from events.screening import BreastSurgery, SurgeryRecorded


def treated_without_review(patient: Patient, edition: Edition) -> Found:
    """The first patients start only after somebody else than the planner accepted their plan (question PQ-33)."""
    started = beginning(patient)
    if started is None or not needs_review(patient, edition):
        return
    if not any(review.occurred_on.earliest <= started.occurred_on.latest for review in accepted_reviews(patient)):
        wording = f"Radiotherapy started on {started.occurred_on} before its plan was accepted on review"
        yield Deviation("REVIEW", "minor", wording, (started.event_id,))


def reviewed_by_planner(patient: Patient, edition: Edition) -> Found:
    """A plan accepted by whoever made it; such a review opens no treatment."""
    plan = patient.last(RadiotherapyPlanned)
    if plan is None or not needs_review(patient, edition):
        return
    for review in accepted_reviews(patient, by_anyone=True):
        if review.provenance.actor.id == plan.provenance.actor.id:
            wording = f"Plan and review of {review.occurred_on} are both by {review.provenance.actor.id}"
            yield Deviation("REVIEW", "minor", wording, (plan.event_id, review.event_id))


def boost_mismatched(patient: Patient, edition: Edition) -> Found:
    """The tumour bed is boosted after breast conservation, and only then."""
    plan, surgery = patient.last(RadiotherapyPlanned), patient.last(SurgeryRecorded)
    if plan is None or surgery is None:
        return
    boosted = any(phase.phase is Phase.BOOST for phase in planned_phases(plan, edition))
    conserved = surgery.event.breast_surgery is BreastSurgery.CONSERVING
    if boosted != conserved:
        wording = "Boost planned after mastectomy" if boosted else "No boost planned after breast conservation"
        yield Deviation("BOOST", "minor", wording, (plan.event_id, surgery.event_id))


def other_prescription(patient: Patient, edition: Edition) -> Found:
    """A plan whose phases are not those the protocol prescribes for its regimen."""
    plan = patient.last(RadiotherapyPlanned)
    if plan is None:
        return
    prescribed = {phase.phase: phase for phase in prescribed_phases(edition, plan.event.regimen, boost=True)}
    for phase in plan.event.phases:
        wanted = prescribed[phase.phase]
        if phase != wanted:
            planned = f"{phase.total_cgy} cGy in {phase.fractions}"
            wording = f"{plan.event.regimen} {phase.phase} planned as {planned}, not {wanted.total_cgy} cGy in "
            yield Deviation("PLAN", "minor", f"{wording}{wanted.fractions}", (plan.event_id,))


def unacceptable_coverage(patient: Patient, edition: Edition) -> Found:
    """A target covered or heated beyond what is acceptable, by its own phase (PQ-05)."""
    for dose in judged_plan(patient, edition):
        if dose.level == "unacceptable" and dose.constraint.status != "placeholder":
            said, constraint = dose.reported.event, dose.constraint
            limit = constraint.per_protocol if constraint.acceptable is None else constraint.acceptable
            sense = constraint.sense.replace("-", " ")
            wording = f"{said.structure} {said.metric} is {dose.value} ({said.phase}): {sense} {limit} is acceptable"
            covered = constraint.sense == "at-least"
            yield Deviation("PTV", "major" if covered else "minor", wording, (dose.reported.event_id,))
