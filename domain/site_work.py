"""What people must do for who is followed: complete, consent, confirm, randomise, plan, treat, see, settle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from domain.cone_beam import NextFraction, cone_beam_due, next_fraction
from domain.eligibility import failed, unknown, weigh_all
from domain.engine_work import is_entering, open_visits, order_to_settle
from domain.genomic_test import disputed_order, standing_result
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.registry_stratum import is_treated_here
from domain.review import accepted_reviews, needs_review
from domain.risk_class import class_contradiction
from domain.set_aside import set_aside
from domain.visit_windows import anchor, scheduled_visits, weekly_visits
from domain.work_item import Doer, Work, WorkItem
from events.consent import ConsentKind, ConsentSigned, WithdrawalScope
from events.follow_up import ScheduledVisit
from events.radiotherapy import FractionDelivered, RadiotherapyPlanned

_ONCOLOGIST: Doer = "radiation-oncologist"
ASKED_LATER = frozenset({"DR02", "IC11"})
"""Criteria that answer themselves later: the score comes from the laboratory, the trial consent at the end."""


def _item(  # noqa: PLR0913, PLR0917 - one argument a column of the worklist
    patient: Patient, work: Work, due: date, doer: Doer, wording: str, subject: str = ""
) -> WorkItem:
    key = "/".join(part for part in (work.value, patient.patient_id, subject) if part)
    return WorkItem(work, key, patient.patient_id, due, doer, wording, subject)


def screen(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Facts still missing before eligibility can be weighed."""
    if not is_entering(patient):
        return
    verdicts = weigh_all(patient, edition, today)
    missing = [v.criterion.id for v in unknown(verdicts) if v.criterion.id not in ASKED_LATER]
    if missing and not failed(verdicts):
        yield _item(patient, Work.COMPLETE_SCREENING, today, "coordinator", f"Record facts for {', '.join(missing)}")


