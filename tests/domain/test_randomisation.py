"""Who may be randomised, and that the next place is revealed to no one else."""

from typing import Any

import pytest

from domain.allocation.allocation_list import AllocationList, Draw, proves
from domain.allocation.design import ListDesign
from domain.decide import decide
from domain.decisions.command import Circumstances
from domain.decisions.randomisation import RandomisePatient, RecordAllocationElsewhere
from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.rejections import Contradiction, Implausible, NotPermitted, OutOfOrder, Rejection
from events.clinical_date import ClinicalDate
from events.consent import ConsentSigned
from events.event import Event
from events.genomics import GenomicResultReported
from events.randomisation import AllocationListCommitted, Arm, PatientRandomised, Simple
from events.screening import (
    MedicalHistoryRecorded,
    PathologyReported,
    PatientScreened,
    PerformanceStatusRecorded,
    StagingRecorded,
    SurgeryRecorded,
    TreatmentTimingRecorded,
)
from tests import facts
from tests.given import LIST, NOW, Given, given, patient_with

RANDOMISE = RandomisePatient(occurred_on=facts.day("2021-01-10"))
READY = (*facts.eligible(), facts.eligibility_confirmed())


def _ready(*instead: Event, without: tuple[type[Event], ...] = ()) -> Given:
    return given(*facts.eligible(*instead, without=without), facts.eligibility_confirmed()).next_place(1)


@pytest.mark.parametrize("place", [1, 2, 6])
def test_an_eligible_patient_takes_the_next_place_with_its_proof(place: int) -> None:
    drawn = LIST.draw(place)
    given(*READY).next_place(place).when(RANDOMISE).then(
        PatientRandomised(
            occurred_on=ClinicalDate(2021, 1, 10),
            arm=LIST.arms()[place - 1],
            sequence_number=place,
            salt=drawn.salt,
            proof=drawn.proof,
        )
    )


def test_the_proof_in_the_event_verifies_against_the_commitment() -> None:
    events = decide(RANDOMISE, patient_with(*READY), Circumstances(NOW, EDITION, lambda patient: LIST.draw(3)))
    (event,) = events
    assert isinstance(event, PatientRandomised)
    committed = AllocationListCommitted(
        occurred_on=ClinicalDate(2020, 12, 10),
        number=1,
        first_place=1,
        scheme=Simple(),
        generator="",
        capacity=LIST.design.capacity,
        **LIST.committed(),
    )
    assert proves(Draw(event.sequence_number, event.arm, event.salt, event.proof), committed)


def test_who_was_randomised_is_not_randomised_again_and_no_place_is_looked_at() -> None:
    """A06: nobody is randomised twice."""

    def never(patient: Patient) -> Draw:
        raise AssertionError("a place was revealed")

    given(*facts.enrolled()).when(RANDOMISE).then()
    patient = patient_with(*facts.enrolled())
    assert decide(RANDOMISE, patient, Circumstances(NOW, EDITION, never)) == []
    for barred in (facts.eligible(), (*READY, facts.death("2021-01-09")), (*READY, facts.withdrew(on="2021-01-09"))):
        with pytest.raises(Rejection):
            decide(RANDOMISE, patient_with(*barred), Circumstances(NOW, EDITION, never))


MISSING: list[tuple[tuple[type[Event], ...], tuple[str, ...]]] = [
    ((PathologyReported,), ("IC01", "IC03", "IC04", "IC08", "DR01")),
    ((SurgeryRecorded,), ("IC02", "EC04", "EC12")),
    ((StagingRecorded,), ("EC01", "EC02", "EC07", "EC10", "EC11")),
    ((MedicalHistoryRecorded,), ("IC07", "IC10", "EC03", "EC05", "EC06", "EC08", "EC09")),
    ((PathologyReported, MedicalHistoryRecorded), ("IC09",)),
    ((PatientScreened,), ("IC05",)),
    ((PerformanceStatusRecorded,), ("IC06",)),
    ((TreatmentTimingRecorded,), ("EC12",)),
    ((GenomicResultReported,), ("DR02",)),
]


@pytest.mark.parametrize(("without", "criteria"), MISSING)
def test_what_is_unknown_never_passes_and_is_named(without: tuple[type[Event], ...], criteria: tuple[str, ...]) -> None:
    _ready(without=without).when(RANDOMISE).then_rejected(NotPermitted, field="eligibility", mentions=criteria)


def test_together_they_name_every_criterion_but_consent() -> None:
    assert {name for _, criteria in MISSING for name in criteria} | {"IC11"} == set(facts.CRITERIA)


