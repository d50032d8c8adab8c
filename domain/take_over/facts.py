"""From the values of a row to the facts it states, in the order of a patient's life."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.decisions.consent import RecordConsent, RecordWithdrawal
from domain.decisions.follow_up import RecordAssessment, RecordContact, RecordLoss
from domain.decisions.genomics import RecordGenomicResult
from domain.decisions.outcomes import RecordContralateralCancer, RecordDeath, RecordRecurrence, RecordSecondPrimary
from domain.decisions.radiotherapy import (
    RecordNodalVolume,
    RecordPlan,
    RecordRadiotherapyCompletion,
    RecordRadiotherapyStart,
)
from domain.decisions.randomisation import RecordAllocationElsewhere
from domain.decisions.screening import RecordPathology, RecordPerformanceStatus, RecordSurgery, ScreenPatient
from domain.take_over.columns import Values
from domain.take_over.recurrences import ListedOccurrence
from domain.take_over.row import BIRTH, dates_of
from events.clinical_date import ClinicalDate
from events.consent import ConsentKind, WithdrawalScope
from events.follow_up import DiseaseStatus
from events.outcomes import Behaviour, DeathCause, RecurrenceSite

TakeOverCommand = (
    ScreenPatient
    | RecordConsent
    | RecordSurgery
    | RecordPathology
    | RecordPerformanceStatus
    | RecordGenomicResult
    | RecordAllocationElsewhere
    | RecordPlan
    | RecordRadiotherapyStart
    | RecordRadiotherapyCompletion
    | RecordNodalVolume
    | RecordRecurrence
    | RecordContralateralCancer
    | RecordSecondPrimary
    | RecordAssessment
    | RecordContact
    | RecordWithdrawal
    | RecordLoss
    | RecordDeath
)

ELSEWHERE = "taken over from another system"
_PATHOLOGY = ("pt", "tumour_size_mm", "nodes_positive", "grade", "ki67_pct", "er_pct", "pr_pct", "her2")
_SITES = tuple(site.value for site in RecurrenceSite)
_BEHAVIOURS = {"CONTRALATERAL_INVASIVE": Behaviour.INVASIVE, "CONTRALATERAL_DCIS": Behaviour.DCIS}


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A command of a row. `columns` names the column of each field the row states; the other fields follow from them.

    `once`: the row has one place for it, so that another value is a change and not a further fact.
    """

    command: TakeOverCommand
    columns: Mapping[str, str]
    once: bool = True


def facts_of(values: Values) -> tuple[StatedFact, ...]:
    """What a row without problems states; the first fact opens the patient's stream."""
    return tuple(fact for chapter in _CHAPTERS for fact in chapter(values))


_Facts = Iterator[StatedFact]


def _stated(make: Callable[..., TakeOverCommand], values: Values, columns: Mapping[str, str], **follows: Any) -> _Facts:
    """The fact that these columns state; nothing when all of them are empty."""
    columns = {field: column for field, column in columns.items() if column in values}
    if columns:
        said = {field: values[column] for field, column in columns.items()}
        yield StatedFact(make(**{**follows, **said}), columns)


def _first(values: Values, *columns: str) -> ClinicalDate:
    """The first known date of these columns, else the earliest date of the row."""
    known = (values[column] for column in columns if column in values)
    return next(known, None) or min((on for _, on in dates_of(values)), key=lambda on: on.earliest)


def _entered(values: Values) -> ClinicalDate:
    return _first(values, "consented_on", "randomised_on", "surgery_date")


def _screening(values: Values) -> _Facts:
    entered = _entered(values)
    born = {"birth_date": BIRTH} if BIRTH in values else {}
    yield StatedFact(ScreenPatient(occurred_on=entered, birth_date=values.get(BIRTH)), born)
    yield from _stated(RecordConsent, values, {"occurred_on": "consented_on"}, kind=ConsentKind.TRIAL)
    surgery = {"occurred_on": "surgery_date", "breast_surgery": "breast_surgery"}
    yield from _stated(RecordSurgery, values, surgery, occurred_on=ClinicalDate(entered.year))
    reported = _first(values, "surgery_date", "consented_on", "randomised_on")
    yield from _stated(RecordPathology, values, {column: column for column in _PATHOLOGY}, occurred_on=reported)
    yield from _stated(RecordPerformanceStatus, values, {"ecog": "ecog"}, occurred_on=entered)


