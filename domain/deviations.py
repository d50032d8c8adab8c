"""Deviations from the protocol, derived from what stands; never stored, so a correction takes them back by itself."""

from __future__ import annotations

from domain.deviation_rules import entering, following, imaging, planning, treatment
from domain.deviation_rules.deviation import Deviation, Rule
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition

__all__ = ["RULES", "Deviation", "deviations"]


def deviations(patient: Patient, edition: Edition) -> tuple[Deviation, ...]:
    """Every deviation of a randomised patient; before randomisation there is nothing to deviate from."""
    if patient.allocation is None:
        return ()
    holds = edition_for(patient, edition)
    return tuple(deviation for rule in RULES for deviation in rule(patient, holds))


RULES: tuple[Rule, ...] = (
    entering.randomised_against_criteria,
    entering.started_late,
    entering.tested_without_consent,
    entering.consented_after_randomisation,
    entering.consented_on_another_form,
    entering.treated_before_randomisation,
    planning.treated_without_review,
    planning.reviewed_by_planner,
    planning.boost_mismatched,
    planning.other_prescription,
    planning.unacceptable_coverage,
    treatment.other_volume_than_allocated,
    treatment.dose_off_plan,
    treatment.other_dose_than_planned,
    treatment.dose_short,
    treatment.two_fractions_a_day,
    treatment.fractions_out_of_order,
    imaging.cone_beam_missed,
    imaging.weekly_cone_beam_missed,
    imaging.shift_not_corrected,
    following.visit_outside_window,
    following.serious_event_late,
    following.outcome_before_randomisation,
    following.seen_after_death,
    entering.class_contradicts_score,
    entering.balanced_by_another_level,
)
