"""Who a patient is: said, replaced, shown, and forgotten for good. The rules see ciphertext only."""

from typing import Any

import pytest

from domain.decide import PatientCommand
from domain.decisions.consent import DiscloseIdentity, ForgetPatient, IdentifyPatient
from domain.decisions.corrections import CorrectEntry, VoidEntry
from domain.rejections import NoSuchEntry, NotPermitted
from events.consent import IdentityDisclosed, PatientForgotten, PatientIdentified
from events.event import Event
from tests import facts
from tests.given import entry, given, patient_with

ENCRYPTED = {"occurred_on": "2021-01-05", "key_id": "5f0c1d2e3a4b5968", "ciphertext": "QUJD"}
REPLACED = {**ENCRYPTED, "occurred_on": "2021-06-01", "ciphertext": "REVG"}
FORGOTTEN = {"occurred_on": "2023-03-08", "requested_by": "patient", "ground": "PIPL", "reason": "no more calls"}
SHOWN = {"occurred_on": "2021-12-20", "shown_at": "2021-12-20T01:30:00Z", "reason": "to call her"}


def _identified(said: dict[str, Any] = ENCRYPTED) -> PatientIdentified:
    return PatientIdentified.model_validate(said, strict=False)


def _forgotten() -> PatientForgotten:
    return PatientForgotten.model_validate(FORGOTTEN, strict=False)


def _shown(**changed: Any) -> IdentityDisclosed:
    return IdentityDisclosed.model_validate({**SHOWN, **changed}, strict=False)


IDENTIFY, REPLACE = IdentifyPatient.model_validate(ENCRYPTED), IdentifyPatient.model_validate(REPLACED)
FORGET, SHOW = ForgetPatient.model_validate(FORGOTTEN), DiscloseIdentity.model_validate(SHOWN)


def test_who_she_is_is_kept_encrypted_and_for_those_who_may_see_identities() -> None:
    given(facts.screened()).when(IDENTIFY).then(_identified())
    assert PatientIdentified.visibility == "identifying"


def test_only_a_patient_on_record_is_identified() -> None:
    given().when(IDENTIFY).then_rejected(NoSuchEntry, field="patient")


def test_a_later_identification_replaces_the_earlier_and_can_be_replaced_in_turn() -> None:
    given(facts.screened(), _identified()).when(REPLACE).then(_identified(REPLACED))
    given(facts.screened(), _identified(), _identified(REPLACED)).when(IDENTIFY).then(_identified())
    patient = patient_with(facts.screened(), _identified(), _identified(REPLACED))
    assert patient.identity is not None
    assert patient.identity.event == _identified(REPLACED)


def test_every_showing_is_on_record() -> None:
    told = (facts.screened(), _identified())
    given(*told).when(SHOW).then(_shown())
    later = DiscloseIdentity.model_validate({**SHOWN, "shown_at": "2021-12-20T01:30:01Z"})
    given(*told, _shown()).when(later).then(_shown(shown_at="2021-12-20T01:30:01Z"))


def test_nobody_is_shown_what_nobody_said() -> None:
    given(facts.screened()).when(SHOW).then_rejected(NoSuchEntry, field="patient", mentions="imni identify")


@pytest.mark.parametrize("told", [(facts.screened(),), (facts.screened(), _identified())])
def test_forgetting_needs_no_identity_and_is_said_once(told: tuple[Event, ...]) -> None:
    given(*told).when(FORGET).then(_forgotten())
    again = ForgetPatient.model_validate({**FORGOTTEN, "reason": "said again", "occurred_on": "2023-04-01"})
    given(*told, _forgotten()).when(again).then()


@pytest.mark.parametrize("command", [IDENTIFY, SHOW])
def test_who_is_forgotten_is_neither_identified_nor_shown_again(command: PatientCommand) -> None:
    told = (facts.screened(), _identified(), _forgotten())
    given(*told).when(command).then_rejected(NotPermitted, field="patient", mentions=["forgotten on 2023-03-08"])
    assert patient_with(*told).identity is None


def test_forgetting_leaves_everything_else_as_it_was() -> None:
    life = facts.enrolled(facts.planned(), facts.visit(), facts.recurrence(on="2022"))
    before, after = patient_with(*life), patient_with(*life, _identified(), _forgotten())
    assert after.entries[: len(life)] == before.entries
    assert (after.arm, after.death, after.reference_date) == (before.arm, before.death, before.reference_date)


def _correction(replacement: dict[str, Any]) -> CorrectEntry:
    said = {"occurred_on": "2023-04-01", "target": entry(2), "replacement": replacement, "reason": "misread"}
    return CorrectEntry.model_validate(said)


VOID = VoidEntry.model_validate({"occurred_on": "2023-04-01", "target": entry(2), "reason": "wrong patient"})


def test_an_identity_is_replaced_or_voided_and_never_corrected() -> None:
    told = (facts.screened(), _identified())
    given(*told).when(_correction(REPLACED)).then_rejected(NotPermitted, mentions="imni identify RJ-0001")
    given(*told).when(VOID).then(facts.voided(entry(2), on="2023-04-01"))
    voided = (*told, facts.voided(entry(2)))
    given(*voided).when(SHOW).then_rejected(NoSuchEntry, field="patient")


@pytest.mark.parametrize(("event", "said"), [(_forgotten(), FORGOTTEN), (_shown(), SHOWN)])
def test_a_forgetting_and_a_showing_are_never_taken_back(event: Event, said: dict[str, Any]) -> None:
    for command in (VOID, _correction(said)):
        given(facts.screened(), event).when(command).then_rejected(NotPermitted, field="target")
