"""A small simulated trial in which much happens: every kind of entry a site makes, in few patients."""

from __future__ import annotations

from domain.simulation.assumptions import Assumptions, TreatmentCourse
from events.randomisation import Arm

_TREATMENT = {
    TreatmentCourse.COMPLETES: 0.85,
    TreatmentCourse.STOPS_EARLY: 0.05,
    TreatmentCourse.NEVER_STARTS: 0.05,
    TreatmentCourse.WITHDRAWS: 0.05,
}


def eventful(seed: int, patients: int = 40) -> Assumptions:
    """Recurrences, deaths, losses, withdrawals and slips many times as often as in the real trial."""
    return Assumptions(
        seed=seed,
        patients=patients,
        accrual_months=4,
        event_free_at_5_years={Arm.IMNI: 0.55, Arm.OMIT: 0.45},
        other_death_per_year=0.04,
        second_primary_per_year=0.03,
        contralateral_in_situ_per_year=0.02,
        death_after_distant_per_year=0.6,
        distant_after_locoregional_per_year=0.4,
        ineligible=0.15,
        refuses_test=0.05,
        refuses_trial=0.05,
        specimen_rejected=0.1,
        treatment=_TREATMENT,
        crossover=0.1,
        fraction_missed=0.05,
        visit_missed=0.12,
        visit_late=0.08,
        lost_per_year=0.06,
        comes_back=0.6,
        withdraws_per_year=0.05,
        false_alarm=0.4,
        serious_adverse_event=0.2,
        entry_mistaken=0.12,
        entered_for_wrong_patient=0.2,
        query=0.1,
    )
