"""The simulated site: what its staff do about each item of a patient's worklist, and of their own accord."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.simulation import entering_staff, safety_staff, treating_staff, visiting_staff
from domain.simulation.courses import Course
from domain.simulation.leaving_acts import leaving_acts
from domain.simulation.lives import Life
from domain.simulation.outcome_acts import disease_acts, leave_to_the_panel
from domain.simulation.site_acts import NOTHING, Act, Doings, Situation
from domain.work_item import Work, WorkItem

Answer = Callable[[Situation, WorkItem], Doings]

ANSWERS: Mapping[Work, Answer] = {
    Work.COMPLETE_SCREENING: entering_staff.complete_screening,
    Work.OBTAIN_CONSENT: entering_staff.obtain_consent,
    Work.SETTLE_ORDER: entering_staff.settle_order,
    Work.SETTLE_CANCELLED_ORDER: entering_staff.settle_cancelled_order,
    Work.SETTLE_RISK_CLASS: entering_staff.settle_risk_class,
    Work.CONFIRM_ELIGIBILITY: entering_staff.confirm_eligibility,
    Work.RANDOMISE: entering_staff.randomise,
    Work.PLAN_RADIOTHERAPY: treating_staff.plan_radiotherapy,
    Work.REVIEW_PLAN: treating_staff.review_plan,
    Work.DELIVER_FRACTION: treating_staff.deliver_fractions,
    Work.RECORD_TREATMENT_END: treating_staff.record_treatment_end,
    Work.SEE_PATIENT: visiting_staff.see_patient,
    Work.REPORT_SERIOUS_EVENT: safety_staff.report_serious_event,
    Work.ASSESS_SERIOUS_EVENT: safety_staff.assess_serious_event,
    Work.ANSWER_QUERY: entering_staff.answer_query,
    Work.RELEASE_WORK: entering_staff.release_work,
    Work.ADJUDICATE_OUTCOME: leave_to_the_panel,
}
"""Who answers which work of people; the engine answers the rest."""


def respond(situation: Situation, item: WorkItem) -> Doings:
    """What the staff do about an open item today."""
    answer = ANSWERS.get(item.work)
    return answer(situation, item) if answer else NOTHING


def agenda(course: Course, life: Life) -> tuple[Act, ...]:
    """Everything that will come to the site unasked, in order of the day it is learned."""
    acts = (*disease_acts(course, life), *leaving_acts(course, life))
    return tuple(sorted(acts, key=lambda act: act.on))
