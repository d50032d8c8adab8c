"""Commands of randomisation: who may be randomised, and when the next place of the list is revealed."""

from typing import ClassVar

from domain.decisions.command import Ask, Circumstances, Report
from domain.decisions.reporting import report
from domain.eligibility import failed, unknown, weigh_all
from domain.patient import Patient
from domain.rejections import Contradiction, Implausible, NotPermitted, OutOfOrder
from domain.risk_class import class_contradiction
from events.consent import ConsentKind, ConsentWithdrawn
from events.event import Event
from events.randomisation import Allocation, AllocationTakenOver, PatientRandomised


class RandomisePatient(Ask):
    """Draw the next place of the allocation list for an eligible patient who agreed to it. It cannot be undone."""

    wire: ClassVar[str] = "randomise-patient"
    title: ClassVar[str] = "Randomisation"
    day_is: ClassVar[str] = "The day on which she is randomised: today, as a rule."


class RecordAllocationElsewhere(Allocation, Report):
    """The patient was randomised before this engine kept the list."""

    wire: ClassVar[str] = "record-allocation-elsewhere"
    title: ClassVar[str] = "Allocation made elsewhere"
    day_is: ClassVar[str] = "The day on which she was randomised."
    records: ClassVar[type[Event]] = AllocationTakenOver
    identity: ClassVar[tuple[str, ...] | None] = ()


def randomise(command: RandomisePatient, patient: Patient, circumstances: Circumstances) -> list[Event]:
    """One draw for who meets every criterion today; nothing for who was already randomised."""
    if patient.has(PatientRandomised):
        return []
    _require_free_to_enter(command, patient)
    _require_eligible(patient, circumstances)
    _require_agreeing_classes(patient, circumstances)
    if circumstances.draw is None:
        raise OutOfOrder(
            "allocation list", "none", "no allocation list is committed", "Open the trial first: `imni init`"
        )
    draw = circumstances.draw(patient)
    return [
        PatientRandomised(
            occurred_on=command.occurred_on,
            arm=draw.arm,
            sequence_number=draw.sequence_number,
            salt=draw.salt,
            proof=draw.proof,
            balancing=draw.balancing,
        )
    ]


def take_over(command: RecordAllocationElsewhere, patient: Patient) -> list[Event]:
    """Keep an allocation made elsewhere. Raises `Contradiction` for who was randomised here."""
    if patient.has(PatientRandomised):
        raise Contradiction(
            "arm",
            command.arm,
            "the patient was randomised by this engine",
            "The allocation stands (intention to treat)",
        )
    return report(command, patient)


def _require_free_to_enter(command: RandomisePatient, patient: Patient) -> None:
    rule = "Protocol: Allocation"
    if patient.has(AllocationTakenOver):
        raise NotPermitted("patient", patient.patient_id, "was randomised elsewhere", "The allocation stands")
    if patient.death is not None:
        raise NotPermitted("patient", patient.patient_id, f"died on {patient.death.occurred_on}", rule)
    if patient.has(ConsentWithdrawn):
        raise NotPermitted("consent", "withdrawn", "a patient who withdrew is not randomised", rule)
    consent = patient.consent(ConsentKind.TRIAL)
    if consent is None:
        raise OutOfOrder(
            "consent", "not signed", "trial consent comes before randomisation", f"Record the consent first ({rule})"
        )
    if command.occurred_on.precision != "day" or command.occurred_on.earliest < consent.occurred_on.latest:
        raise Implausible(
            "occurred_on",
            str(command.occurred_on),
            f"is not a day on or after the trial consent ({consent.occurred_on})",
            f"Give the day of randomisation ({rule})",
        )


def _require_eligible(patient: Patient, circumstances: Circumstances) -> None:
    verdicts = weigh_all(patient, circumstances.edition, circumstances.today)
    barring = (*failed(verdicts), *unknown(verdicts))
    if barring:
        raise NotPermitted(
            "eligibility",
            ", ".join(verdict.criterion.id for verdict in barring),
            "; ".join(str(verdict) for verdict in barring),
            "A patient is randomised only when every criterion is met (Protocol: Participants)",
        )
    if not patient.eligibility_confirmed:
        raise OutOfOrder(
            "eligibility", "not confirmed", "an investigator confirms eligibility first", "Use confirm-eligibility"
        )


def _require_agreeing_classes(patient: Patient, circumstances: Circumstances) -> None:
    contradiction = class_contradiction(patient, circumstances.edition)
    if contradiction is not None:
        raise NotPermitted(
            "class_reported",
            contradiction.reported,
            f"the score {contradiction.score} is {contradiction.derived} risk by the protocol (PQ-04)",
            "Ask the laboratory to settle score and class, then record the corrected report",
        )
