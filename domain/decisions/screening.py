"""Commands of screening, and the decision whether a patient is eligible."""

from typing import ClassVar

from domain.decisions.command import Ask, Circumstances, Report
from domain.eligibility import Verdict, failed, unknown, weigh_all
from domain.patient import Patient
from domain.rejections import Incomplete, OutOfOrder
from events.clinical_date import ClinicalDate
from events.event import Event
from events.screening import (
    EligibilityConfirmed,
    MedicalHistory,
    MedicalHistoryRecorded,
    Pathology,
    PathologyReported,
    PatientScreened,
    PerformanceStatus,
    PerformanceStatusRecorded,
    Person,
    ScreeningFailed,
    Staging,
    StagingRecorded,
    Surgery,
    SurgeryRecorded,
    TreatmentTiming,
    TreatmentTimingRecorded,
)


class ScreenPatient(Person, Report):
    """Screening begins: the patient is known by a pseudonymous id from now on."""

    wire: ClassVar[str] = "screen-patient"
    title: ClassVar[str] = "Screening"
    day_is: ClassVar[str] = "The day on which screening began."
    records: ClassVar[type[Event]] = PatientScreened
    identity: ClassVar[tuple[str, ...] | None] = ()
    opens_stream: ClassVar[bool] = True


class RecordPathology(Pathology, Report):
    """The pathologist's report of the primary tumour."""

    wire: ClassVar[str] = "record-pathology"
    title: ClassVar[str] = "Pathology report"
    day_is: ClassVar[str] = "The day of the pathologist's report."
    records: ClassVar[type[Event]] = PathologyReported
    identity: ClassVar[tuple[str, ...] | None] = ("occurred_on",)


class RecordSurgery(Surgery, Report):
    """The operation on the breast, and on the axilla."""

    wire: ClassVar[str] = "record-surgery"
    title: ClassVar[str] = "Surgery"
    day_is: ClassVar[str] = "The day of the operation."
    records: ClassVar[type[Event]] = SurgeryRecorded
    identity: ClassVar[tuple[str, ...] | None] = ("occurred_on",)


class RecordStaging(Staging, Report):
    """How far the disease reaches beyond breast and axilla."""

    wire: ClassVar[str] = "record-staging"
    title: ClassVar[str] = "Staging"
    day_is: ClassVar[str] = "The day on which it was established."
    records: ClassVar[type[Event]] = StagingRecorded
    newest_counts: ClassVar[bool] = True


class RecordMedicalHistory(MedicalHistory, Report):
    """The history and the investigator's judgements that eligibility needs."""

    wire: ClassVar[str] = "record-medical-history"
    title: ClassVar[str] = "Medical history"
    day_is: ClassVar[str] = "The day on which the history was taken."
    records: ClassVar[type[Event]] = MedicalHistoryRecorded
    newest_counts: ClassVar[bool] = True


class RecordPerformanceStatus(PerformanceStatus, Report):
    """ECOG performance status, Karnofsky index, or both."""

    wire: ClassVar[str] = "record-performance-status"
    title: ClassVar[str] = "Performance status"
    day_is: ClassVar[str] = "The day on which it was assessed."
    records: ClassVar[type[Event]] = PerformanceStatusRecorded
    newest_counts: ClassVar[bool] = True


class RecordTreatmentTiming(TreatmentTiming, Report):
    """Chemotherapy and the planned start of radiotherapy (exclusion 12)."""

    wire: ClassVar[str] = "record-treatment-timing"
    title: ClassVar[str] = "Treatment timing"
    day_is: ClassVar[str] = "The day on which this became known."
    records: ClassVar[type[Event]] = TreatmentTimingRecorded
    newest_counts: ClassVar[bool] = True


class ConfirmEligibility(Ask):
    """Weigh all criteria: she may be randomised, or her screening failed. Look at her page first."""

    wire: ClassVar[str] = "confirm-eligibility"
    title: ClassVar[str] = "Eligibility"
    day_is: ClassVar[str] = "The day on which it is decided: today, as a rule."
    usual_role: ClassVar[str] = "investigator"


def confirm_eligibility(command: ConfirmEligibility, patient: Patient, circumstances: Circumstances) -> list[Event]:
    """Eligible, or screening failed with every failed and unknown criterion. Raises `Incomplete`, `OutOfOrder`."""
    verdicts = weigh_all(patient, circumstances.edition, circumstances.today)
    if failed(verdicts):
        event: Event = ScreeningFailed(
            occurred_on=command.occurred_on, failed=_ids(failed(verdicts)), unknown=_ids(unknown(verdicts))
        )
    else:
        _require_complete(verdicts)
        event = EligibilityConfirmed(
            occurred_on=command.occurred_on,
            criteria=_ids(verdicts),
            reference_date=ClinicalDate.parse(patient.reference_date or circumstances.today),
        )
    if _already(patient, event):
        return []
    _require_not_randomised(patient)
    return [event]


def _require_complete(verdicts: tuple[Verdict, ...]) -> None:
    missing = unknown(verdicts)
    if missing:
        raise Incomplete(
            "eligibility",
            f"{len(missing)} criteria not known",
            "; ".join(f"{verdict.criterion.id} {verdict.criterion.wording}" for verdict in missing),
            "Record the missing facts, then confirm eligibility again (Protocol: Participants)",
        )


def _ids(verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    return tuple(verdict.criterion.id for verdict in verdicts)


def _already(patient: Patient, event: Event) -> bool:
    decided = patient.eligibility
    return decided is not None and decided.event.model_copy(update={"occurred_on": event.occurred_on}) == event


def _require_not_randomised(patient: Patient) -> None:
    if patient.allocation is not None:
        raise OutOfOrder(
            "eligibility",
            patient.patient_id,
            f"was randomised on {patient.allocation.occurred_on}; eligibility is decided before",
            "Nothing to do: criteria that are not met show as deviations (intention to treat)",
        )
