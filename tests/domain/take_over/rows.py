"""Rows of a take-over file on their way to a patient, as the import takes them, without a file or a log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce

from domain.decide import decide
from domain.decisions.command import Circumstances
from domain.patient import Patient, evolve
from domain.protocol.v2_0 import EDITION
from domain.take_over.columns import Problem
from domain.take_over.facts import facts_of
from domain.take_over.on_record import news
from domain.take_over.row import read_row
from events.event import Event
from events.recorded import Actor, Provenance, Recorded, Source
from tests.given import NOW, PATIENT, entry, patient_with

TODAY = date(2026, 12, 1)
Cells = dict[str, str]

_BY_IMPORT = Provenance(
    actor=Actor(id="li.wei", role="data-manager", kind="human"), source=Source(kind="import", reference="old.csv:2")
)


def row(**cells: str) -> Cells:
    """A row of the test's patient, randomised to OMIT."""
    return {"patient_id": PATIENT, "randomised_on": "2021-01-10", "arm": "OMIT", **cells}


def problems_of(cells: Cells) -> dict[str, str]:
    """What is wrong with a row, by column."""
    return {problem.column: problem.problem for problem in read_row(cells, TODAY)[1]}


def recorded_from(cells: Cells, patient: Patient | None = None) -> list[Event]:
    """The events a row adds to a patient. Every one of them is also taken when told again, and then adds nothing."""
    patient = patient or patient_with()
    after, events = _imported(patient, cells)
    assert _imported(after, cells)[1] == []
    return events


def imported(*rows: Cells) -> Patient:
    """The patient once these rows were imported, one after the other."""
    return reduce(lambda patient, cells: _imported(patient, cells)[0], rows, patient_with())


def refused(cells: Cells, patient: Patient) -> tuple[Problem, ...]:
    """What the record says against a row that is sound in itself."""
    values, problems = read_row(cells, TODAY)
    assert not problems
    return news(facts_of(values), patient, TODAY)[1]


def later(patient: Patient, *events: Event, by: Provenance | None = None) -> Patient:
    """The patient once these were recorded too, by a form unless said otherwise."""
    return reduce(lambda known, event: evolve(known, _recorded(event, known, by)), events, patient)


def _imported(patient: Patient, cells: Cells) -> tuple[Patient, list[Event]]:
    values, problems = read_row(cells, TODAY)
    assert not problems, [str(problem) for problem in problems]
    told, problems = news(facts_of(values), patient, TODAY)
    assert not problems, [str(problem) for problem in problems]
    events: list[Event] = []
    for _, command in told:
        decided = decide(command, patient, Circumstances(NOW, EDITION))
        events += decided
        patient = later(patient, *decided, by=_BY_IMPORT)
    return patient, events


def _recorded(event: Event, patient: Patient, by: Provenance | None) -> Recorded[Event]:
    form = Provenance(actor=_BY_IMPORT.actor, source=Source(kind="form"))
    position = patient.version + 1
    return Recorded(event, position, f"patient/{PATIENT}", position - 1, entry(position), NOW, by or form)


def kinds(events: Sequence[Event]) -> list[str]:
    """The wire names, without their version."""
    return [event.type.removesuffix(".v1") for event in events]