@pytest.mark.parametrize(
    ("instead", "named"),
    [
        (facts.result(45), ["DR02", "45", "not met"]),
        (facts.amended(46), ["DR02", "46"]),
        (facts.pathology(nodes_positive=4), ["IC03"]),
        (facts.screened(birth_date="1940-01-05"), ["IC05", "81 years"]),
        (facts.timing(radiotherapy_planned_for="2021-02-21"), ["EC12", "2021-02-21"]),
    ],
)
def test_who_fails_a_criterion_is_refused_with_what_was_seen(instead: Event, named: list[str]) -> None:
    _ready(instead).when(RANDOMISE).then_rejected(NotPermitted, field="eligibility", mentions=named)


BARRED: list[tuple[Given, type[Rejection], str, str]] = [
    (given(*READY, facts.death("2021-01-09")), NotPermitted, "patient", "died on 2021-01-09"),
    (given(*READY, facts.withdrew("TREATMENT", on="2021-01-09")), NotPermitted, "consent", "withdrew"),
    (given(*READY, facts.taken_over()), NotPermitted, "patient", "randomised elsewhere"),
    (_ready(without=(ConsentSigned,)), OutOfOrder, "consent", "Record the consent first"),
    (given(*facts.eligible()), OutOfOrder, "eligibility", "not confirmed"),
    (given(*READY, facts.screening_failed("IC08")), OutOfOrder, "eligibility", "confirm-eligibility"),
    (given(*READY), OutOfOrder, "allocation list", "no allocation list is committed"),
]


@pytest.mark.parametrize(("situation", "kind", "field", "said"), BARRED)
def test_who_may_not_enter_is_refused_with_the_reason(
    situation: Given, kind: type[Rejection], field: str, said: str
) -> None:
    situation.when(RANDOMISE).then_rejected(kind, field=field, mentions=said)


@pytest.mark.parametrize("on", ["2021-01-04", "2020", "2021-01", "2021"])
def test_randomisation_has_a_day_on_or_after_the_consent(on: str) -> None:
    command = RandomisePatient(occurred_on=facts.day(on))
    given(*READY).next_place(1).when(command).then_rejected(
        Implausible, field="occurred_on", mentions=[on, "the trial consent (2021-01-05)"]
    )


def test_consent_and_randomisation_may_fall_on_one_day() -> None:
    command = RandomisePatient(occurred_on=facts.day(facts.TRIAL_CONSENT))
    assert given(*READY).next_place(1).when(command).decide(READY)


def test_an_exhausted_list_is_an_alarm_not_a_second_round() -> None:
    """A12: an exhausted list is refused, never begun again."""
    given(*READY).next_place(7).when(RANDOMISE).then_rejected(
        NotPermitted, field="allocation list", mentions=["place 7", "6 places", "tell the statistician"]
    )


@pytest.mark.parametrize(("score", "reported"), [(44, "high"), (30, "high")])
def test_a_class_against_its_score_blocks_randomisation_until_it_is_settled(score: int, reported: str) -> None:
    _ready(facts.result(score, class_reported=reported)).when(RANDOMISE).then_rejected(
        NotPermitted, field="class_reported", mentions=[f"the score {score} is low risk", "Ask the laboratory"]
    )
    settled = facts.amended(score, class_reported="low")
    situation = given(*READY, facts.result(score, class_reported=reported), settled).next_place(1)
    assert situation.when(RANDOMISE).decide(situation.events)


def test_a_class_that_agrees_does_not_block() -> None:
    situation = _ready(facts.result(44, class_reported="low"))
    assert situation.when(RANDOMISE).decide(situation.events)


def test_an_allocation_made_elsewhere_is_kept_for_anyone_on_record() -> None:
    command = RecordAllocationElsewhere.model_validate(facts.taken_over().model_dump())
    given(facts.screened()).when(command).then(facts.taken_over())


@pytest.mark.parametrize("arm", Arm)
def test_an_allocation_made_here_is_not_overruled_from_elsewhere(arm: Arm) -> None:
    command = RecordAllocationElsewhere(occurred_on=facts.day("2021-01-10"), arm=arm)
    given(*facts.enrolled()).when(command).then_rejected(Contradiction, field="arm", mentions="intention to treat")


def test_no_refusal_shows_what_the_next_place_holds() -> None:
    """A08: no error text shows the next arm."""
    sealed = AllocationList(ListDesign(capacity=1), bytes(32))
    situations: list[Any] = [situation for situation, *_ in BARRED] + [_ready(facts.result(45))]
    for situation in situations:
        with pytest.raises(Rejection) as refused:
            situation.next_place(2, sealed).when(RANDOMISE).decide(situation.events)
        assert "IMNI" not in str(refused.value)
        assert "OMIT" not in str(refused.value)
