"""From command to log: read the stream, decide, append at the expected version, and once more if it moved on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from domain.allocation.record import AllocationRecord
from domain.decide import PatientCommand, TrialCommand, decide, decide_trial
from domain.decisions.allocation import AllocationCommand, decide_allocation
from domain.decisions.command import Circumstances
from domain.patient import Patient, evolve, fold
from domain.protocol.edition import Edition
from domain.protocol.editions import edition_in_force
from domain.standing import Standing, known_at
from events.catalogue import encode, read
from events.clinical_date import ClinicalDate
from events.event import Event
from events.randomisation import AllocationDrawn
from events.recorded import Actor, NewEvent, Provenance, Recorded, Source, StoredEvent
from events.streams import StreamNames
from store.drawing import Drawing
from store.event_ids import new_event_id
from store.event_log import Append, EventLog, StreamMovedOn
from store.list_keeper import ListKeeper
from store.recent_patients import RecentPatients
from store.segments.segments import Segments

_TRIES = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """Who says something to the trial, when, and from where."""

    actor: Actor
    source: Source
    at: datetime
    on_behalf_of: str | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a command is to append, decided on a patient at a version; nothing when it is so already."""

    patient_id: str
    version: int
    appends: tuple[Append, ...] = ()


@dataclass(frozen=True)
class TrialLog:
    """The trial's log as the domain sees it: patients, the trial, and the one way to add to them.

    `keeper` reads the secret allocation lists of this installation; None where nobody may randomise.
    """

    log: EventLog
    names: StreamNames
    keeper: ListKeeper | None = None
    segments: Segments | None = None
    _editions: dict[int, Edition] = field(default_factory=dict[int, Edition], init=False, repr=False, compare=False)
    """The edition at a version of the trial's stream, which never changes: read once, asked for at every command."""
    _recent: RecentPatients = field(default_factory=RecentPatients, init=False, repr=False, compare=False)

    def history(self, stream: str, first: int = 0) -> tuple[Recorded[Event], ...]:
        """One stream, oldest event first, from a version on."""
        return tuple(read(stored) for stored in self.log.read_stream(stream, first=first))

    def entry(self, stored: StoredEvent) -> Recorded[Event]:
        """A stored event with its envelope opened; one that this process has opened lately is not decoded again."""
        return self._recent.entry(stored) or read(stored)

    def known(self, patient: Patient) -> Patient:
        """A patient who was read by other ways, as she is known here: from now on only what follows is read of her."""
        return self._recent.keep(patient)

    def patient(self, patient_id: str, *, knowledge: datetime | None = None, cutoff: date | None = None) -> Patient:
        """A patient as of any moment on either clock. Raises `ValueError` for what is no patient id."""
        stream = self.names.patient(patient_id)
        patient = self._recent.read_on(patient_id, lambda first: self.history(stream, first))
        if knowledge is None and cutoff is None:
            return patient
        return fold(patient_id, patient.history, knowledge=knowledge, cutoff=cutoff)

    def trial(self, *, knowledge: datetime | None = None) -> Standing:
        """The trial's own stream."""
        return Standing(known_at(self.history(self.names.trial), knowledge))

    def allocations(self) -> AllocationRecord:
        """The allocation stream: the lists committed and the draws."""
        return AllocationRecord(self.history(self.names.allocation))

    def edition(self) -> Edition:
        """The protocol edition in force, as the trial reads it."""
        version = self.log.version(self.names.trial)
        edition = self._editions.get(version)
        if edition is None:
            trial = self.trial()
            in_force = edition_in_force(trial)
            edition = next((last for last in self._editions.values() if last == in_force), in_force)
            self._editions.clear()
            self._editions[trial.version] = edition
        return edition

    def transact(self, patient_id: str, command: PatientCommand, entry: Entry) -> tuple[Recorded[Event], ...]:
        """Carry out one command about a patient. Raises `Rejection`; then nothing is written."""
        return self.transact_all(patient_id, [command], entry)

    def transact_all(
        self, patient_id: str, commands: Sequence[PatientCommand], entry: Entry
    ) -> tuple[Recorded[Event], ...]:
        """Carry out several commands about one patient, all or none."""

        def attempt() -> tuple[Recorded[Event], ...]:
            prepared = self.prepare(patient_id, commands, entry)
            if prepared.appends:
                self.log.append(*prepared.appends)
            return self.written(prepared)

        return _until_it_holds(attempt, lambda: self.forget(patient_id))

    def transact_trial(self, command: TrialCommand, entry: Entry) -> tuple[Recorded[Event], ...]:
        """Carry out a command about the trial. Raises `Rejection`; then nothing is written."""

        def attempt() -> tuple[Recorded[Event], ...]:
            trial = self.trial()
            edition = edition_in_force(trial)
            events = decide_trial(command, trial, Circumstances(entry.at, edition))
            return self._append(self.names.trial, trial.version, events, entry, edition)

        return _until_it_holds(attempt)

    def transact_allocation(self, command: AllocationCommand, entry: Entry) -> tuple[Recorded[Event], ...]:
        """Carry out a command about the allocation lists. Raises `Rejection`; then nothing is written."""

        def attempt() -> tuple[Recorded[Event], ...]:
            record, edition = self.allocations(), self.edition()
            events = decide_allocation(command, record, Circumstances(entry.at, edition))
            return self._append(self.names.allocation, record.version, events, entry, edition)

        return _until_it_holds(attempt)

    def foresee(self, patient_id: str, commands: Sequence[PatientCommand], entry: Entry) -> tuple[Event, ...]:
        """What commands would record. Nothing is written and no allocation is revealed. Raises `Rejection`."""
        return tuple(self._decided(self.patient(patient_id), commands, Circumstances(entry.at, self.edition()), entry))

    def prepare(self, patient_id: str, commands: Sequence[PatientCommand], entry: Entry) -> Prepared:
        """What commands about one patient would append as she stands now. Raises `Rejection`."""
        patient, edition = self.patient(patient_id), self.edition()
        circumstances = Circumstances(entry.at, edition)
        drawing = Drawing(self, self.keeper, edition, circumstances.today) if self.keeper else None
        circumstances = replace(circumstances, draw=drawing.draw if drawing else None)
        decided = self._decided(patient, commands, circumstances, entry)
        if not decided:
            return Prepared(patient_id, patient.version)
        drawn = self._drawn(drawing, patient_id, circumstances, entry) if drawing else None
        events = [enveloped(event, entry, edition) for event in decided]
        mine = Append(self.names.patient(patient_id), patient.version, events)
        return Prepared(patient_id, patient.version, (mine, drawn) if drawn else (mine,))

    def written(self, prepared: Prepared) -> tuple[Recorded[Event], ...]:
        """What was prepared, as it stands in the log once it is appended."""
        if not prepared.appends:
            return ()
        until = prepared.version + len(prepared.appends[0].events)
        return tuple(self.patient(prepared.patient_id).history[prepared.version : until])

    def forget(self, patient_id: str) -> None:
        """Read a patient from the beginning the next time: somebody else was faster."""
        self._recent.forget(patient_id)

    def _decided(
        self, patient: Patient, commands: Sequence[PatientCommand], circumstances: Circumstances, entry: Entry
    ) -> list[Event]:
        decided: list[Event] = []
        for command in commands:
            for event in decide(command, patient, circumstances):
                decided.append(event)
                patient = evolve(patient, _provisional(event, patient, entry))
        return decided

    def _drawn(self, drawing: Drawing, patient_id: str, circumstances: Circumstances, entry: Entry) -> Append | None:
        """The draw, to be appended in the same transaction as the randomisation."""
        if drawing.taken is None:
            return None
        version, number = drawing.taken
        on = ClinicalDate.parse(circumstances.today)
        event = AllocationDrawn(occurred_on=on, sequence_number=number, patient_id=patient_id)
        return Append(self.names.allocation, version, [enveloped(event, entry, circumstances.edition)])

    def _append(
        self, stream: str, expected: int, events: Sequence[Event], entry: Entry, edition: Edition
    ) -> tuple[Recorded[Event], ...]:
        """Append to a stream that is no patient's, and read back what now stands there."""
        if not events:
            return ()
        self.log.append(Append(stream, expected, [enveloped(event, entry, edition) for event in events]))
        return self.history(stream, expected)[: len(events)]


