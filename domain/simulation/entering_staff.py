"""The simulated staff before randomisation: complete the chart, obtain consent, settle, confirm, randomise."""

from __future__ import annotations

import json
from datetime import timedelta

from domain.decisions.conduct import AnswerQuery, ReleaseWork
from domain.decisions.consent import RecordConsent, RecordWithdrawal
from domain.decisions.corrections import CorrectEntry
from domain.decisions.genomics import CancelGenomicTest, SettleCancelledOrder
from domain.decisions.randomisation import RandomisePatient
from domain.decisions.screening import ConfirmEligibility
from domain.genomic_test import open_order, standing_result
from domain.simulation.site_acts import (
    COORDINATOR,
    INVESTIGATOR,
    NOTHING,
    Act,
    Doings,
    Situation,
    enters,
    wait_until,
)
from domain.work_item import WorkItem
from events.catalogue import encode
from events.clinical_date import ClinicalDate
from events.consent import ConsentKind, WithdrawalScope

_CHART_LATE = 0.1
_FORM = "2.0"


def complete_screening(situation: Situation, item: WorkItem) -> Doings:
    """Enter the chart; sometimes the last parts of it come two weeks later."""
    course = situation.course
    complete_on = course.screened_on + timedelta(days=14 if course.draws("chart late").happens(_CHART_LATE) else 0)
    if situation.today < complete_on:
        return enters(COORDINATOR, *course.chart[:3]) + wait_until(complete_on)
    return enters(COORDINATOR, *course.chart)


def obtain_consent(situation: Situation, item: WorkItem) -> Doings:
    """She signs, or she declines and nothing more is asked of her."""
    kind = ConsentKind(item.subject)
    on = ClinicalDate.parse(situation.today)
    if situation.course.refuses == ("test" if kind is ConsentKind.GENOMIC_TEST else "trial"):
        return enters(COORDINATOR, RecordWithdrawal(occurred_on=on, scopes=(WithdrawalScope.DATA_COLLECTION,)))
    signed = enters(COORDINATOR, RecordConsent(occurred_on=on, kind=kind, form_version=_FORM))
    if kind is ConsentKind.GENOMIC_TEST and situation.course.specimen_rejected:
        return signed + Doings(later=(Act(situation.today + timedelta(days=1), _reject_specimen),))
    return signed


def _reject_specimen(situation: Situation) -> Doings:
    """The laboratory telephones that there is too little tumour; the engine then orders from another block."""
    order = open_order(situation.patient)
    if order is None:
        return NOTHING
    on = ClinicalDate.parse(situation.today)
    cancelled = CancelGenomicTest(
        occurred_on=on, order_key=order.event.order_key, reason="tumour content too low, another block is sent"
    )
    return enters(COORDINATOR, cancelled)


def settle_order(situation: Situation, item: WorkItem) -> Doings:
    """The laboratory was called: the disputed order is cancelled there, and a new one may be placed."""
    on = ClinicalDate.parse(situation.today)
    reason = "settled with the laboratory by telephone: cancelled there"
    return enters(COORDINATOR, CancelGenomicTest(occurred_on=on, order_key=item.subject, reason=reason))


def settle_cancelled_order(situation: Situation, item: WorkItem) -> Doings:
    """There is another block with more tumour in it."""
    on = ClinicalDate.parse(situation.today)
    settled = SettleCancelledOrder(occurred_on=on, order_key=item.subject, again="yes", reason="another block is sent")
    return enters(COORDINATOR, settled)


def settle_risk_class(situation: Situation, item: WorkItem) -> Doings:
    """The laboratory confirmed the score; the class beside it was a misprint."""
    result = standing_result(situation.patient)
    assert result is not None
    assert result.event.score_18gene is not None
    derived = situation.edition.genomic.classify(result.event.score_18gene)
    right = result.event.model_copy(update={"class_reported": derived})
    correction = CorrectEntry(
        occurred_on=ClinicalDate.parse(situation.today),
        target=result.event_id,
        replacement=json.loads(encode(right)),
        reason="the laboratory confirmed the score and took back the class",
    )
    return enters(COORDINATOR, correction)


def confirm_eligibility(situation: Situation, item: WorkItem) -> Doings:
    """The investigator weighs all criteria: eligible, or screening failed."""
    return enters(INVESTIGATOR, ConfirmEligibility(occurred_on=ClinicalDate.parse(situation.today)))


def randomise(situation: Situation, item: WorkItem) -> Doings:
    """The next place of the list is hers."""
    return enters(COORDINATOR, RandomisePatient(occurred_on=ClinicalDate.parse(situation.today)))


def answer_query(situation: Situation, item: WorkItem) -> Doings:
    """The source says so."""
    on = ClinicalDate.parse(situation.today)
    answer = "Checked against the source document: the entry stands."
    return enters(COORDINATOR, AnswerQuery(occurred_on=on, query_id=item.subject, answer=answer))


def release_work(situation: Situation, item: WorkItem) -> Doings:
    """The cause was looked at; the engine may try again."""
    on = ClinicalDate.parse(situation.today)
    return enters(COORDINATOR, ReleaseWork(occurred_on=on, key=item.subject))
