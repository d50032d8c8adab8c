"""The usual facts of a patient's life, in trial words. Every builder takes its date as `on` and any field by name.

Values may be given as a form gives them ("T2", "44"): they are read leniently and then kept as exactly as ever.
The default patient is eligible: pT2 pN1a (1 node), Ki-67 20 %, no chemotherapy, score 44, randomised on 2021-01-10.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from domain.visit_windows import AnchorKind
from events.clinical_date import ClinicalDate
from events.conduct import (
    ProtocolEditionActivated,
    QueryAnswered,
    QueryClosed,
    QueryOpened,
    ReadingChosen,
    TrialOpened,
    WorkItemReleased,
    WorkItemSetAside,
)
from events.consent import ConsentSigned, ConsentWithdrawn
from events.corrections import EntryCorrected, EntryVoided
from events.event import Event
from events.follow_up import (
    ContactMade,
    DiseaseAssessed,
    FollowUpLost,
    FollowUpResumed,
    FollowUpScheduled,
    ReminderSent,
    ScheduledVisit,
    VisitDone,
    VisitMissed,
)
from events.genomics import (
    CancelledOrderSettled,
    GenomicOrderDisputed,
    GenomicReportSetAside,
    GenomicResultAmended,
    GenomicResultReported,
    GenomicResultWithdrawn,
    GenomicTestCancelled,
    GenomicTestOrdered,
)
from events.outcomes import (
    ContralateralCancerDiagnosed,
    DeathReported,
    OutcomeAdjudicated,
    RecurrenceConfirmed,
    RecurrenceRefuted,
    RecurrenceSuspected,
    SecondPrimaryDiagnosed,
)
from events.radiotherapy import (
    FractionDelivered,
    FractionMissed,
    NodalVolumeDelivered,
    PlanDoseReported,
    PlanReviewed,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyPlanned,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)
from events.randomisation import AllocationTakenOver, PatientRandomised
from events.safety import (
    AdverseEventRecorded,
    SeriousAdverseEventAssessed,
    SeriousAdverseEventDeclared,
    SeriousAdverseEventReported,
)
from events.screening import (
    EligibilityConfirmed,
    MedicalHistoryRecorded,
    PathologyReported,
    PatientScreened,
    PerformanceStatusRecorded,
    ScreeningFailed,
    StagingRecorded,
    SurgeryRecorded,
    TreatmentTimingRecorded,
)

E = TypeVar("E", bound=Event)

SURGERY = "2020-11-20"
TRIAL_CONSENT = "2021-01-05"
RANDOMISATION = "2021-01-10"
RADIOTHERAPY_START = "2021-02-01"
RADIOTHERAPY_END = "2021-02-19"


def _made(kind: type[E], on: str, usual: dict[str, Any], given: dict[str, Any]) -> E:
    return kind.model_validate({"occurred_on": on, **usual, **given}, strict=False)


def screened(on: str = "2020-12-01", **facts: Any) -> PatientScreened:
    """A woman of 50 is screened."""
    return _made(PatientScreened, on, {"sex": "F", "birth_date": "1970-03-15"}, facts)


def pathology(on: str = "2020-11-27", **facts: Any) -> PathologyReported:
    """Invasive, pT2 pN1a, one node of twelve, grade 2, Ki-67 20 %, margins negative: two risk factors."""
    usual = {
        "invasive": "yes",
        "histology": "invasive ductal carcinoma",
        "pt": "T2",
        "tumour_size_mm": "25",
        "pn": "pN1a",
        "nodes_positive": 1,
        "nodes_examined": 12,
        "grade": 2,
        "ki67_pct": "20",
        "er_pct": "90",
        "pr_pct": "80",
        "her2": "1+",
        "margin": "NEGATIVE",
    }
    return _made(PathologyReported, on, usual, facts)


def surgery(on: str = SURGERY, **facts: Any) -> SurgeryRecorded:
    """Mastectomy with axillary dissection, no reconstruction."""
    usual = {"breast_surgery": "MAST", "axillary_surgery": "ALND", "reconstruction": "no"}
    return _made(SurgeryRecorded, on, usual, facts)


def staging(on: str = "2020-12-02", **facts: Any) -> StagingRecorded:
    """No disease beyond breast and axilla."""
    usual = {
        "supraclavicular_node_involved": "no",
        "internal_mammary_node_involved": "no",
        "distant_metastasis": "no",
        "bilateral_synchronous": "no",
        "unresectable": "no",
    }
    return _made(StagingRecorded, on, usual, facts)


def history(on: str = "2020-12-02", **facts: Any) -> MedicalHistoryRecorded:
    """Nothing in the history that stands against the trial."""
    usual = {
        "severe_comorbidity": "no",
        "active_collagen_vascular_disease": "no",
        "pregnant": "no",
        "lactating": "no",
        "child_bearing_potential": "no",
        "survival_over_5_years_expected": "yes",
        "markers_testable": "yes",
        "prior_malignancies_known": "yes",
        "prior_radiotherapy_known": "yes",
    }
    return _made(MedicalHistoryRecorded, on, usual, facts)


def performance(on: str = "2020-12-02", **facts: Any) -> PerformanceStatusRecorded:
    """ECOG 1."""
    return _made(PerformanceStatusRecorded, on, {"ecog": 1}, facts)


def timing(on: str = "2020-12-03", **facts: Any) -> TreatmentTimingRecorded:
    """No chemotherapy; radiotherapy planned within three months of surgery."""
    usual = {"adjuvant_chemotherapy": "no", "radiotherapy_planned_for": RADIOTHERAPY_START}
    return _made(TreatmentTimingRecorded, on, usual, facts)


def consented_to_test(on: str = "2020-12-10", **facts: Any) -> ConsentSigned:
    """Consent to the RecurIndex test."""
    return _made(ConsentSigned, on, {"kind": "GENOMIC_TEST", "form_version": "2.0"}, facts)


def consented(on: str = TRIAL_CONSENT, **facts: Any) -> ConsentSigned:
    """Consent to the trial."""
    return _made(ConsentSigned, on, {"kind": "TRIAL", "form_version": "2.0"}, facts)


def withdrew(*scopes: str, on: str = "2022-06-01") -> ConsentWithdrawn:
    """Withdrawal of consent; from visits unless said otherwise."""
    return _made(ConsentWithdrawn, on, {"scopes": scopes or ("VISITS",)}, {})


def ordered(on: str = "2020-12-11", attempt: int = 1, patient_id: str = "RJ-0001", **facts: Any) -> GenomicTestOrdered:
    """The laboratory holds the RecurIndex order."""
    usual = {"order_key": f"recurindex/{patient_id}/{attempt}", "laboratory_order_id": f"LAB-{attempt}"}
    return _made(GenomicTestOrdered, on, usual, facts)


def disputed(on: str = "2020-12-11", **facts: Any) -> GenomicOrderDisputed:
    """The laboratory holds two orders under our key."""
    usual = {"order_key": "recurindex/RJ-0001/1", "problem": "two orders match"}
    return _made(GenomicOrderDisputed, on, usual, facts)


def cancelled(on: str = "2020-12-14", **facts: Any) -> GenomicTestCancelled:
    """The order brings no result."""
    return _made(
        GenomicTestCancelled, on, {"order_key": "recurindex/RJ-0001/1", "reason": "tumour content too low"}, facts
    )


def order_settled(again: str = "yes", on: str = "2020-12-16", attempt: int = 2, **facts: Any) -> CancelledOrderSettled:
    """A person said whether the test is ordered again after the laboratory cancelled."""
    usual = {"order_key": f"recurindex/RJ-0001/{attempt}", "again": again, "reason": "another block is sent"}
    return _made(CancelledOrderSettled, on, usual, facts)


def _report(score: str | int) -> dict[str, Any]:
    return {
        "score_18gene": str(score),
        "order_key": "recurindex/RJ-0001/1",
        "report_id": "R-1",
        "report_version": "1",
        "laboratory": "Demonstration laboratory",
    }


def result(score: str | int = 44, on: str = "2020-12-28", **facts: Any) -> GenomicResultReported:
    """The RecurIndex report R-1, version 1; by default the highest score that is low."""
    return _made(GenomicResultReported, on, _report(score), facts)


def amended(score: str | int, version: str = "2", on: str = "2021-01-02", **facts: Any) -> GenomicResultAmended:
    """A newer version of report R-1."""
    return _made(GenomicResultAmended, on, {**_report(score), "report_version": version}, facts)


def result_withdrawn(version: str = "1", on: str = "2021-01-03", **facts: Any) -> GenomicResultWithdrawn:
    """Report R-1 was entered in error."""
    return _made(GenomicResultWithdrawn, on, {"report_id": "R-1", "report_version": version}, facts)


def report_set_aside(on: str = "2021-01-03", **facts: Any) -> GenomicReportSetAside:
    """A report nobody may act on."""
    return _made(GenomicReportSetAside, on, {"report_id": "R-9", "problem": "wrong patient"}, facts)


def eligibility_confirmed(on: str = "2021-01-08", **facts: Any) -> EligibilityConfirmed:
    """An investigator confirmed eligibility."""
    usual = {"criteria": CRITERIA, "reference_date": TRIAL_CONSENT}
    return _made(EligibilityConfirmed, on, usual, facts)


def screening_failed(*failed: str, on: str = "2021-01-08", unknown: Iterable[str] = ()) -> ScreeningFailed:
    """Screening failed."""
    return _made(ScreeningFailed, on, {"failed": failed, "unknown": tuple(unknown)}, {})


CRITERIA = (
    *(f"IC{n:02}" for n in range(1, 12)),
    *("DR01", "DR02"),
    *(f"EC{n:02}" for n in range(1, 13)),
)
"""The criteria of edition 2.0, in its order."""


def eligible(*instead: Event, without: Iterable[type[Event]] = ()) -> tuple[Event, ...]:
    """The history of a patient who may be randomised once eligibility is confirmed.

    An event given in `instead` takes the place of the usual one of its class; classes in `without` are left out.
    """
    usual: tuple[Event, ...] = (
        screened(),
        surgery(),
        pathology(),
        staging(),
        history(),
        performance(),
        timing(),
        result(),
        consented(),
    )
    replaced = {type(event): event for event in instead}
    kept = tuple(replaced.pop(type(event), event) for event in usual if type(event) not in tuple(without))
    return (*kept, *replaced.values())


def randomised(on: str = RANDOMISATION, arm: str = "OMIT", **facts: Any) -> PatientRandomised:
    """Randomised at place 1 of the list."""
    usual = {"arm": arm, "sequence_number": 1, "salt": "00", "proof": ()}
    return _made(PatientRandomised, on, usual, facts)


def taken_over(on: str = RANDOMISATION, arm: str = "OMIT", **facts: Any) -> AllocationTakenOver:
    """Randomised before this engine kept the list."""
    return _made(AllocationTakenOver, on, {"arm": arm, "allocated_by": "SPSS 21 list"}, facts)


def enrolled(*later: Event, on: str = RANDOMISATION, arm: str = "OMIT") -> tuple[Event, ...]:
    """An eligible patient, randomised on a day, and what came later."""
    return (*eligible(), eligibility_confirmed(), randomised(on, arm), *later)


def planned(on: str = "2021-01-20", **facts: Any) -> RadiotherapyPlanned:
    """A hypofractionated plan with the protocol's doses and no boost."""
    return _made(RadiotherapyPlanned, on, {"regimen": "HYPO", "boost": "no"}, facts)