def consent(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Consent to the genomic test for the clinically high-risk, to the trial for the genomically low-risk."""
    if not is_entering(patient) or patient.consent(ConsentKind.TRIAL):
        return
    verdicts = weigh_all(patient, edition, today)
    if failed(verdicts) or class_contradiction(patient, edition):
        return
    met = {verdict.criterion.id for verdict in verdicts if verdict.finding.passes}
    asked_to_test = patient.consent(ConsentKind.GENOMIC_TEST) or standing_result(patient)
    if "DR02" in met:
        yield _item(patient, Work.OBTAIN_CONSENT, today, "coordinator", "Obtain trial consent", ConsentKind.TRIAL)
    elif "IC04" in met and not asked_to_test and edition.reading("PQ-26") == "one-consent":
        wording = "Obtain trial consent, which covers the genomic test"
        yield _item(patient, Work.OBTAIN_CONSENT, today, "coordinator", wording, ConsentKind.TRIAL)
    elif "IC04" in met and not asked_to_test:
        wording = "Obtain consent to the genomic test"
        yield _item(patient, Work.OBTAIN_CONSENT, today, "coordinator", wording, ConsentKind.GENOMIC_TEST)


def reconsent(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Consent to an amended protocol, from everyone still seen whose newest form is of another edition.

    Forms carry the number of their edition; where that was never recorded, nothing is asked.
    """
    signed = [entry.event for entry in patient.every(ConsentSigned) if entry.event.kind is ConsentKind.TRIAL]
    if patient.allocation is None or not signed or patient.withdrew(WithdrawalScope.VISITS):
        return
    if edition.id not in {consent.form_version for consent in signed} and signed[-1].form_version:
        wording = f"Obtain consent to edition {edition.id}: signed was {signed[-1].form_version}"
        key = f"{Work.OBTAIN_CONSENT}/{patient.patient_id}/{ConsentKind.TRIAL}/{edition.id}"
        yield WorkItem(Work.OBTAIN_CONSENT, key, patient.patient_id, today, "coordinator", wording, ConsentKind.TRIAL)


def settle(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """What only a person can settle: orders disputed or cancelled, a class against its score, work set aside."""
    if dispute := disputed_order(patient):
        wording = f"Settle the order with the laboratory: {dispute.event.problem}"
        yield _item(patient, Work.SETTLE_ORDER, today, "coordinator", wording, dispute.event.order_key)
    if cancelled := order_to_settle(patient, edition, today):
        wording = f"Order the RecurIndex test again? The laboratory cancelled: {cancelled.event.reason}"
        yield _item(patient, Work.SETTLE_CANCELLED_ORDER, today, "coordinator", wording, cancelled.event.order_key)
    contradiction = class_contradiction(patient, edition)
    if contradiction and is_entering(patient):
        report_id = contradiction.result.event.report_id
        yield _item(patient, Work.SETTLE_RISK_CLASS, today, "coordinator", str(contradiction), report_id)
    for key, entry in set_aside(patient).items():
        yield _item(patient, Work.RELEASE_WORK, today, "coordinator", f"{key}: {entry.event.problem}", key)


def enter(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Eligibility to confirm, and randomisation."""
    if not is_entering(patient):
        return
    verdicts = weigh_all(patient, edition, today)
    if failed(verdicts):
        wording = f"Record the screening failure: {', '.join(v.criterion.id for v in failed(verdicts))}"
        yield _item(patient, Work.CONFIRM_ELIGIBILITY, today, "investigator", wording)
    elif unknown(verdicts) or class_contradiction(patient, edition):
        return
    elif not patient.eligibility_confirmed:
        yield _item(patient, Work.CONFIRM_ELIGIBILITY, today, "investigator", "Confirm eligibility")
    else:
        yield _item(patient, Work.RANDOMISE, today, "coordinator", "Randomise: every criterion is met")


def treat(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Plan, plan review for the first patients, the next fraction, and in the end how radiotherapy ended."""
    if not is_treated_here(patient, edition) or anchor(patient, edition):
        return
    plan = patient.last(RadiotherapyPlanned)
    given = patient.every(FractionDelivered)
    if withdrawal := patient.withdrew(WithdrawalScope.TREATMENT):
        yield _treatment_end(patient, max(entry.occurred_on.latest for entry in (withdrawal, *given)))
    elif plan is None:
        yield _item(patient, Work.PLAN_RADIOTHERAPY, today, _ONCOLOGIST, "Plan radiotherapy")
    elif (coming := next_fraction(patient, edition)) is None:
        yield _treatment_end(patient, max(fraction.occurred_on.latest for fraction in given))
    else:
        if _review_missing(patient, edition):
            yield _item(patient, Work.REVIEW_PLAN, today, _ONCOLOGIST, "Review the plan before the first fraction")
            if not given:
                return
        yield _fraction(patient, coming, edition)


def _fraction(patient: Patient, coming: NextFraction, edition: Edition) -> WorkItem:
    due, subject = coming.since + timedelta(days=1), f"{coming.phase}-{coming.number}"
    imaged = ", with cone-beam CT" if cone_beam_due(patient, edition) else ""
    wording = f"Deliver fraction {coming.number} of {coming.of} ({coming.phase}){imaged}"
    item = _item(patient, Work.DELIVER_FRACTION, due, _ONCOLOGIST, wording, subject)
    known = (("phase", coming.phase.value), ("number", coming.number), ("dose_cgy", coming.dose_cgy))
    return replace(item, known=known)


def _treatment_end(patient: Patient, due: date) -> WorkItem:
    """Follow-up is counted from the end of radiotherapy: without it a patient would silently drop out."""
    return _item(patient, Work.RECORD_TREATMENT_END, due, _ONCOLOGIST, "Record how radiotherapy ended")


def _review_missing(patient: Patient, edition: Edition) -> bool:
    return needs_review(patient, edition) and not accepted_reviews(patient)


def see(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Visits whose window is open or has closed without them."""
    weekly = () if anchor(patient, edition) else weekly_visits(patient, edition)
    for visit in open_visits(patient, (*weekly, *scheduled_visits(patient)), edition):
        if visit.opens <= today:
            wording = _visit_wording(visit, today)
            yield _item(patient, Work.SEE_PATIENT, visit.closes, "coordinator", wording, visit.visit)


def _visit_wording(visit: ScheduledVisit, today: date) -> str:
    state = f"overdue since {visit.closes}" if today > visit.closes else f"window open until {visit.closes}"
    return f"Visit {visit.visit}: {state}; {', '.join(visit.assessments)}"
