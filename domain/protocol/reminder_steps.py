"""The shape of reminders in an edition: when somebody is reminded of what, whom it asks next, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Literal

Asked = Literal["coordinator", "radiation-oncologist", "adjudicator", "investigator", "principal-investigator"]
"""Whom a reminder is addressed to."""

Topic = Literal[
    "laboratory",
    "randomisation",
    "plan-review",
    "cone-beam",
    "reconsent",
    "adjudication",
    "query",
    "set-aside",
    "serious-event",
    "audit",
    "digest",
]
"""What people are reminded of beside visits."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence in both languages of the trial. What stands in braces is filled in; it identifies nobody."""

    english: str
    chinese: str

    def filled(self, **told: object) -> Wording:
        """The sentence with what stands in braces filled in. Raises `KeyError` for what is not told."""
        return Wording(self.english.format(**told), self.chinese.format(**told))


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """When a reminder about a visit is due, relative to its window, whom it asks, and in what words."""

    id: str
    relative_to: Literal["opens", "closes"]
    days: int
    wording: Wording
    asked: Asked = "coordinator"


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step of a ladder: so many days after the day work began to be owed, this person is asked."""

    id: str
    days: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is asked for work of one topic, and who next when it is not done. The first step is the first request."""

    title: Wording
    wording: Wording
    steps: tuple[LadderStep, ...]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The time of day, at the site, in which nobody is written to unless it is urgent. It runs over midnight."""

    begin: time
    end: time

    def hold(self, at: time) -> bool:
        """Whether a time of day is quiet: from `begin` on, until just before `end`."""
        return at >= self.begin or at < self.end


@dataclass(frozen=True, slots=True)
class Reminders:
    """Everything an edition says about reminding people.

    `visits` and `weekly` are about visits after and during radiotherapy, `ladders` about other work, the words about
    clocks for serious adverse events; the digest counts the open work of each kind, in the words of `works`. `roles`
    is what those who are asked are called.
    """

    visits: tuple[ReminderStep, ...]
    weekly: tuple[ReminderStep, ...]
    ladders: Mapping[Topic, Ladder]
    visit_title: Wording
    clock_title: Wording
    clock_running: Wording
    clock_overdue: Wording
    digest_title: Wording
    digest_line: Wording
    works: Mapping[str, Wording]
    roles: Mapping[Asked, Wording]
    quiet_hours: QuietHours
