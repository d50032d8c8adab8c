"""The few facts nearly every rule asks of a patient."""

from datetime import date

from events.consent import ConsentKind, WithdrawalScope
from events.randomisation import Arm
from events.screening import PathologyReported
from tests import facts
from tests.given import entry, patient_with


def test_a_fact_is_the_newest_known_value_and_names_its_entry() -> None:
    patient = patient_with(
        facts.screened(), facts.pathology(grade=2, her2="1+"), facts.pathology("2020-12-05", grade=None, her2="")
    )
    grade = patient.known(PathologyReported, lambda pathology: pathology.grade)
    her2 = patient.known(PathologyReported, lambda pathology: pathology.her2)
    assert grade is not None
    assert her2 is not None
    assert (grade.value, grade.entry) == (2, entry(2))
    assert (her2.value, her2.entry) == ("1+", entry(2))
    assert patient.known(PathologyReported, lambda pathology: None) is None


def test_nought_is_a_known_value() -> None:
    known = patient_with(facts.pathology(nodes_positive=0)).known(PathologyReported, lambda p: p.nodes_positive)
    assert known is not None
    assert known.value == 0


def test_the_entry_that_opened_the_stream() -> None:
    opened = patient_with(facts.screened(), facts.surgery()).screened
    assert opened is not None
    assert opened.event_id == entry(1)
    assert patient_with().screened is None


def test_an_allocation_drawn_here_or_taken_over_gives_the_arm() -> None:
    assert patient_with(facts.screened()).arm is None
    assert patient_with(facts.randomised(arm="IMNI")).arm is Arm.IMNI
    assert patient_with(facts.taken_over(arm="OMIT")).arm is Arm.OMIT


def test_a_patient_is_lost_until_she_returns() -> None:
    assert patient_with(facts.screened()).lost is None
    assert patient_with(facts.lost()).lost is not None
    assert patient_with(facts.lost(), facts.returned()).lost is None
    assert patient_with(facts.lost(), facts.returned(), facts.lost("2024-01-01")).lost is not None


def test_the_newest_decision_on_eligibility_counts() -> None:
    confirmed, failed = facts.eligibility_confirmed(), facts.screening_failed("IC05")
    undecided = patient_with(facts.screened())
    assert (undecided.eligibility, undecided.screening_failed, undecided.eligibility_confirmed) == (None, False, False)
    assert patient_with(failed).screening_failed
    assert patient_with(confirmed).eligibility_confirmed
    assert not patient_with(failed, confirmed).screening_failed
    assert patient_with(failed, confirmed).eligibility_confirmed
    assert patient_with(confirmed, failed).screening_failed
    assert not patient_with(confirmed, failed).eligibility_confirmed


def test_who_was_randomised_did_not_fail_screening() -> None:
    assert not patient_with(facts.screening_failed("IC05"), facts.taken_over()).screening_failed


def test_consents_are_told_apart_by_kind() -> None:
    patient = patient_with(
        facts.consented_to_test(), facts.consented(), facts.consented("2021-03-01", form_version="3")
    )
    test, trial = patient.consent(ConsentKind.GENOMIC_TEST), patient.consent(ConsentKind.TRIAL)
    assert test is not None
    assert trial is not None
    assert (test.event_id, trial.event_id) == (entry(1), entry(2))
    assert patient.reference_date == date(2021, 1, 5)
    assert patient_with(facts.consented_to_test()).reference_date is None


def test_a_withdrawal_covers_just_the_scopes_it_names() -> None:
    patient = patient_with(facts.withdrew("TREATMENT"), facts.withdrew("VISITS", "DATA_COLLECTION"))
    visits = patient.withdrew(WithdrawalScope.VISITS)
    assert visits is not None
    assert visits.event_id == entry(2)
    assert patient.withdrew(WithdrawalScope.DATA_USE) is None


def test_a_corrected_death_is_the_death() -> None:
    death = patient_with(facts.death("2022-01-01"), facts.corrected(entry(1), facts.death("2022-02-01", "OTHER"))).death
    assert death is not None
    assert str(death.occurred_on) == "2022-02-01"
    assert patient_with(facts.death("2022-01-01"), facts.voided(entry(1))).death is None