def _genomics(values: Values) -> _Facts:
    yield from _stated(
        RecordGenomicResult,
        values,
        {"occurred_on": "genomic_reported_on", "score_18gene": "genomic_score"},
        occurred_on=ClinicalDate(_first(values, "randomised_on", "consented_on").year),
        report_id=f"take-over/{values['patient_id']}",
        laboratory=ELSEWHERE,
    )


def _randomisation(values: Values) -> _Facts:
    columns = {"occurred_on": "randomised_on", "arm": "arm"}
    yield from _stated(RecordAllocationElsewhere, values, columns, allocated_by=ELSEWHERE)


def _radiotherapy(values: Values) -> _Facts:
    begun = _first(values, "rt_started_on", "rt_completed_on", "randomised_on")
    ended = _first(values, "rt_completed_on", "rt_started_on", "randomised_on")
    yield from _stated(RecordPlan, values, {"regimen": "regimen"}, occurred_on=begun)
    yield from _stated(RecordRadiotherapyStart, values, {"occurred_on": "rt_started_on"})
    yield from _stated(RecordRadiotherapyCompletion, values, {"occurred_on": "rt_completed_on"})
    yield from _stated(RecordNodalVolume, values, {"arm": "arm_delivered"}, occurred_on=ended)


def _outcomes(values: Values) -> _Facts:
    listed: tuple[ListedOccurrence, ...] = values.get("recurrences", ())
    for on in dict.fromkeys(occurrence.on for occurrence in listed):
        yield from _found(on, {occurrence.site for occurrence in listed if occurrence.on == on})


def _found(on: ClinicalDate, sites: set[str]) -> _Facts:
    """What was found on one date: its recurrences together, each new cancer by itself."""
    recurrent = tuple(RecurrenceSite(site) for site in _SITES if site in sites)
    if recurrent:
        yield _listed(RecordRecurrence(occurred_on=on, sites=recurrent), "sites")
    for site, behaviour in _BEHAVIOURS.items():
        if site in sites:
            yield _listed(RecordContralateralCancer(occurred_on=on, behaviour=behaviour), "behaviour")
    if "SECOND_PRIMARY" in sites:
        yield _listed(RecordSecondPrimary(occurred_on=on))


def _listed(command: TakeOverCommand, *fields: str) -> StatedFact:
    return StatedFact(command, dict.fromkeys(("occurred_on", *fields), "recurrences"), once=False)


def _follow_up(values: Values) -> _Facts:
    if "last_assessed_on" in values:
        on = values["last_assessed_on"]
        assessed = RecordAssessment(occurred_on=on, disease_status=_disease_status(values, on))
        yield StatedFact(assessed, {"occurred_on": "last_assessed_on"}, once=False)
    if "last_alive_on" in values:
        contact = RecordContact(occurred_on=values["last_alive_on"])
        yield StatedFact(contact, {"occurred_on": "last_alive_on"}, once=False)
    scopes = (WithdrawalScope.TREATMENT, WithdrawalScope.VISITS)
    yield from _stated(RecordWithdrawal, values, {"occurred_on": "withdrew_on"}, scopes=scopes)
    yield from _stated(RecordLoss, values, {"occurred_on": "lost_on"})
    death = {"occurred_on": "died_on", "cause": "death_cause"}
    yield from _stated(RecordDeath, values, death, cause=DeathCause.UNKNOWN)


def _disease_status(values: Values, assessed_on: ClinicalDate) -> DiseaseStatus:
    """Free of disease, unless the row lists a recurrence or new breast cancer by then."""
    listed: tuple[ListedOccurrence, ...] = values.get("recurrences", ())
    diseased = any(o.site != "SECOND_PRIMARY" and o.on.earliest <= assessed_on.latest for o in listed)
    return DiseaseStatus.RECURRENCE if diseased else DiseaseStatus.NO_EVIDENCE


_CHAPTERS: tuple[Callable[[Values], _Facts], ...] = (
    _screening,
    _genomics,
    _randomisation,
    _radiotherapy,
    _outcomes,
    _follow_up,
)
