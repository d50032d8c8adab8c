"""Why a value about a patient is what it is: the rule, its source, how it was read, and the entries it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from uuid import UUID

from domain.deviation_rules.deviation import DEPARTED_FROM, Departed
from domain.deviations import deviations
from domain.dose import delivered_cgy, planned_cgy
from domain.eligibility import last_weighed, weigh_all
from domain.endpoints import ENDPOINTS, derive
from domain.findings import Finding
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Case, Edition
from domain.risk_class import class_contradiction
from domain.start_of_radiotherapy import beginning
from domain.visit_status import visit_states
from domain.visit_windows import anchor, weekly_visits
from events.follow_up import FollowUpScheduled
from events.radiotherapy import FractionDelivered, RadiotherapyPlanned


@dataclass(frozen=True, slots=True)
class Explanation:
    """One value: what it is, by which rule of which source, under which readings, from which entries."""

    rule: str
    value: str
    wording: str
    source: str
    readings: tuple[str, ...]
    entries: tuple[UUID, ...]


_Explained = Iterator[Explanation]


def explain(patient: Patient, value: str, edition: Edition, today: date) -> tuple[Explanation, ...]:
    """The explanations of one kind of value; empty when the patient has none yet. Raises `KeyError`."""
    found = EXPLAINED[value](patient, edition_for(patient, edition), today)
    return tuple(replace(each, entries=tuple(dict.fromkeys(each.entries))) for each in found)


def _eligibility(patient: Patient, edition: Edition, today: date) -> _Explained:
    for verdict in weigh_all(patient, edition, last_weighed(patient, today)):
        criterion, finding = verdict.criterion, verdict.finding
        yield Explanation(
            criterion.id, _said(finding), criterion.wording, criterion.source, verdict.readings, finding.entries
        )


def _said(finding: Finding) -> str:
    outcome = {True: "met", False: "not met", None: "not known"}[finding.passes]
    return outcome if finding.value == outcome else f"{outcome}: {finding.value}"


def _risk(patient: Patient, edition: Edition, today: date) -> _Explained:
    case = Case(patient, patient.reference_date or today, edition)
    for factor in edition.risk_factors:
        finding = factor.weigh(case)
        yield Explanation(factor.id, _said(finding), factor.wording, "Trial design", (), finding.entries)
    for verdict in weigh_all(patient, edition, last_weighed(patient, today)):
        if verdict.criterion.id in {"IC04", "DR02"}:
            finding = verdict.finding
            wording, source = verdict.criterion.wording, verdict.criterion.source
            yield Explanation(verdict.criterion.id, _said(finding), wording, source, verdict.readings, finding.entries)
    contradiction = class_contradiction(patient, edition)
    if contradiction is not None:
        wording = "The reported class contradicts the score: no randomisation until it is settled"
        told, entries = edition.told("GENOMIC"), (contradiction.result.event_id,)
        yield Explanation("GENOMIC", str(contradiction), wording, "Trial design", told, entries)


def _arm(patient: Patient, edition: Edition, today: date) -> _Explained:
    allocation = patient.allocation
    if allocation is not None:
        value = f"{allocation.event.arm} on {allocation.occurred_on}"
        wording = "Allocated one to one by the next place of the committed list; it stands whatever is corrected later"
        yield Explanation(
            "RANDOMISATION", value, wording, "Allocation", edition.told("RANDOMISATION"), (allocation.event_id,)
        )


def _due_date(patient: Patient, edition: Edition, today: date) -> _Explained:
    scheduled, started = patient.last(FollowUpScheduled), beginning(patient)
    weekly = {visit.visit for visit in weekly_visits(patient, edition)}
    told = edition.told("TABLE-1", "4w")
    for state in visit_states(patient, edition, today):
        window = f"{state.visit.target}, {state.visit.opens} to {state.visit.closes}: {state.status}"
        missing = f"; not done: {', '.join(state.missing)}" if state.missing else ""
        is_weekly = state.visit.visit in weekly
        origin = started if is_weekly else scheduled
        entries = (*((origin.event_id,) if origin else ()), *state.entries)
        counted = _counted_from(patient, edition, weekly=is_weekly)
        yield Explanation(
            state.visit.visit, f"{window}{missing}", f"Visit of Table 1{counted}", "Follow up, Table 1", told, entries
        )


def _counted_from(patient: Patient, edition: Edition, *, weekly: bool) -> str:
    started, start = beginning(patient), anchor(patient, edition)
    if weekly and started:
        return f", counted from {started.occurred_on} (start of radiotherapy)"
    return f", counted from {start.on} ({start.kind})" if start else ""


def _dose(patient: Patient, edition: Edition, today: date) -> _Explained:
    plan = patient.last(RadiotherapyPlanned)
    if plan is not None:
        delivered, planned = delivered_cgy(patient), planned_cgy(patient, edition)
        value = f"{delivered / 100:.2f} Gy of {planned / 100:.2f} Gy planned ({plan.event.regimen})"
        entries = (plan.event_id, *(fraction.event_id for fraction in patient.every(FractionDelivered)))
        wording = "Dose of the fractions on record, against the plan's phases"
        yield Explanation("RT", value, wording, "Interventions", edition.told("RT"), entries)


def _endpoint(patient: Patient, edition: Edition, today: date) -> _Explained:
    for code, endpoint in ENDPOINTS.items():
        record = derive(patient, endpoint, edition)
        if record is not None:
            value = f"{record.reason} on {record.end}, day {record.days}"
            source = endpoint.source.removeprefix("Protocol: ")
            yield Explanation(code, value, endpoint.wording, source, edition.told(code), record.event_ids)


def _deviation(patient: Patient, edition: Edition, today: date) -> _Explained:
    criteria = {criterion.id: Departed(criterion.source, (criterion.id,)) for criterion in edition.criteria}
    for found in deviations(patient, edition):
        rule = criteria.get(found.rule) or DEPARTED_FROM[found.rule]
        told = edition.told(*rule.bears_on) if rule.bears_on else ()
        yield Explanation(found.rule, found.classification, found.wording, rule.source, told, found.entries)


EXPLAINED: Mapping[str, Callable[[Patient, Edition, date], _Explained]] = MappingProxyType(
    {
        "eligibility": _eligibility,
        "risk": _risk,
        "arm": _arm,
        "due-date": _due_date,
        "dose": _dose,
        "endpoint": _endpoint,
        "deviation": _deviation,
    }
)
"""What can be explained."""
