"""Deviations from the protocol, derived from what stands; never stored, so a correction takes them back by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from domain.dose import delivered_cgy, planned_cgy, planned_fractions
from domain.eligibility import actual_start, failed, weigh_all
from domain.occurrences import occurrences
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.risk_class import class_contradiction
from domain.visit_windows import scheduled_visits
from events.consent import ConsentKind
from events.event import Event
from events.follow_up import ContactMade, DiseaseAssessed, VisitDone
from events.radiotherapy import (
    FractionDelivered,
    NodalVolumeDelivered,
    PlanReviewed,
    RadiotherapyCompleted,
    RadiotherapyPlanned,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)
from events.randomisation import PatientRandomised

Class = Literal["major", "minor"]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One departure from the protocol, the rule it departs from, and the entries that show it."""

    rule: str
    classification: Class
    wording: str
    entries: tuple[UUID, ...]


def deviations(patient: Patient, edition: Edition) -> tuple[Deviation, ...]:
    """Every deviation of a randomised patient; before randomisation there is nothing to deviate from."""
    if patient.allocation is None:
        return ()
    holds = edition_for(patient, edition)
    return tuple(deviation for rule in RULES for deviation in rule(patient, holds))


_Found = Iterator[Deviation]


def _randomised_against_criteria(patient: Patient, edition: Edition) -> _Found:
    assert patient.allocation is not None
    for verdict in failed(weigh_all(patient, edition, patient.allocation.occurred_on.latest)):
        if verdict.criterion.id != "EC12":
            wording = f"Randomised although: {verdict}"
            yield Deviation(verdict.criterion.id, "major", wording, verdict.finding.entries)


def _started_late(patient: Patient, edition: Edition) -> _Found:
    finding = actual_start(patient, edition)
    if finding is not None and finding.passes is False:
        yield Deviation("EC12", "minor", f"Radiotherapy started late: {finding.value}", finding.entries)


def _other_volume_than_allocated(patient: Patient, edition: Edition) -> _Found:
    delivered = patient.last(NodalVolumeDelivered)
    if delivered is not None and delivered.event.arm is not patient.arm:
        wording = f"Allocated {patient.arm}, treated as {delivered.event.arm}"
        yield Deviation("ARM", "major", wording, (delivered.event_id,))


def _dose_off_plan(patient: Patient, edition: Edition) -> _Found:
    plan = patient.last(RadiotherapyPlanned)
    for fraction in patient.every(FractionDelivered):
        planned = planned_fractions(patient, edition, fraction.event.phase)
        if plan is not None and fraction.event.number > planned:
            wording = f"Fraction {fraction.event.number} of {planned} ({fraction.event.phase})"
            yield Deviation("DOSE", "minor", wording, (fraction.event_id,))


def _dose_short(patient: Patient, edition: Edition) -> _Found:
    ended = patient.last(RadiotherapyCompleted) or patient.last(RadiotherapyStoppedEarly)
    planned, delivered = planned_cgy(patient, edition), delivered_cgy(patient)
    if ended and planned and patient.has(FractionDelivered) and delivered < planned * edition.per_protocol_dose_share:
        wording = f"Delivered {delivered / 100:.2f} Gy of {planned / 100:.2f} Gy planned"
        yield Deviation("DOSE", "major", wording, (ended.event_id,))


def _cone_beam_missed(patient: Patient, edition: Edition) -> _Found:
    for fraction in patient.every(FractionDelivered):
        if fraction.event.number <= edition.cbct_first_fractions and fraction.event.cbct == "no":
            wording = f"No cone-beam CT at fraction {fraction.event.number} ({fraction.event.phase})"
            yield Deviation("CBCT", "minor", wording, (fraction.event_id,))


def _visit_outside_window(patient: Patient, edition: Edition) -> _Found:
    windows = {visit.visit: visit for visit in scheduled_visits(patient)}
    for done in patient.every(VisitDone):
        window = windows.get(done.event.visit)
        if window and (done.occurred_on.latest < window.opens or done.occurred_on.earliest > window.closes):
            wording = f"Visit {done.event.visit} on {done.occurred_on}, window {window.opens} to {window.closes}"
            yield Deviation("WINDOW", "minor", wording, (done.event_id,))


def _consented_after_randomisation(patient: Patient, edition: Edition) -> _Found:
    consent = patient.consent(ConsentKind.TRIAL)
    assert patient.allocation is not None
    if consent is not None and consent.occurred_on.earliest > patient.allocation.occurred_on.latest:
        wording = f"Trial consent signed on {consent.occurred_on}, after randomisation"
        yield Deviation("IC11", "major", wording, (consent.event_id,))


def _treated_without_review(patient: Patient, edition: Edition) -> _Found:
    started = patient.first(RadiotherapyStarted)
    drawn = patient.first(PatientRandomised)
    if started is None or drawn is None or drawn.event.sequence_number > edition.plan_reviews:
        return
    accepted = [review for review in patient.every(PlanReviewed) if review.event.verdict == "accept"]
    if not any(review.occurred_on.earliest <= started.occurred_on.latest for review in accepted):
        wording = f"Radiotherapy started on {started.occurred_on} before its plan was accepted on review"
        yield Deviation("REVIEW", "minor", wording, (started.event_id,))


def _treated_before_randomisation(patient: Patient, edition: Edition) -> _Found:
    started = patient.first(RadiotherapyStarted)
    assert patient.allocation is not None
    if started is not None and started.occurred_on.latest < patient.allocation.occurred_on.earliest:
        wording = f"Radiotherapy started on {started.occurred_on}, before randomisation"
        yield Deviation("ORDER", "major", wording, (started.event_id,))


def _outcome_before_randomisation(patient: Patient, edition: Edition) -> _Found:
    assert patient.allocation is not None
    for occurrence in occurrences(patient):
        if occurrence.dated.latest < patient.allocation.occurred_on.earliest:
            wording = f"{occurrence.detail} dated {occurrence.dated}, before randomisation"
            yield Deviation("ORDER", "major", wording, occurrence.entries)


_NEEDS_LIFE: tuple[type[Event], ...] = (VisitDone, DiseaseAssessed, ContactMade, FractionDelivered)


def _seen_after_death(patient: Patient, edition: Edition) -> _Found:
    if patient.death is None:
        return
    for entry in (entry for kind in _NEEDS_LIFE for entry in patient.every(kind)):
        if entry.occurred_on.earliest > patient.death.occurred_on.latest:
            what, death = entry.event.type.split(".", maxsplit=1)[0], patient.death.occurred_on
            wording = f"{what} dated {entry.occurred_on}, after the death on {death}"
            yield Deviation("ORDER", "minor", wording, (entry.event_id, patient.death.event_id))


def _class_contradicts_score(patient: Patient, edition: Edition) -> _Found:
    contradiction = class_contradiction(patient, edition)
    if contradiction is not None:
        yield Deviation("DR02", "minor", str(contradiction), (contradiction.result.event_id,))


Rule = Callable[[Patient, Edition], Iterator[Deviation]]

RULES: tuple[Rule, ...] = (
    _randomised_against_criteria,
    _started_late,
    _consented_after_randomisation,
    _treated_before_randomisation,
    _treated_without_review,
    _other_volume_than_allocated,
    _dose_off_plan,
    _dose_short,
    _cone_beam_missed,
    _visit_outside_window,
    _outcome_before_randomisation,
    _seen_after_death,
    _class_contradicts_score,
)
