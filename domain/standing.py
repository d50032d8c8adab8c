"""What stands in a stream once corrections and voids are resolved, as of any moment on either clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from events.catalogue import decode
from events.corrections import EntryCorrected, EntryVoided
from events.event import Event
from events.recorded import History, Recorded

E = TypeVar("E", bound=Event)
_PUTS_RIGHT = (EntryCorrected, EntryVoided)


@dataclass(frozen=True)
class Standing:
    """The state of a stream: what was recorded, and what of it stands.

    `history` is everything recorded, oldest first; the queries answer from what stands.
    """

    history: History = ()
    cutoff: date | None = None

    @cached_property
    def entries(self) -> tuple[Recorded[Event], ...]:
        """What stands, in the order it was first recorded."""
        return tuple(entry for entry in _resolve(self.history) if _happened_by(entry, self.cutoff))

    @cached_property
    def _by_type(self) -> Mapping[type[Event], tuple[Recorded[Any], ...]]:
        found: dict[type[Event], list[Recorded[Event]]] = {}
        for entry in self.entries:
            found.setdefault(type(entry.event), []).append(entry)
        return {kind: tuple(entries) for kind, entries in found.items()}

    def every(self, kind: type[E]) -> tuple[Recorded[E], ...]:
        """All standing entries of one type, in the order recorded."""
        return self._by_type.get(kind, ())

    def last(self, kind: type[E]) -> Recorded[E] | None:
        """The standing entry of one type that was recorded last."""
        entries = self.every(kind)
        return entries[-1] if entries else None

    def first(self, kind: type[E]) -> Recorded[E] | None:
        """The standing entry of one type that was recorded first."""
        entries = self.every(kind)
        return entries[0] if entries else None

    def has(self, kind: type[Event]) -> bool:
        """Whether any entry of one type stands."""
        return bool(self.every(kind))

    @property
    def version(self) -> int:
        """How many events the stream holds: the expected version of the next append."""
        return len(self.history)


def known_at(history: History, instant: datetime | None) -> History:
    """The part of a history that had been recorded by an instant."""
    return history if instant is None else tuple(entry for entry in history if entry.recorded_at <= instant)


def _happened_by(entry: Recorded[Event], cutoff: date | None) -> bool:
    return cutoff is None or entry.occurred_on.earliest <= cutoff


def _resolve(history: History) -> Iterable[Recorded[Event]]:
    return _put_right(history) if any(isinstance(entry.event, _PUTS_RIGHT) for entry in history) else history


def _put_right(history: History) -> Iterator[Recorded[Event]]:
    voided = {entry.event.target for entry in history if isinstance(entry.event, EntryVoided)}
    corrections = _standing_corrections(history, voided)
    for entry in history:
        if entry.event_id in voided or isinstance(entry.event, _PUTS_RIGHT):
            continue
        correction = corrections.get(entry.event_id)
        yield entry if correction is None else _corrected(entry, correction)


def _standing_corrections(history: History, voided: set[UUID]) -> Mapping[UUID, Recorded[Event]]:
    return {
        entry.event.target: entry
        for entry in history
        if isinstance(entry.event, EntryCorrected) and entry.event_id not in voided
    }


def _corrected(entry: Recorded[Event], correction: Recorded[Event]) -> Recorded[Event]:
    assert isinstance(correction.event, EntryCorrected)
    event = decode(correction.event.replacement_type, json.dumps(correction.event.replacement))
    return replace(entry, event=event, corrected_by=correction.event_id)
