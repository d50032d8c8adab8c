"""Commands of consent, and of who the patient is."""

from typing import ClassVar

from domain.decisions.command import Report
from domain.decisions.reporting import report
from domain.patient import Patient
from domain.rejections import NoSuchEntry, NotPermitted
from events.consent import (
    Consent,
    ConsentSigned,
    ConsentWithdrawn,
    Disclosure,
    EncryptedIdentity,
    Forgetting,
    IdentityDisclosed,
    PatientForgotten,
    PatientIdentified,
    Withdrawal,
)
from events.event import Event
from events.recorded import Recorded


class RecordConsent(Consent, Report):
    """A consent form was signed: for the RecurIndex test, or for the trial."""

    wire: ClassVar[str] = "record-consent"
    title: ClassVar[str] = "Consent"
    day_is: ClassVar[str] = "The day on which the form was signed."
    must_be_said: ClassVar[frozenset[str]] = frozenset({"form_version"})
    records: ClassVar[type[Event]] = ConsentSigned
    identity: ClassVar[tuple[str, ...] | None] = ("kind", "form_version")


class RecordWithdrawal(Withdrawal, Report):
    """The patient withdrew consent. Each choice stops just the work it names; what is on record stays."""

    wire: ClassVar[str] = "record-withdrawal"
    title: ClassVar[str] = "Withdrawal of consent"
    day_is: ClassVar[str] = "The day on which she withdrew."
    records: ClassVar[type[Event]] = ConsentWithdrawn


class IdentifyPatient(EncryptedIdentity, Report):
    """Say who the patient is: her name, telephone, record number. A later identification replaces it."""

    wire: ClassVar[str] = "identify-patient"
    title: ClassVar[str] = "Identity"
    records: ClassVar[type[Event]] = PatientIdentified
    newest_counts: ClassVar[bool] = True
    at_vault: ClassVar[bool] = True


class ForgetPatient(Forgetting, Report):
    """Destroy the patient's key, so that who she is can never be read again. It cannot be taken back."""

    wire: ClassVar[str] = "forget-patient"
    title: ClassVar[str] = "Forgetting"
    records: ClassVar[type[Event]] = PatientForgotten
    at_vault: ClassVar[bool] = True


class DiscloseIdentity(Disclosure, Report):
    """Somebody is about to be shown who the patient is."""

    wire: ClassVar[str] = "disclose-identity"
    title: ClassVar[str] = "Disclosure of an identity"
    records: ClassVar[type[Event]] = IdentityDisclosed
    by_engine: ClassVar[bool] = True
    at_vault: ClassVar[bool] = True


def identify(command: IdentifyPatient, patient: Patient) -> list[Event]:
    """The identification; none when it is the newest already. Raises `NotPermitted` once she is forgotten."""
    require_not_forgotten(patient)
    return report(command, patient)


def forget(command: ForgetPatient, patient: Patient) -> list[Event]:
    """The forgetting; none when she is forgotten already, whatever is said of it later."""
    return [] if patient.forgotten else report(command, patient)


def disclose(command: DiscloseIdentity, patient: Patient) -> list[Event]:
    """The disclosure. Raises `NotPermitted` once she is forgotten, `NoSuchEntry` while nobody said who she is."""
    require_identity(patient)
    return report(command, patient)


def require_not_forgotten(patient: Patient) -> None:
    """Raises `NotPermitted` when the patient was forgotten."""
    if patient.forgotten is not None:
        raise NotPermitted(
            "patient",
            patient.patient_id,
            f"was forgotten on {patient.forgotten.occurred_on}: her key is destroyed, and who she is can neither be "
            "read nor said again",
            f"All else on record stays: `imni history {patient.patient_id}`",
        )


def require_identity(patient: Patient) -> Recorded[PatientIdentified]:
    """Who the patient is, encrypted. Raises `NotPermitted` once she is forgotten, `NoSuchEntry` while it is unknown."""
    require_not_forgotten(patient)
    if patient.identity is None:
        raise NoSuchEntry(
            "patient",
            patient.patient_id,
            "nobody has said who she is",
            f"Say it with `imni identify {patient.patient_id}`",
        )
    return patient.identity
