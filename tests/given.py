"""given(events).when(command).then(events): the language the trial's rules are tested in.

Everything is deterministic: positions count from 1, `entry(n)` is the id of the n-th event, and an event is recorded at
noon (UTC) of the last day its date can mean, never before the one recorded ahead of it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import TypeVar
from uuid import UUID

import pytest

from domain.allocation.allocation_list import AllocationList, Draw
from domain.allocation.design import ListDesign
from domain.decide import PatientCommand, TrialCommand, decide, decide_trial
from domain.decisions.command import Circumstances
from domain.patient import Patient, fold
from domain.protocol.edition import Edition
from domain.protocol.editions import read_as
from domain.protocol.v2_0 import EDITION
from domain.rejections import Rejection
from domain.standing import Standing
from events.event import Event
from events.genomics import GenomicTestCancelled
from events.radiotherapy import PlanReviewed
from events.recorded import Actor, Provenance, Recorded, Source

R = TypeVar("R", bound=Rejection)

PATIENT = "RJ-0001"
NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
LIST = AllocationList(ListDesign(capacity=6), bytes(32))

_BY = Provenance(actor=Actor(id="li.wei", role="coordinator", kind="human"), source=Source(kind="form"))
_BY_REVIEWER = _BY.model_copy(update={"actor": Actor(id="chen.min", role="radiation-oncologist", kind="human")})
_BY_LABORATORY = Provenance(actor=Actor(id="engine", role="engine", kind="system"), source=Source(kind="laboratory"))


def entry(position: int) -> UUID:
    """The id of the event at a position, counted from 1."""
    return UUID(f"01700000-0000-7000-8000-{position:012d}")


def recording(
    *events: Event,
    stream: str = f"patient/{PATIENT}",
    recorded: datetime | Sequence[datetime] | None = None,
) -> tuple[Recorded[Event], ...]:
    """Events in their envelopes. `recorded` is one instant for all, one for each, or None for the day they happened."""
    instants = _instants(events, recorded)
    return tuple(
        Recorded(
            event=event,
            position=position,
            stream=stream,
            version=position - 1,
            event_id=entry(position),
            recorded_at=instant,
            provenance=_said_by(event),
        )
        for position, (event, instant) in enumerate(zip(events, instants, strict=True), start=1)
    )


def _said_by(event: Event) -> Provenance:
    """Reviewers review, and laboratories cancel unless somebody telephoned; a coordinator says the rest."""
    if isinstance(event, GenomicTestCancelled):
        return _BY if "telephone" in event.reason else _BY_LABORATORY
    return _BY_REVIEWER if isinstance(event, PlanReviewed) else _BY


def _instants(events: Sequence[Event], recorded: datetime | Sequence[datetime] | None) -> Sequence[datetime]:
    if isinstance(recorded, datetime):
        return [recorded] * len(events)
    if recorded is not None:
        return recorded
    instants: list[datetime] = []
    for event in events:
        noon = datetime.combine(event.occurred_on.latest, time(12), UTC)
        instants.append(max(noon, *instants[-1:], noon))
    return instants


def patient_with(
    *events: Event,
    patient_id: str = PATIENT,
    recorded: datetime | Sequence[datetime] | None = None,
    cutoff: date | None = None,
    knowledge: datetime | None = None,
) -> Patient:
    """The patient of whom these events are on record, as of a cutoff and as known at an instant."""
    history = recording(*events, stream=f"patient/{patient_id}", recorded=recorded)
    return fold(patient_id, history, cutoff=cutoff, knowledge=knowledge)


def trial_with(*events: Event) -> Standing:
    """The trial's own stream."""
    return Standing(recording(*events, stream="trial"))


def edition_with(readings: dict[str, str] | None = None) -> Edition:
    """Edition 2.0 under other readings of its ambiguities."""
    return read_as(EDITION, readings or {})


@dataclass(frozen=True)
class When:
    """A command put to a stream: `decide` takes everything on record and gives what happens."""

    events: tuple[Event, ...]
    decide: Callable[[tuple[Event, ...]], list[Event]]

    def then(self, *expected: Event) -> None:
        """Exactly these events happen, in this order; told again, nothing more happens."""
        happened = self.decide(self.events)
        assert happened == list(expected)
        assert self.decide((*self.events, *happened)) == []

    def then_rejected(self, kind: type[R], *, field: str | None = None, mentions: str | Sequence[str] = ()) -> R:
        """Refused by exactly this kind of rejection, about this field, its message naming all of `mentions`."""
        with pytest.raises(kind) as refused:
            self.decide(self.events)
        refusal = refused.value
        assert type(refusal) is kind
        assert field in {None, refusal.field}, refusal
        for words in [mentions] if isinstance(mentions, str) else mentions:
            assert words in str(refusal)
        assert refusal.way_out
        assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)
        return refusal


@dataclass(frozen=True)
class Given:
    """What is on record of a patient, and the circumstances of the decision."""

    events: tuple[Event, ...]
    patient_id: str = PATIENT
    now: datetime = NOW
    readings: dict[str, str] = field(default_factory=dict[str, str])
    draw: Callable[[Patient], Draw] | None = None

    def of(self, patient_id: str) -> Given:
        """The same, of another patient."""
        return replace(self, patient_id=patient_id)

    def at(self, now: datetime) -> Given:
        """The same, decided at another instant."""
        return replace(self, now=now)

    def reading(self, question: str, option: str) -> Given:
        """The same, under another reading of the protocol."""
        return replace(self, readings={**self.readings, question: option})

    def next_place(self, number: int, allocation_list: AllocationList = LIST) -> Given:
        """The same, with this place of an allocation list to be drawn next."""

        def draw(patient: Patient) -> Draw:
            return allocation_list.draw(number)

        return replace(self, draw=draw)

    def when(self, command: PatientCommand) -> When:
        """Put a command to the patient's stream."""
        circumstances = Circumstances(self.now, edition_with(self.readings), self.draw)
        return When(
            self.events,
            lambda events: decide(command, patient_with(*events, patient_id=self.patient_id), circumstances),
        )


@dataclass(frozen=True)
class GivenTrial:
    """What is on record of the trial itself."""

    events: tuple[Event, ...]
    now: datetime = NOW

    def when(self, command: TrialCommand) -> When:
        """Put a command to the trial's stream."""
        circumstances = Circumstances(self.now, EDITION)
        return When(self.events, lambda events: decide_trial(command, trial_with(*events), circumstances))


def given(*events: Event) -> Given:
    """What is on record of the patient."""
    return Given(events)


def given_trial(*events: Event) -> GivenTrial:
    """What is on record of the trial."""
    return GivenTrial(events)
