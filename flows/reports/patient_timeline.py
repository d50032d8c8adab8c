"""The timeline of a patient's page: every entry, what it says, who made it when, and how to take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from domain.decisions.corrections import DONE_IN_THE_WORLD
from domain.patient import Patient
from events.corrections import EntryCorrected, EntryVoided
from events.event import Event
from events.follow_up import ReminderSent
from events.recorded import Recorded
from flows.reports.entry_words import entry_name, in_words, plain, titled
from flows.reports.markdown import table
from flows.reports.next_forms import correction_of, void_of

_MOST_ENTRIES, _MOST_SAID = 200, 600
"""So many rows, and bytes of what each says, fit into one artifact."""
_TIMELINE = ("Date", "Entry", "Entered wrongly?", "By, recorded (UTC)", "What")
"""The longest column comes last in every table: Prefect's first interface breaks no lines and cuts off what is wide."""
_UNSAID = {"occurred_on", "proof", "salt"}

ENCRYPTED = "identifying (encrypted)"
"""All that is shown of an entry that says who the patient is."""


class _Stood(NamedTuple):
    """What an entry says now, corrections taken in, and what kind of entry it is."""

    kind: type[Event]
    told: Mapping[str, Any]


def timeline(patient: Patient) -> str:
    """Every entry in the order recorded; of a very long life the newest."""
    marks = _marks(patient)
    stood: dict[UUID, _Stood] = {}
    stands = {entry.event_id: entry for entry in patient.entries}
    rows = [
        (
            entry.occurred_on,
            entry_name(entry.event) + marks.get(entry.event_id, ""),
            _amend(stands.get(entry.event_id), patient.patient_id),
            f"{entry.provenance.actor.id}, {entry.recorded_at:%Y-%m-%d %H:%M}",
            _said(entry, stood),
        )
        for entry in patient.history
    ]
    left_out = max(0, len(rows) - _MOST_ENTRIES)
    note = f"\n\n{left_out} earlier entries: `imni history {patient.patient_id}`" if left_out else ""
    return table(_TIMELINE, rows[left_out:]) + note


def _marks(patient: Patient) -> Mapping[UUID, str]:
    """What became of entries that no longer stand as they were entered."""
    corrected = {entry.event_id: " (corrected)" for entry in patient.entries if entry.corrected_by}
    voids = (entry.event for entry in patient.history if isinstance(entry.event, EntryVoided))
    return {**corrected, **{void.target: " (voided)" for void in voids}}


def _amend(entry: Recorded[Event] | None, patient_id: str) -> str:
    """Links to take back an entry that stands."""
    if entry is None or isinstance(entry.event, DONE_IN_THE_WORLD):
        return ""
    if entry.event.visibility == "identifying":
        return void_of(entry, patient_id)
    return f"{correction_of(entry, patient_id)} · {void_of(entry, patient_id)}"


def _said(entry: Recorded[Event], stood: dict[UUID, _Stood]) -> str:
    """What an entry says. `stood` is what each entry said until then; this one is added."""
    event = entry.event
    if event.visibility == "identifying":
        return ENCRYPTED
    if isinstance(event, EntryCorrected):
        before = stood.get(event.target, _Stood(Event, {}))
        stood[event.target] = _Stood(before.kind, event.replacement)
        return in_words(EntryCorrected, _changed(event, before), _MOST_SAID)
    unsaid = {*_UNSAID, "key"} if isinstance(event, ReminderSent) else _UNSAID
    told = event.model_dump(mode="json", exclude=unsaid, exclude_none=True)
    stood[entry.event_id] = _Stood(type(event), {"occurred_on": str(event.occurred_on), **told})
    return in_words(type(event), told, _MOST_SAID)


def _changed(correction: EntryCorrected, before: _Stood) -> dict[str, Any]:
    """Only what a correction changes, beside what stood there; the reason first."""
    changed = {
        "Date" if name == "occurred_on" else titled(before.kind, name): (
            f"{plain(value)} (was {plain(before.told.get(name, 'empty'))})"
        )
        for name, value in correction.replacement.items()
        if value != before.told.get(name)
    }
    return {"reason": correction.reason, **changed, "entry": str(correction.target)}
