"""Which flow answers which work, and which ones see to pages, analyses, seals and the trial's own reminders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from domain.work_item import Work
from events.event import Event
from events.recorded import Recorded
from flows.work_off import Outcome

Reaction = Callable[[list[str]], Awaitable[Sequence[Outcome]]]


@dataclass(frozen=True, slots=True)
class Reactions:
    """What the reactor wakes. What is not given is left out, as in the demonstration, whose days take seconds."""

    answers: Mapping[Work, Reaction]
    refresh: Callable[[list[str]], Awaitable[None]]
    analyse: Callable[[list[str]], Awaitable[None]]
    announce: Callable[[Sequence[Recorded[Event]]], None] = lambda news: None
    seal: Callable[[], Awaitable[object]] | None = None
    remind: Callable[[], Awaitable[object]] | None = None
