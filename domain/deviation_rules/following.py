"""Departures after treatment: visits outside their window, and what cannot have happened when it is said to."""

from __future__ import annotations

from domain.deviation_rules.deviation import Deviation, Found
from domain.occurrences import occurrences
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.serious_events import running_clocks
from domain.visit_windows import scheduled_visits
from events.event import Event
from events.follow_up import ContactMade, DiseaseAssessed, VisitDone
from events.radiotherapy import FractionDelivered


def serious_event_late(patient: Patient, edition: Edition) -> Found:
    """A serious adverse event surely reported or assessed after the day its clock ran out."""
    for running in running_clocks(patient, edition):
        if running.met is not None and running.met.occurred_on.earliest > running.due_on(edition):
            wording = f"{running.clock.wording}: {running.sae_id} on {running.met.occurred_on}"
            entries = (running.declared.event_id, running.met.event_id)
            yield Deviation("SAE", "minor", f"{wording}, due {running.due_on(edition)}", entries)


def visit_outside_window(patient: Patient, edition: Edition) -> Found:
    """A visit surely outside its window."""
    windows = {visit.visit: visit for visit in scheduled_visits(patient)}
    for done in patient.every(VisitDone):
        window = windows.get(done.event.visit)
        if window and (done.occurred_on.latest < window.opens or done.occurred_on.earliest > window.closes):
            wording = f"Visit {done.event.visit} on {done.occurred_on}, window {window.opens} to {window.closes}"
            yield Deviation("WINDOW", "minor", wording, (done.event_id,))


def outcome_before_randomisation(patient: Patient, edition: Edition) -> Found:
    """An outcome surely dated before randomisation."""
    assert patient.allocation is not None
    for occurrence in occurrences(patient, edition):
        if occurrence.dated.latest < patient.allocation.occurred_on.earliest:
            wording = f"{occurrence.detail} dated {occurrence.dated}, before randomisation"
            yield Deviation("ORDER", "major", wording, occurrence.entries)


_NEEDS_LIFE: tuple[type[Event], ...] = (VisitDone, DiseaseAssessed, ContactMade, FractionDelivered)


def seen_after_death(patient: Patient, edition: Edition) -> Found:
    """A patient seen, called or treated surely after her death."""
    if patient.death is None:
        return
    for entry in (entry for kind in _NEEDS_LIFE for entry in patient.every(kind)):
        if entry.occurred_on.earliest > patient.death.occurred_on.latest:
            what, death = entry.event.type.split(".", maxsplit=1)[0], patient.death.occurred_on
            wording = f"{what} dated {entry.occurred_on}, after the death on {death}"
            yield Deviation("ORDER", "minor", wording, (entry.event_id, patient.death.event_id))