def plan_dose(on: str = "2021-01-21", **facts: Any) -> PlanDoseReported:
    """Coverage of the target by the plan."""
    return _made(PlanDoseReported, on, {"structure": "PTV", "metric": "V100%", "value": "96.5"}, facts)


def plan_reviewed(on: str = "2021-01-22", verdict: str = "accept", **facts: Any) -> PlanReviewed:
    """The plan was reviewed."""
    return _made(PlanReviewed, on, {"verdict": verdict}, facts)


def started(on: str = RADIOTHERAPY_START) -> RadiotherapyStarted:
    """Radiotherapy began."""
    return _made(RadiotherapyStarted, on, {}, {})


def fraction(number: int = 1, on: str = RADIOTHERAPY_START, **facts: Any) -> FractionDelivered:
    """One fraction of 2.67 Gy with cone-beam CT."""
    return _made(FractionDelivered, on, {"number": number, "dose_cgy": 267, "cbct": "yes"}, facts)


def fractions(count: int = 15, start: str = RADIOTHERAPY_START, **facts: Any) -> tuple[FractionDelivered, ...]:
    """So many fractions, five a week from a Monday."""
    first = date.fromisoformat(start)
    days = (first + timedelta(days=n // 5 * 7 + n % 5) for n in range(count))
    return tuple(fraction(n, day.isoformat(), **facts) for n, day in enumerate(days, start=1))


def fraction_missed(on: str = "2021-02-03", **facts: Any) -> FractionMissed:
    """A treatment day without its fraction."""
    return _made(FractionMissed, on, {"reason": "machine down"}, facts)


def completed(on: str = RADIOTHERAPY_END) -> RadiotherapyCompleted:
    """Radiotherapy ran its course."""
    return _made(RadiotherapyCompleted, on, {}, {})


def stopped_early(on: str = "2021-02-10", **facts: Any) -> RadiotherapyStoppedEarly:
    """Radiotherapy ended early."""
    return _made(RadiotherapyStoppedEarly, on, {"reason": "patient's wish"}, facts)


def never_started(on: str = "2021-02-10", **facts: Any) -> RadiotherapyNeverStarted:
    """Radiotherapy was not given."""
    return _made(RadiotherapyNeverStarted, on, {"reason": "patient's wish"}, facts)


def volume_delivered(arm: str, on: str = RADIOTHERAPY_END) -> NodalVolumeDelivered:
    """What was in fact irradiated."""
    return _made(NodalVolumeDelivered, on, {"arm": arm}, {})


def scheduled(
    *visits: ScheduledVisit,
    on: str = RADIOTHERAPY_END,
    anchor: AnchorKind = "radiotherapy-completed",
    anchored_on: str = RADIOTHERAPY_END,
) -> FollowUpScheduled:
    """Follow-up was set out."""
    return _made(FollowUpScheduled, on, {"anchor": anchor, "anchored_on": anchored_on, "visits": visits}, {})


def visit(name: str = "6m", on: str = "2021-08-19", status: str = "NO_EVIDENCE", **facts: Any) -> VisitDone:
    """A visit took place, the disease assessed."""
    return _made(VisitDone, on, {"visit": name, "disease_status": status}, facts)


def visit_missed(name: str = "12m", on: str = "2022-03-25", **facts: Any) -> VisitMissed:
    """A visit did not take place."""
    return _made(VisitMissed, on, {"visit": name}, facts)


def assessed(on: str, status: str = "NO_EVIDENCE") -> DiseaseAssessed:
    """The disease was assessed outside the schedule."""
    return _made(DiseaseAssessed, on, {"disease_status": status}, {})


def contact(on: str, **facts: Any) -> ContactMade:
    """The patient was known alive."""
    return _made(ContactMade, on, {"channel": "telephone"}, facts)


def lost(on: str = "2023-01-15", **facts: Any) -> FollowUpLost:
    """The patient can no longer be reached."""
    return _made(FollowUpLost, on, {}, facts)


def returned(on: str = "2023-06-15") -> FollowUpResumed:
    """The patient is followed again."""
    return _made(FollowUpResumed, on, {}, {})


def reminded(key: str, visit: str = "6m", step: str = "open", on: str = "2021-07-20") -> ReminderSent:
    """A reminder went out."""
    return _made(
        ReminderSent, on, {"key": key, "subject": visit, "step": step, "asked": "coordinator", "channel": "mail"}, {}
    )


def suspicion(*sites: str, on: str, **facts: Any) -> RecurrenceSuspected:
    """A recurrence is suspected; in the chest wall unless said otherwise."""
    return _made(RecurrenceSuspected, on, {"sites": sites or ("CHEST_WALL",)}, facts)


def recurrence(*sites: str, on: str, **facts: Any) -> RecurrenceConfirmed:
    """A recurrence is confirmed; in the chest wall unless said otherwise."""
    return _made(RecurrenceConfirmed, on, {"sites": sites or ("CHEST_WALL",)}, facts)


def refutation(*sites: str, on: str) -> RecurrenceRefuted:
    """A suspicion proved unfounded; every open one unless sites are named."""
    return _made(RecurrenceRefuted, on, {"sites": sites}, {})


def contralateral(on: str, behaviour: str = "INVASIVE") -> ContralateralCancerDiagnosed:
    """Cancer of the other breast."""
    return _made(ContralateralCancerDiagnosed, on, {"behaviour": behaviour}, {})


def second_primary(on: str, site: str = "lung") -> SecondPrimaryDiagnosed:
    """A cancer that is not of the breast."""
    return _made(SecondPrimaryDiagnosed, on, {"site": site}, {})


def death(on: str, cause: str = "BREAST_CANCER") -> DeathReported:
    """The patient died."""
    return _made(DeathReported, on, {"cause": cause}, {})


def adjudicated(target: UUID, upheld: str = "yes", on: str = "2025-01-01", **facts: Any) -> OutcomeAdjudicated:
    """An outcome was adjudicated."""
    return _made(OutcomeAdjudicated, on, {"target": target, "upheld": upheld}, facts)


def toxicity(term: str = "Rash: dermatitis", grade: int = 1, on: str = "2021-02-15", **facts: Any) -> Event:
    """A toxicity was graded."""
    return _made(AdverseEventRecorded, on, {"term": term, "grade": grade}, facts)


def serious(on: str = "2021-03-01", **facts: Any) -> SeriousAdverseEventDeclared:
    """An adverse event was declared serious."""
    usual = {
        "sae_id": "SAE-1",
        "term": "Pneumonitis",
        "criteria": ["HOSPITALISATION"],
        "aware_at": "2021-03-01T08:00:00Z",
    }
    return _made(SeriousAdverseEventDeclared, on, usual, facts)


def serious_reported(
    to: str = "principal-investigator", on: str = "2021-03-01", **facts: Any
) -> SeriousAdverseEventReported:
    """A serious adverse event was reported onwards."""
    return _made(SeriousAdverseEventReported, on, {"sae_id": "SAE-1", "to": to}, facts)


def serious_assessed(on: str = "2021-03-02", **facts: Any) -> SeriousAdverseEventAssessed:
    """The principal investigator found it serious, related and not expected."""
    usual = {"sae_id": "SAE-1", "serious": "yes", "related": "yes", "expected": "no"}
    return _made(SeriousAdverseEventAssessed, on, usual, facts)


def corrected(target: UUID, replacement: Event, on: str = "2021-03-01", reason: str = "misread") -> EntryCorrected:
    """An entry is replaced by what it should have said."""
    facts = {
        "target": target,
        "replacement": replacement.model_dump(mode="json", exclude_none=True),
        "replacement_type": replacement.type,
        "reason": reason,
    }
    return _made(EntryCorrected, on, facts, {})


def voided(target: UUID, on: str = "2021-03-01", reason: str = "wrong patient") -> EntryVoided:
    """An entry is declared void."""
    return _made(EntryVoided, on, {"target": target, "reason": reason}, {})


def query(query_id: str = "Q-1", on: str = "2021-03-01", question: str = "Is the grade right?") -> QueryOpened:
    """A question about the data."""
    return _made(QueryOpened, on, {"query_id": query_id, "question": question}, {})


def query_answered(query_id: str = "Q-1", on: str = "2021-03-02", answer: str = "It is.") -> QueryAnswered:
    """Its answer."""
    return _made(QueryAnswered, on, {"query_id": query_id, "answer": answer}, {})


def query_closed(query_id: str = "Q-1", on: str = "2021-03-03") -> QueryClosed:
    """The question is settled."""
    return _made(QueryClosed, on, {"query_id": query_id}, {})


def work_set_aside(key: str, on: str = "2021-03-01", problem: str = "refused five times") -> WorkItemSetAside:
    """The engine stopped trying a work item."""
    return _made(WorkItemSetAside, on, {"key": key, "problem": problem}, {})


def work_released(key: str, on: str = "2021-03-02") -> WorkItemReleased:
    """A person released it."""
    return _made(WorkItemReleased, on, {"key": key}, {})


def trial_opened(on: str = "2020-12-10", **facts: Any) -> TrialOpened:
    """The log of the trial begins."""
    return _made(TrialOpened, on, {"trial": "IMNI PRECISION", "registry": "NCT04517266", "simulated": False}, facts)


def edition_activated(edition: str = "2.0", on: str = "2020-12-10") -> ProtocolEditionActivated:
    """A protocol edition came into force."""
    return _made(ProtocolEditionActivated, on, {"edition": edition, "ethics_reference": "RJ 2020-250"}, {})


def reading_chosen(question: str, option: str, on: str = "2020-12-10") -> ReadingChosen:
    """An ambiguity of the protocol was decided."""
    return _made(ReadingChosen, on, {"question": question, "option": option}, {})


def day(text: str) -> ClinicalDate:
    """A clinical date."""
    return ClinicalDate.parse(text)