def enveloped(event: Event, entry: Entry, edition: Edition) -> NewEvent:
    """An event in its envelope, ready for the log."""
    provenance = Provenance(
        actor=entry.actor,
        source=entry.source,
        on_behalf_of=entry.on_behalf_of,
        reason=getattr(event, "reason", None) or entry.reason,
        protocol_edition=edition.id,
    )
    return NewEvent(
        event_id=new_event_id(),
        type=event.type,
        occurred_on=event.occurred_on,
        recorded_at=entry.at,
        provenance=provenance,
        data=encode(event),
        visibility=event.visibility,
        causation_id=entry.causation_id,
        correlation_id=entry.correlation_id,
    )


def _provisional(event: Event, patient: Patient, entry: Entry) -> Recorded[Event]:
    """An event decided but not yet stored, so that the next command of the same batch sees it."""
    position = 1 + (patient.history[-1].position if patient.history else 0)
    provenance = Provenance(actor=entry.actor, source=entry.source)
    return Recorded(event, position, "", patient.version, new_event_id(), entry.at, provenance)


def _until_it_holds(
    attempt: Callable[[], tuple[Recorded[Event], ...]], moved_on: Callable[[], None] = lambda: None
) -> tuple[Recorded[Event], ...]:
    """Decide again on what the stream says now, whenever somebody else was faster."""
    for _ in range(_TRIES - 1):
        try:
            return attempt()
        except StreamMovedOn:
            moved_on()
    return attempt()
