"""The simulated radiation oncologists: plan, review, and the fractions of all weekdays since the last entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from domain.decisions.consent import RecordWithdrawal
from domain.decisions.radiotherapy import (
    RecordFraction,
    RecordNodalVolume,
    RecordPlan,
    RecordPlanDose,
    RecordPlanReview,
    RecordRadiotherapyCompletion,
    RecordRadiotherapyRefusal,
    RecordRadiotherapyStart,
    RecordRadiotherapyStop,
)
from domain.simulation.assumptions import TreatmentCourse
from domain.simulation.courses import Course
from domain.simulation.site_acts import (
    COORDINATOR,
    NOTHING,
    ONCOLOGIST,
    SENIOR_ONCOLOGIST,
    Doings,
    Situation,
    enters,
    wait_until,
)
from domain.simulation.slips import enters_with_care
from domain.simulation.treatment_days import TreatmentDay, first_weekday, treatment_days
from domain.simulation.visit_book import Seen
from domain.work_item import WorkItem
from events.clinical_date import ClinicalDate
from events.consent import WithdrawalScope
from events.radiotherapy import (
    FractionDelivered,
    FractionMissed,
    RadiotherapyPlanned,
    RadiotherapyStarted,
)
from events.randomisation import Arm
from events.recorded import Recorded

_OTHER_ARM = {Arm.IMNI: Arm.OMIT, Arm.OMIT: Arm.IMNI}
_REVISED_FIRST = 0.2
_ENDINGS = {
    TreatmentCourse.STOPS_EARLY: "acute toxicity",
    TreatmentCourse.NEVER_STARTS: "treated elsewhere",
    TreatmentCourse.WITHDRAWS: "the patient wants no further radiotherapy",
}


def plan_radiotherapy(situation: Situation, item: WorkItem) -> Doings:
    """The plan and its dose metrics, some days after randomisation."""
    course = situation.course
    draws = course.draws("plan")
    planned_on = situation.life.randomised_on + timedelta(days=draws.between(3, 9))
    if situation.today < planned_on:
        return wait_until(planned_on)
    on = ClinicalDate.parse(planned_on)
    plan = RecordPlan(
        occurred_on=on,
        regimen=course.regimen,
        boost="yes" if course.conserving else "no",
        contouring_guideline="RUIJIN guideline",
    )
    metrics = {
        ("PTV", "V100%"): draws.between(930, 995),
        ("PTV", "DMAX%"): draws.between(1060, 1150),
        ("HEART", "MEAN_GY"): draws.between(20, 60),
        ("LUNG_IPSI", "V20%"): draws.between(180, 300),
    }
    return enters(ONCOLOGIST, plan, *_plan_doses(on, metrics))


def _plan_doses(on: ClinicalDate, metrics: Mapping[tuple[str, str], int]) -> Iterator[RecordPlanDose]:
    for (structure, metric), tenths in metrics.items():
        yield RecordPlanDose(occurred_on=on, structure=structure, metric=metric, value=Decimal(tenths) / 10)


def review_plan(situation: Situation, item: WorkItem) -> Doings:
    """The senior oncologist accepts the plan, sometimes after a revision."""
    plan = _plan(situation)
    reviewed_on = _reviewed_on(plan.occurred_on.latest)
    if situation.today < reviewed_on:
        return wait_until(reviewed_on)
    revise = RecordPlanReview(occurred_on=plan.occurred_on, verdict="revise", findings="CTV margin at the axilla")
    accept = RecordPlanReview(occurred_on=ClinicalDate.parse(reviewed_on), verdict="accept")
    revised = situation.course.draws("plan review").happens(_REVISED_FIRST)
    return enters(SENIOR_ONCOLOGIST, *((revise, accept) if revised else (accept,)))


def _plan(situation: Situation) -> Recorded[RadiotherapyPlanned]:
    plan = situation.patient.last(RadiotherapyPlanned)
    assert plan is not None
    return plan


def _reviewed_on(planned_on: date) -> date:
    return planned_on + timedelta(days=2)


def deliver_fractions(situation: Situation, item: WorkItem) -> Doings:
    """Every fraction up to today that is not on record yet, and how the course ended."""
    patient, course, life = situation.patient, situation.course, situation.life
    start = _start(course, _plan(situation).occurred_on.latest)
    if situation.today < start:
        return wait_until(start)
    if course.treatment is TreatmentCourse.NEVER_STARTS:
        return enters(ONCOLOGIST, RecordRadiotherapyRefusal(occurred_on=_on(start), reason=_ENDINGS[course.treatment]))
    days = [day for day in treatment_days(course, situation.edition, start) if life.alive_on(day.on)]
    now = _deliver([day for day in days if day.on <= situation.today], situation)
    if not patient.has(RadiotherapyStarted) and days:
        now = enters(ONCOLOGIST, RecordRadiotherapyStart(occurred_on=_on(start))) + now
    if days and days[-1].on <= situation.today and life.alive_on(situation.today):
        return now + _break_off(course, days[-1].on)
    return now + wait_until(situation.today + timedelta(days=1))


def _start(course: Course, planned_on: date) -> date:
    """The first weekday on which plan, review and the planned start permit."""
    day = max(course.radiotherapy_planned_for, _reviewed_on(planned_on) + timedelta(days=1))
    return first_weekday(day)


def _deliver(past: Sequence[TreatmentDay], situation: Situation) -> Doings:
    patient = situation.patient
    on_record = {entry.occurred_on for kind in (FractionDelivered, FractionMissed) for entry in patient.every(kind)}
    due = [day for day in past if _on(day.on) not in on_record]
    notes = tuple(Seen(day.on) for day in due if isinstance(day.entry, RecordFraction))
    return enters(ONCOLOGIST, *(day.entry for day in due)) + Doings(notes=notes)


def _break_off(course: Course, last_day: date) -> Doings:
    """What ends a course before its last fraction; a complete one ends by itself."""
    if course.treatment is TreatmentCourse.STOPS_EARLY:
        return enters(ONCOLOGIST, RecordRadiotherapyStop(occurred_on=_on(last_day), reason=_ENDINGS[course.treatment]))
    if course.treatment is TreatmentCourse.WITHDRAWS:
        withdrawal = RecordWithdrawal(occurred_on=_on(last_day), scopes=(WithdrawalScope.TREATMENT,))
        return enters(COORDINATOR, withdrawal)
    return NOTHING


def record_treatment_end(situation: Situation, item: WorkItem) -> Doings:
    """How the course ended, and the nodal volume that was in fact irradiated."""
    patient, course = situation.patient, situation.course
    last_day = max(fraction.occurred_on.latest for fraction in patient.every(FractionDelivered))
    if course.treatment is TreatmentCourse.WITHDRAWS:
        stopped = RecordRadiotherapyStop(occurred_on=_on(last_day), reason=_ENDINGS[course.treatment])
        return enters(ONCOLOGIST, stopped) + _delivered(situation, last_day)
    right = RecordRadiotherapyCompletion(occurred_on=_on(last_day))
    wrong = RecordRadiotherapyCompletion(occurred_on=_on(last_day + timedelta(days=2)))
    return enters_with_care(situation, ONCOLOGIST, right, wrong) + _delivered(situation, last_day)


def _delivered(situation: Situation, last_day: date) -> Doings:
    arm = situation.patient.arm
    assert arm is not None
    as_treated = _OTHER_ARM[arm] if situation.course.crosses_over else arm
    return enters(ONCOLOGIST, RecordNodalVolume(occurred_on=_on(last_day), arm=as_treated))


def _on(day: date) -> ClinicalDate:
    return ClinicalDate.parse(day)
