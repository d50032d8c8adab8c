"""Every stored decision taken again: bit for bit under the rules of its day, perhaps otherwise under others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.allocation.allocation_list import Draw, revealed
from domain.decide import PatientCommand, decide
from domain.decisions.command import Circumstances
from domain.decisions.follow_up import ScheduleFollowUp
from domain.decisions.randomisation import RandomisePatient
from domain.decisions.screening import ConfirmEligibility
from domain.patient import Patient, fold
from domain.protocol.edition import Edition
from domain.protocol.editions import edition_in_force
from domain.rejections import Rejection
from domain.standing import Standing
from events.catalogue import encode
from events.event import Event
from events.follow_up import FollowUpScheduled
from events.randomisation import PatientRandomised
from events.recorded import Recorded
from events.screening import EligibilityConfirmed, ScreeningFailed

EditionAt = Callable[[int], Edition]
"""The edition in force just before a position of the log."""


def as_was(trial: Standing) -> EditionAt:
    """The edition in force just before each position, by the trial's own stream."""
    known: dict[int, Edition] = {}

    def edition_at(position: int) -> Edition:
        told = sum(entry.position < position for entry in trial.history)
        if told not in known:
            known[told] = edition_in_force(Standing(trial.history[:told]))
        return known[told]

    return edition_at


@dataclass(frozen=True, slots=True)
class Replayed:
    """A stored decision and what it would be now; `stored` and `again` are payloads, or why it was refused.

    `again_as` is the wire name of what would be decided; empty when nothing would.
    """

    patient_id: str
    entry: Recorded[Event]
    stored: bytes
    again: bytes
    again_as: str

    @property
    def agrees(self) -> bool:
        """Whether the decision came out bit for bit."""
        return (self.entry.event.type, self.stored) == (self.again_as, self.again)


def replay(patient: Patient, edition_at: EditionAt) -> Iterator[Replayed]:
    """Every decision about a patient, taken again on what was on record just before it."""
    for entry in patient.history:
        command = _asked(entry.event)
        if command is not None:
            before = fold(patient.patient_id, patient.history[: entry.version])
            circumstances = Circumstances(entry.recorded_at, edition_at(entry.position), _draw(entry.event))
            again, again_as = _again(command, before, circumstances)
            yield Replayed(patient.patient_id, entry, encode(entry.event), again, again_as)


def _asked(event: Event) -> PatientCommand | None:
    """The command that asked for a decision; None for a fact that was simply reported."""
    match event:
        case EligibilityConfirmed() | ScreeningFailed():
            return ConfirmEligibility(occurred_on=event.occurred_on)
        case PatientRandomised():
            return RandomisePatient(occurred_on=event.occurred_on)
        case FollowUpScheduled():
            return ScheduleFollowUp(occurred_on=event.occurred_on)
        case _:
            return None


def _draw(event: Event) -> Callable[[Patient], Draw] | None:
    """The place that was revealed: that it stood on the committed list is proved apart from here."""
    if not isinstance(event, PatientRandomised):
        return None
    return lambda patient: revealed(event)


def _again(command: PatientCommand, before: Patient, circumstances: Circumstances) -> tuple[bytes, str]:
    try:
        events = decide(command, before, circumstances)
    except Rejection as refusal:
        return str(refusal).encode(), ""
    return b"".join(encode(event) for event in events), " ".join(event.type for event in events)
