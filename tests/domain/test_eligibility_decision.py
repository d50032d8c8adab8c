"""Confirming eligibility: confirmed, failed with every criterion named, or what is still missing."""

from domain.decisions.screening import ConfirmEligibility
from domain.rejections import Incomplete, OutOfOrder
from events.consent import ConsentSigned
from events.genomics import GenomicResultReported
from events.screening import StagingRecorded
from tests import facts
from tests.given import given

CONFIRM = ConfirmEligibility(occurred_on=facts.day("2021-01-08"))


def test_who_meets_every_criterion_is_eligible_as_of_her_consent() -> None:
    given(*facts.eligible()).when(CONFIRM).then(facts.eligibility_confirmed())


def test_a_later_confirmation_of_the_same_says_nothing_new() -> None:
    later = ConfirmEligibility(occurred_on=facts.day("2021-02-01"))
    given(*facts.eligible(), facts.eligibility_confirmed()).when(later).then()


def test_screening_fails_with_every_failed_and_every_unknown_criterion() -> None:
    history = facts.eligible(
        facts.pathology(nodes_positive=4, pn="pN2", margin="CLOSE"), facts.result(45), without=[StagingRecorded]
    )
    given(*history).when(CONFIRM).then(
        facts.screening_failed("IC03", "IC08", "DR02", unknown=("EC01", "EC02", "EC07", "EC10", "EC11"))
    )


def test_what_is_missing_is_named_and_nothing_is_decided() -> None:
    given(*facts.eligible(without=[GenomicResultReported, ConsentSigned])).when(CONFIRM).then_rejected(
        Incomplete,
        field="eligibility",
        mentions=["2 criteria not known", "IC11 Trial consent signed", "DR02 Genomic low risk"],
    )


def test_a_decision_may_change_with_the_facts_and_back() -> None:
    close, confirmed = facts.pathology("2021-01-09", margin="CLOSE"), facts.eligibility_confirmed()
    failed = facts.screening_failed("IC08")
    given(*facts.eligible(), confirmed, close).when(CONFIRM).then(failed)
    negative = facts.pathology("2021-01-10")
    given(*facts.eligible(), confirmed, close, failed, negative).when(CONFIRM).then(confirmed)


def test_a_failure_with_other_criteria_is_news() -> None:
    close = facts.eligible(facts.pathology(margin="CLOSE"))
    given(*close, facts.screening_failed("IC05")).when(CONFIRM).then(facts.screening_failed("IC08"))
    given(*close, facts.screening_failed("IC08")).when(CONFIRM).then()


def test_after_randomisation_eligibility_is_not_decided_again() -> None:
    given(*facts.enrolled(facts.amended(46))).when(CONFIRM).then_rejected(
        OutOfOrder, field="eligibility", mentions=["was randomised on 2021-01-10", "deviations"]
    )
    given(*facts.enrolled()).when(CONFIRM).then()


def test_the_trials_reading_of_44_decides() -> None:
    under_background = given(*facts.eligible()).reading("PQ-04", "<44")
    under_background.when(CONFIRM).then(facts.screening_failed("DR02"))
