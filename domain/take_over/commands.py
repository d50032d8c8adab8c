"""From the values of a row to the commands that record it, in the order of a patient's life."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from domain.decide import PatientCommand
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
from domain.take_over.columns import Problem
from domain.take_over.recurrences import NEW_CANCERS, ListedOccurrence
from events.clinical_date import ClinicalDate
from events.consent import ConsentKind, WithdrawalScope
from events.follow_up import DiseaseStatus
from events.outcomes import Behaviour, DeathCause, RecurrenceSite

Values = Mapping[str, Any]
ELSEWHERE = "taken over from another system"

_PATHOLOGY = ("pt", "tumour_size_mm", "nodes_positive", "grade", "ki67_pct", "er_pct", "pr_pct", "her2")
_NEEDS: Mapping[str, str] = {
    "randomised_on": "arm",
    "arm": "randomised_on",
    "genomic_reported_on": "genomic_score",
    "death_cause": "died_on",
}


def commands_of(values: Values) -> tuple[tuple[PatientCommand, ...], tuple[Problem, ...]]:
    """The commands of a row, or every problem of it: values out of range, and values that lack their partner."""
    problems = [*_lone(values), *_undated(values)]
    commands: list[PatientCommand] = []
    for make in _CHAPTERS if not problems else ():
        try:
            commands.extend(make(values))
        except ValidationError as refusal:
            problems.extend(_in_columns(refusal))
    return tuple(commands), tuple(problems)


def _lone(values: Values) -> Iterator[Problem]:
    for column, partner in _NEEDS.items():
        if column in values and partner not in values:
            way_out = f"stands without {partner}; fill in {partner}, or leave both empty"
            yield Problem(column, str(values[column]), way_out)


def _undated(values: Values) -> Iterator[Problem]:
    if not _dates(values):
        yield Problem("consented_on", "", "no date of the row is known; give at least one, such as the date of consent")


def _in_columns(refusal: ValidationError) -> Iterator[Problem]:
    for error in refusal.errors():
        field = str(error["loc"][0])
        yield Problem(_COLUMN_OF.get(field, field), str(error["input"]), f"{error['msg']}; mend the cell")


_COLUMN_OF = {"score_18gene": "genomic_score"}


def _first(values: Values, *columns: str) -> ClinicalDate:
    """The first known date of these columns, else the earliest date of the row but the birth."""
    known = (values[column] for column in columns if column in values)
    return next(known, None) or min(_dates(values), key=lambda dated: dated.earliest)


def _dates(values: Values) -> list[ClinicalDate]:
    dates = [v for column, v in values.items() if isinstance(v, ClinicalDate) and column != "birth_date"]
    return [*dates, *(occurrence.on for occurrence in values.get("recurrences", ()))]


def _around(dated: ClinicalDate) -> ClinicalDate:
    """A date known to the year only: for what happened at about the time of another date."""
    return ClinicalDate(dated.year)


def _screening(values: Values) -> Iterator[PatientCommand]:
    entered = _first(values, "consented_on", "randomised_on", "surgery_date")
    yield ScreenPatient(occurred_on=entered, birth_date=values.get("birth_date"))
    if "consented_on" in values:
        yield RecordConsent(occurred_on=values["consented_on"], kind=ConsentKind.TRIAL)
    if "surgery_date" in values or "breast_surgery" in values:
        on = values.get("surgery_date", _around(entered))
        yield RecordSurgery(occurred_on=on, breast_surgery=values.get("breast_surgery"))
    found = {column: values[column] for column in _PATHOLOGY if column in values}
    if found:
        yield RecordPathology(occurred_on=_first(values, "surgery_date", "consented_on", "randomised_on"), **found)
    if "ecog" in values:
        yield RecordPerformanceStatus(occurred_on=entered, ecog=values["ecog"])


def _genomics(values: Values) -> Iterator[PatientCommand]:
    if "genomic_score" in values:
        yield RecordGenomicResult(
            occurred_on=_first(values, "genomic_reported_on", "randomised_on", "consented_on"),
            report_id=f"take-over/{values['patient_id']}",
            laboratory=ELSEWHERE,
            score_18gene=values["genomic_score"],
        )


def _randomisation(values: Values) -> Iterator[PatientCommand]:
    if "randomised_on" in values:
        yield RecordAllocationElsewhere(occurred_on=values["randomised_on"], arm=values["arm"], allocated_by=ELSEWHERE)


def _radiotherapy(values: Values) -> Iterator[PatientCommand]:
    if "regimen" in values:
        on = _first(values, "rt_started_on", "rt_completed_on", "randomised_on")
        yield RecordPlan(occurred_on=on, regimen=values["regimen"])
    if "rt_started_on" in values:
        yield RecordRadiotherapyStart(occurred_on=values["rt_started_on"])
    if "rt_completed_on" in values:
        yield RecordRadiotherapyCompletion(occurred_on=values["rt_completed_on"])
    if "arm_delivered" in values:
        on = _first(values, "rt_completed_on", "rt_started_on", "randomised_on")
        yield RecordNodalVolume(occurred_on=on, arm=values["arm_delivered"])


def _outcomes(values: Values) -> Iterator[PatientCommand]:
    listed: tuple[ListedOccurrence, ...] = values.get("recurrences", ())
    for on in dict.fromkeys(occurrence.on for occurrence in listed):
        sites = [occurrence.site for occurrence in listed if occurrence.on == on]
        yield from _at(on, tuple(dict.fromkeys(sites)))


def _at(on: ClinicalDate, sites: tuple[str, ...]) -> Iterator[PatientCommand]:
    recurrent = tuple(RecurrenceSite(site) for site in sites if site not in NEW_CANCERS)
    if recurrent:
        yield RecordRecurrence(occurred_on=on, sites=recurrent)
    if "CONTRALATERAL_INVASIVE" in sites:
        yield RecordContralateralCancer(occurred_on=on, behaviour=Behaviour.INVASIVE)
    if "CONTRALATERAL_DCIS" in sites:
        yield RecordContralateralCancer(occurred_on=on, behaviour=Behaviour.DCIS)
    if "SECOND_PRIMARY" in sites:
        yield RecordSecondPrimary(occurred_on=on)


def _follow_up(values: Values) -> Iterator[PatientCommand]:
    if "last_assessed_on" in values:
        yield RecordAssessment(occurred_on=values["last_assessed_on"], disease_status=DiseaseStatus.NO_EVIDENCE)
    if "last_alive_on" in values:
        yield RecordContact(occurred_on=values["last_alive_on"])
    if "withdrew_on" in values:
        scopes = (WithdrawalScope.TREATMENT, WithdrawalScope.VISITS)
        yield RecordWithdrawal(occurred_on=values["withdrew_on"], scopes=scopes)
    if "lost_on" in values:
        yield RecordLoss(occurred_on=values["lost_on"], reason=ELSEWHERE)
    if "died_on" in values:
        yield RecordDeath(occurred_on=values["died_on"], cause=values.get("death_cause", DeathCause.UNKNOWN))


_CHAPTERS: tuple[Callable[[Values], Iterator[PatientCommand]], ...] = (
    _screening,
    _genomics,
    _randomisation,
    _radiotherapy,
    _outcomes,
    _follow_up,
)
