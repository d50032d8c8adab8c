"""What may happen: command and state in, events out. The one place where a command finds its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import assert_never, get_args

from domain.decisions import (
    conduct,
    consent,
    corrections,
    follow_up,
    genomics,
    outcomes,
    radiotherapy,
    randomisation,
    safety,
    screening,
)
from domain.decisions.command import Circumstances, Command, Report
from domain.decisions.reporting import report
from domain.doubts import doubts_about
from domain.identifying_text import require_no_identity_in_text
from domain.patient import Patient
from domain.plausibility import birth_known, require_plausible_date
from domain.protocol.amendments import edition_for
from domain.rejections import NoSuchEntry
from domain.standing import Standing
from events.event import Event

PatientReport = (
    screening.ScreenPatient
    | screening.RecordPathology
    | screening.RecordSurgery
    | screening.RecordStaging
    | screening.RecordMedicalHistory
    | screening.RecordPerformanceStatus
    | screening.RecordTreatmentTiming
    | consent.RecordConsent
    | consent.RecordWithdrawal
    | genomics.RecordGenomicOrder
    | genomics.RecordGenomicDispute
    | genomics.CancelGenomicTest
    | genomics.SettleCancelledOrder
    | genomics.WithdrawGenomicResult
    | radiotherapy.RecordPlanDose
    | radiotherapy.RecordPlanReview
    | radiotherapy.RecordRadiotherapyStart
    | radiotherapy.RecordFraction
    | radiotherapy.RecordMissedFraction
    | radiotherapy.RecordRadiotherapyCompletion
    | radiotherapy.RecordRadiotherapyStop
    | radiotherapy.RecordRadiotherapyRefusal
    | radiotherapy.RecordNodalVolume
    | follow_up.RecordAssessment
    | follow_up.RecordContact
    | follow_up.RecordLoss
    | follow_up.RecordReturn
    | follow_up.RecordReminder
    | safety.DeclareSeriousAdverseEvent
    | safety.RecordSeriousAdverseEventNotice
    | safety.AssessSeriousAdverseEvent
    | safety.CloseSeriousAdverseEvent
    | outcomes.RecordSuspicion
    | outcomes.RecordRecurrence
    | outcomes.RecordRefutation
    | outcomes.RecordContralateralCancer
    | outcomes.RecordSecondPrimary
    | outcomes.RecordDeath
    | conduct.OpenQuery
    | conduct.AnswerQuery
    | conduct.CloseQuery
)
"""Facts about a patient that are simply kept."""

PatientDecision = (
    screening.ConfirmEligibility
    | consent.IdentifyPatient
    | consent.ForgetPatient
    | consent.DiscloseIdentity
    | genomics.RecordGenomicResult
    | genomics.SetGenomicReportAside
    | randomisation.RandomisePatient
    | randomisation.RecordAllocationElsewhere
    | radiotherapy.RecordPlan
    | follow_up.ScheduleFollowUp
    | follow_up.RecordVisit
    | follow_up.RecordMissedVisit
    | safety.RecordAdverseEvent
    | outcomes.RecordAdjudication
    | corrections.CorrectEntry
    | corrections.VoidEntry
    | conduct.SetWorkAside
    | conduct.ReleaseWork
)
"""Commands with a rule of their own."""

PatientCommand = PatientReport | PatientDecision

TrialReport = (
    conduct.OpenTrial
    | conduct.DeclareDataCut
    | conduct.RecordAudit
    | conduct.RecordAnalysis
    | conduct.RecordDrift
    | conduct.DiscloseResults
    | conduct.OpenQuery
    | conduct.AnswerQuery
    | conduct.CloseQuery
    | follow_up.RecordReminder
)
TrialCommand = (
    TrialReport
    | genomics.SetGenomicReportAside
    | conduct.ActivateEdition
    | conduct.ChooseReading
    | conduct.SetWorkAside
    | conduct.ReleaseWork
)


def _by_wire_name(union: object) -> Mapping[str, type[Command]]:
    return MappingProxyType({command.wire: command for command in get_args(union)})


PATIENT_COMMANDS = _by_wire_name(PatientCommand)
TRIAL_COMMANDS = _by_wire_name(TrialCommand)


def decide(command: PatientCommand, patient: Patient, circumstances: Circumstances) -> list[Event]:
    """What a command about a patient makes happen; nothing when it is so already. Raises `Rejection`.

    What is unlikely or open to two readings is kept, and opens a query: see `doubts`.
    """
    _require_no_identity(command)
    circumstances = replace(circumstances, edition=edition_for(patient, circumstances.edition))
    birth = birth_known(command, patient)
    require_plausible_date("occurred_on", command.occurred_on, circumstances.today, birth)
    _require_open_stream(command, patient)
    happened = _happened(command, patient, circumstances)
    if not happened:
        return []
    return [*happened, *doubts_about(command, patient, circumstances.edition, command.occurred_on)]


def _happened(  # noqa: PLR0911, PLR0912 - one branch a command is the point
    command: PatientCommand, patient: Patient, circumstances: Circumstances
) -> list[Event]:
    match command:
        case screening.ConfirmEligibility():
            return screening.confirm_eligibility(command, patient, circumstances)
        case consent.IdentifyPatient():
            return consent.identify(command, patient)
        case consent.ForgetPatient():
            return consent.forget(command, patient)
        case consent.DiscloseIdentity():
            return consent.disclose(command, patient)
        case genomics.RecordGenomicResult():
            return genomics.record_result(command, patient, circumstances.edition)
        case genomics.SetGenomicReportAside():
            return genomics.set_report_aside(command, patient)
        case randomisation.RandomisePatient():
            return randomisation.randomise(command, patient, circumstances)
        case randomisation.RecordAllocationElsewhere():
            return randomisation.take_over(command, patient)
        case radiotherapy.RecordPlan():
            return radiotherapy.record_plan(command, patient)
        case follow_up.ScheduleFollowUp():
            return follow_up.schedule_follow_up(command, patient, circumstances)
        case follow_up.RecordVisit() | follow_up.RecordMissedVisit():
            return follow_up.record_visit(command, patient, circumstances)
        case safety.RecordAdverseEvent():
            return safety.record_adverse_event(command, patient)
        case outcomes.RecordAdjudication():
            return outcomes.adjudicate(command, patient)
        case corrections.CorrectEntry():
            return corrections.correct(command, patient, circumstances)
        case corrections.VoidEntry():
            return corrections.void(command, patient)
        case conduct.SetWorkAside() | conduct.ReleaseWork():
            return conduct.set_aside_or_release(command, patient)
        case Report():
            return report(command, patient)
        case _:
            assert_never(command)


def decide_trial(command: TrialCommand, trial: Standing, circumstances: Circumstances) -> list[Event]:
    """What a command about the trial makes happen; nothing when it is so already. Raises `Rejection`."""
    _require_no_identity(command)
    require_plausible_date("occurred_on", command.occurred_on, circumstances.today, None)
    match command:
        case conduct.ActivateEdition():
            return conduct.require_known_edition(command, trial)
        case conduct.ChooseReading():
            return conduct.choose_reading(command, trial)
        case conduct.SetWorkAside() | conduct.ReleaseWork():
            return conduct.set_aside_or_release(command, trial)
        case genomics.SetGenomicReportAside():
            return genomics.set_report_aside(command, trial)
        case conduct.RecordDrift():
            return conduct.record_drift(command, trial)
        case Report():
            return report(command, trial)
        case _:
            assert_never(command)


def _require_no_identity(command: Command) -> None:
    """People may be told to leave a number out; what the engine says of another system's answer is kept as it is."""
    if not command.by_engine or command.at_vault:
        require_no_identity_in_text(command)


def _require_open_stream(command: PatientCommand, patient: Patient) -> None:
    if not patient.history and not (isinstance(command, Report) and command.opens_stream):
        raise NoSuchEntry(
            "patient",
            patient.patient_id,
            "no such patient",
            "Screen the patient first: `screen-patient`, or check the id",
        )
