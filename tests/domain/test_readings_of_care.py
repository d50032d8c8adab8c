"""Readings that change who is followed, what is asked for, and how a plan is judged."""

from domain.deviations import deviations
from domain.protocol.v2_0 import EDITION
from domain.visit_windows import Anchor, set_out
from domain.what_if import what_if
from domain.work_item import Work
from domain.worklist import worklist
from events.consent import ConsentSigned
from events.event import Event
from events.follow_up import Assessment
from events.genomics import GenomicResultReported, GenomicTestOrdered
from tests import facts
from tests.given import edition_with, patient_with

TODAY = facts.day("2021-04-10").earliest
REGISTRY, COMPOSITE = edition_with({"PQ-29": "registry-stratum"}), edition_with({"PQ-05": "composite"})
HIGH = (*facts.eligible(facts.result(46)), facts.screening_failed("DR02"))


def _departures(*events: Event) -> tuple[list[str], list[str]]:
    patient = patient_with(*facts.enrolled(*events))
    default, composite = (
        [found.wording for found in deviations(patient, edition) if found.rule == "PTV"]
        for edition in (EDITION, COMPOSITE)
    )
    return default, composite


def test_pq_05_a_boost_may_count_on_top_of_the_main_course() -> None:
    boosted = (facts.surgery(breast_surgery="BCS"), facts.planned(boost="yes"))
    dose = facts.plan_dose(metric="DMAX%", value="100", phase="BOOST")
    assert _departures(*boosted, dose) == ([], ["PTV DMAX% is 126.7 (BOOST): below 120 is acceptable"])
    conventional = facts.planned(regimen="CONV", boost="yes")
    assert _departures(conventional, dose) == ([], ["PTV DMAX% is 120.0 (BOOST): below 120 is acceptable"])
    main = facts.plan_dose(metric="DMAX%", value="119")
    assert _departures(*boosted, main) == ([], [])


def test_pq_05_without_a_plan_there_is_nothing_to_add_up() -> None:
    dose = facts.plan_dose(metric="DMAX%", value="108", phase="BOOST")
    assert _departures(dose) == ([], [])


def test_pq_31_the_target_may_be_judged_by_the_dose_all_of_it_has() -> None:
    patient = patient_with(*facts.enrolled(facts.planned(), facts.plan_dose(metric="D100%", value="80")))
    assert "PTV" not in {found.rule for found in deviations(patient, EDITION)}
    assert "PTV" in {found.rule for found in deviations(patient, edition_with({"PQ-31": "D100>=95"}))}


def test_pq_23_baseline_items_may_be_due_at_every_visit() -> None:
    end = Anchor("radiotherapy-completed", facts.day(facts.RADIOTHERAPY_END).earliest)
    by_default, otherwise = (
        [Assessment.LIVER_FUNCTION in visit.assessments for visit in set_out(end, edition)]
        for edition in (EDITION, edition_with({"PQ-23": "every-visit"}))
    )
    assert (by_default, otherwise) == ([False] * 8, [True] * 8)


def test_pq_26_the_trial_consent_may_cover_the_genomic_test() -> None:
    without = facts.eligible(without=(ConsentSigned, GenomicTestOrdered, GenomicResultReported))
    asked = {
        edition.reading("PQ-26"): [
            item.subject
            for item in worklist(patient_with(*without), edition, TODAY)
            if item.work is Work.OBTAIN_CONSENT
        ]
        for edition in (EDITION, edition_with({"PQ-26": "one-consent"}))
    }
    assert asked == {"two-consents": ["GENOMIC_TEST"], "one-consent": ["TRIAL"]}


def test_pq_29_the_genomically_high_risk_may_be_treated_and_followed_without_an_arm() -> None:
    patient = patient_with(*HIGH)
    assert worklist(patient, EDITION, TODAY) == ()
    assert [item.work for item in worklist(patient, REGISTRY, TODAY)] == [Work.PLAN_RADIOTHERAPY]
    treated = patient_with(*HIGH, facts.planned(), *facts.fractions(), facts.completed())
    assert [item.work for item in worklist(treated, REGISTRY, TODAY)] == [Work.SCHEDULE_FOLLOW_UP]
    assert worklist(treated, EDITION, TODAY) == ()


def test_pq_29_the_registry_holds_nobody_who_failed_otherwise_nor_asks_anything_more_of_who_withdrew() -> None:
    failed = patient_with(*HIGH[:-1], facts.screening_failed("DR02", "EC03"))
    assert worklist(failed, REGISTRY, TODAY) == ()
    assert worklist(patient_with(*HIGH, facts.withdrew("DATA_COLLECTION")), REGISTRY, TODAY) == ()


def test_pq_29_whom_the_registry_would_hold_is_a_question_without_effect() -> None:
    changes = what_if([patient_with(*HIGH)], EDITION, REGISTRY, TODAY)
    assert [(each.what, each.now, each.then) for each in changes] == [
        ("follow-up", "none", "in the registry of the genomically high-risk")
    ]
