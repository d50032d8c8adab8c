"""Departures on the way into the trial: criteria, consent, and the order of randomisation."""

from __future__ import annotations

from datetime import date

from domain.allocation.minimisation import level_of
from domain.deviation_rules.deviation import Deviation, Found
from domain.eligibility import actual_start, failed, weigh_all
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.risk_class import class_contradiction
from domain.start_of_radiotherapy import beginning
from events.consent import ConsentKind, ConsentSigned
from events.genomics import GenomicTestOrdered
from events.randomisation import PatientRandomised


def randomised_against_criteria(patient: Patient, edition: Edition) -> Found:
    """A criterion that fails on the day of randomisation."""
    assert patient.allocation is not None
    for verdict in failed(weigh_all(patient, edition, patient.allocation.occurred_on.latest)):
        if verdict.criterion.id != "EC12":
            wording = f"Randomised although: {verdict}"
            yield Deviation(verdict.criterion.id, "major", wording, verdict.finding.entries)


def started_late(patient: Patient, edition: Edition) -> Found:
    """Exclusion 12 weighed on the actual start; nobody is un-enrolled by it."""
    finding = actual_start(patient, edition)
    if finding is not None and finding.passes is False:
        yield Deviation("EC12", "minor", f"Radiotherapy started late: {finding.value}", finding.entries)


def consented_after_randomisation(patient: Patient, edition: Edition) -> Found:
    """Trial consent surely signed after randomisation."""
    consent = patient.consent(ConsentKind.TRIAL)
    assert patient.allocation is not None
    if consent is not None and consent.occurred_on.earliest > patient.allocation.occurred_on.latest:
        wording = f"Trial consent signed on {consent.occurred_on}, after randomisation"
        yield Deviation("IC11", "major", wording, (consent.event_id,))


def consented_on_another_form(patient: Patient, edition: Edition) -> Found:
    """Trial consent on the form of an edition that was surely not in force that day; forms carry its number."""
    chain = _with_superseded(edition)
    for consent in patient.every(ConsentSigned):
        signed = next((each for each in chain if each.id == consent.event.form_version), None)
        possible = {_in_force(chain, day).id for day in (consent.occurred_on.earliest, consent.occurred_on.latest)}
        if consent.event.kind is ConsentKind.TRIAL and signed is not None and signed.id not in possible:
            wording = f"Trial consent of {consent.occurred_on} on the form of edition {signed.id}, in force was "
            yield Deviation("IC11", "minor", wording + " or ".join(sorted(possible)), (consent.event_id,))


def _with_superseded(edition: Edition) -> tuple[Edition, ...]:
    """Newest first."""
    return (edition, *(_with_superseded(edition.supersedes) if edition.supersedes else ()))


def _in_force(chain: tuple[Edition, ...], on: date) -> Edition:
    """The edition in force on a day; before any was activated, the first."""
    return next((each for each in chain if each.activated_on is not None and each.activated_on <= on), chain[-1])


def treated_before_randomisation(patient: Patient, edition: Edition) -> Found:
    """Radiotherapy surely begun before randomisation."""
    started = beginning(patient)
    assert patient.allocation is not None
    if started is not None and started.occurred_on.latest < patient.allocation.occurred_on.earliest:
        wording = f"Radiotherapy started on {started.occurred_on}, before randomisation"
        yield Deviation("ORDER", "major", wording, (started.event_id,))


def class_contradicts_score(patient: Patient, edition: Edition) -> Found:
    """A reported risk class that is not the one of its score."""
    contradiction = class_contradiction(patient, edition)
    if contradiction is not None:
        yield Deviation("DR02", "minor", str(contradiction), (contradiction.result.event_id,))


def tested_without_consent(patient: Patient, edition: Edition) -> Found:
    """A RecurIndex order that surely went out before any consent was signed (question PQ-26)."""
    order = patient.first(GenomicTestOrdered)
    consents = [consent.occurred_on.earliest for consent in patient.every(ConsentSigned)]
    if order is not None and consents and order.occurred_on.latest < min(consents):
        wording = f"RecurIndex test ordered on {order.occurred_on}, before consent was signed"
        yield Deviation("PQ-26", "minor", wording, (order.event_id,))


def balanced_by_another_level(patient: Patient, edition: Edition) -> Found:
    """A level the arm was weighed by that was put right since: the one used stands (A15)."""
    entry = patient.first(PatientRandomised)
    if entry is None or entry.event.balancing is None:
        return
    for used in entry.event.balancing.levels:
        now = level_of(patient, used.factor, edition, entry.occurred_on.latest)
        if now != used.level:
            wording = f"Allocated with {used.factor} {used.level}; it is {now or 'not known'} now"
            yield Deviation("BALANCE", "minor", wording, (entry.event_id,))
