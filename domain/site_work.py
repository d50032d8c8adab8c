"""What people must do for a patient: complete, consent, confirm, randomise, plan, treat, see, settle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from domain.dose import planned_phases
from domain.eligibility import clinical_risk, failed, unknown, weigh_all
from domain.engine_work import open_visits
from domain.genomic_test import disputed_order, standing_result
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.set_aside import set_aside
from domain.visit_windows import anchor, weekly_visits
from domain.work_item import Doer, Work, WorkItem
from events.conduct import QueryAnswered, QueryClosed, QueryOpened
from events.consent import ConsentKind, WithdrawalScope
from events.follow_up import ScheduledVisit, VisitDone, VisitMissed
from events.radiotherapy import FractionDelivered, PlanReviewed, RadiotherapyPlanned
from events.randomisation import PatientRandomised
from events.screening import EligibilityConfirmed

_ASKED_LATER = frozenset({"DR02", "IC11"})


def _item(  # noqa: PLR0913, PLR0917 - one argument a column of the worklist
    patient: Patient, work: Work, due: date, doer: Doer, wording: str, subject: str = ""
) -> WorkItem:
    key = "/".join(part for part in (work.value, patient.patient_id, subject) if part)
    return WorkItem(work, key, patient.patient_id, due, doer, wording, subject)


def screen(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Facts still missing before eligibility can be weighed."""
    if patient.allocation is not None or patient.screening_failed:
        return
    verdicts = weigh_all(patient, edition, today)
    missing = [v.criterion.id for v in unknown(verdicts) if v.criterion.id not in _ASKED_LATER]
    if missing and not failed(verdicts):
        yield _item(patient, Work.COMPLETE_SCREENING, today, "coordinator", f"Record facts for {', '.join(missing)}")


def consent(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Consent to the genomic test for the clinically high-risk, to the trial for the genomically low-risk."""
    if patient.allocation is not None or patient.screening_failed or failed(weigh_all(patient, edition, today)):
        return
    trial = patient.consent(ConsentKind.TRIAL)
    high = clinical_risk(patient, edition, today).passes is True
    if high and not trial and not patient.consent(ConsentKind.GENOMIC_TEST):
        wording = "Obtain consent to the genomic test"
        yield _item(patient, Work.OBTAIN_CONSENT, today, "coordinator", wording, ConsentKind.GENOMIC_TEST)
    elif not trial and standing_result(patient):
        yield _item(patient, Work.OBTAIN_CONSENT, today, "coordinator", "Obtain trial consent", ConsentKind.TRIAL)


def settle(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """What only a person can settle: a disputed order, a class against its score, queries, work set aside."""
    if dispute := disputed_order(patient):
        wording = f"Settle the order with the laboratory: {dispute.event.problem}"
        yield _item(patient, Work.SETTLE_ORDER, today, "coordinator", wording, dispute.event.order_key)
    result = standing_result(patient)
    if result and result.event.class_reported and result.event.score_18gene is not None:
        derived = edition.genomic.classify(result.event.score_18gene)
        if derived != result.event.class_reported and patient.allocation is None:
            wording = f"Score {result.event.score_18gene} is {derived}, reported as {result.event.class_reported}"
            yield _item(patient, Work.SETTLE_RISK_CLASS, today, "coordinator", wording, result.event.report_id)
    settled = {entry.event.query_id for kind in (QueryAnswered, QueryClosed) for entry in patient.every(kind)}
    for query in patient.every(QueryOpened):
        if query.event.query_id not in settled:
            yield _item(patient, Work.ANSWER_QUERY, today, "coordinator", query.event.question, query.event.query_id)
    for key, entry in set_aside(patient).items():
        yield _item(patient, Work.RELEASE_WORK, today, "coordinator", f"{key}: {entry.event.problem}", key)


def enter(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Eligibility to confirm, and randomisation."""
    if patient.allocation is not None or patient.screening_failed:
        return
    verdicts = weigh_all(patient, edition, today)
    if failed(verdicts):
        wording = f"Record the screening failure: {', '.join(v.criterion.id for v in failed(verdicts))}"
        yield _item(patient, Work.CONFIRM_ELIGIBILITY, today, "investigator", wording)
    elif not unknown(verdicts) and not patient.has(EligibilityConfirmed):
        yield _item(patient, Work.CONFIRM_ELIGIBILITY, today, "investigator", "Confirm eligibility")
    elif not unknown(verdicts):
        yield _item(patient, Work.RANDOMISE, today, "coordinator", "Randomise: every criterion is met")


def treat(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Plan, plan review for the first patients, and the next fraction."""
    if patient.allocation is None or anchor(patient, edition) or patient.withdrew(WithdrawalScope.TREATMENT):
        return
    plan = patient.last(RadiotherapyPlanned)
    if plan is None:
        yield _item(patient, Work.PLAN_RADIOTHERAPY, today, "radiation-oncologist", "Plan radiotherapy")
        return
    if _review_missing(patient, edition):
        yield _item(
            patient, Work.REVIEW_PLAN, today, "radiation-oncologist", "Review the plan before the first fraction"
        )
    given = patient.every(FractionDelivered)
    total = sum(phase.fractions for phase in planned_phases(plan, edition))
    wording = (
        f"Deliver fraction {len(given) + 1} of {total}" if len(given) < total else "Record that radiotherapy ended"
    )
    due = max((f.occurred_on.latest for f in given), default=plan.occurred_on.latest) + timedelta(days=1)
    yield _item(patient, Work.DELIVER_FRACTION, due, "radiation-oncologist", wording)


def _review_missing(patient: Patient, edition: Edition) -> bool:
    drawn = patient.first(PatientRandomised)
    accepted = any(review.event.verdict == "accept" for review in patient.every(PlanReviewed))
    return drawn is not None and drawn.event.sequence_number <= edition.plan_reviews and not accepted


def see(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Visits whose window is open or has closed without them."""
    settled = {entry.event.visit for kind in (VisitDone, VisitMissed) for entry in patient.every(kind)}
    weekly = [] if anchor(patient, edition) else [v for v in weekly_visits(patient, edition) if v.visit not in settled]
    for visit in (*weekly, *open_visits(patient)):
        if visit.opens <= today:
            yield _item(
                patient, Work.SEE_PATIENT, visit.closes, "coordinator", _visit_wording(visit, today), visit.visit
            )


def _visit_wording(visit: ScheduledVisit, today: date) -> str:
    state = f"overdue since {visit.closes}" if today > visit.closes else f"window open until {visit.closes}"
    return f"Visit {visit.visit}: {state}; {', '.join(visit.assessments)}"
