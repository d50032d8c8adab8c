"""Corrections and voids: the one way to take something back, always with a reason, never by deletion."""

import json
from typing import ClassVar
from uuid import UUID

from domain.decisions.command import Ask
from domain.patient import Patient
from domain.rejections import Implausible, NoSuchEntry, NotPermitted
from events.catalogue import UnreadableEvent, decode
from events.corrections import Correction, EntryCorrected, EntryVoided, Void
from events.event import Event
from events.follow_up import ReminderSent
from events.genomics import GenomicTestOrdered
from events.randomisation import PatientRandomised
from events.recorded import Recorded


class CorrectEntry(Correction, Ask):
    """Replace an entry by what it should have said. The old one stays readable; both keep their dates and authors."""

    wire: ClassVar[str] = "correct-entry"
    title: ClassVar[str] = "Correction"


class VoidEntry(Void, Ask):
    """Declare that an entry should never have been made. It stays readable and no longer counts."""

    wire: ClassVar[str] = "void-entry"
    title: ClassVar[str] = "Void"


def correct(command: CorrectEntry, patient: Patient) -> list[Event]:
    """The correction; none when the entry already says so. Raises `NoSuchEntry`, `NotPermitted`, `Implausible`."""
    target = _alterable(command.target, patient)
    wire_name = target.event.type
    try:
        replacement = decode(wire_name, json.dumps(command.replacement))
    except UnreadableEvent as problem:
        raise Implausible(
            "replacement", wire_name, problem.problem, "Give every field of the entry as its type wants it"
        ) from None
    if any(entry.event_id == command.target and entry.event == replacement for entry in patient.entries):
        return []
    return [
        EntryCorrected(
            occurred_on=command.occurred_on,
            target=command.target,
            replacement_type=wire_name,
            replacement=command.replacement,
            reason=command.reason,
        )
    ]


def void(command: VoidEntry, patient: Patient) -> list[Event]:
    """The void; none when the entry is void already. Raises `NoSuchEntry`, `NotPermitted`."""
    entry = _entry(command.target, patient)
    if any(isinstance(e.event, EntryVoided) and e.event.target == command.target for e in patient.history):
        return []
    if not isinstance(entry.event, EntryCorrected):
        _alterable(command.target, patient)
    return [EntryVoided(occurred_on=command.occurred_on, target=command.target, reason=command.reason)]


_DONE_IN_THE_WORLD = (PatientRandomised, GenomicTestOrdered, ReminderSent, EntryVoided, EntryCorrected)


def _alterable(target: UUID, patient: Patient) -> Recorded[Event]:
    entry = _entry(target, patient)
    if isinstance(entry.event, _DONE_IN_THE_WORLD):
        raise NotPermitted(
            "target",
            entry.event.type,
            "what the engine did in the world cannot be undone by an entry; an allocation stands (intention to treat)",
            "Record what happened next instead",
        )
    return entry


def _entry(target: UUID, patient: Patient) -> Recorded[Event]:
    for entry in patient.history:
        if entry.event_id == target:
            return entry
    raise NoSuchEntry(
        "target",
        str(target),
        f"patient {patient.patient_id} has no entry with that id",
        "Take the id from the patient's history: `imni history`",
    )
