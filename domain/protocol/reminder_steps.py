"""The shape of reminders in an edition: when somebody is reminded of what, whom it asks next, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

Asked = Literal["coordinator", "radiation-oncologist", "adjudicator", "investigator", "principal-investigator"]
"""Whom a reminder is addressed to."""

Topic = Literal[
    "laboratory",
    "order",
    "randomisation",
    "plan-review",
    "cone-beam",
    "treatment-end",
    "reconsent",
    "adjudication",
    "query",
    "set-aside",
    "drift",
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

    def on(self, since: date) -> date:
        """The day on which this person is asked."""
        return since + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is asked for work of one topic, and who next when it is not done. The first step is the first request."""

    title: Wording
    wording: Wording
    steps: tuple[LadderStep, ...]

    def asked(self, since: date, today: date) -> Asked:
        """Whose turn it is on a day: who is asked first, until the day the next is asked."""
        come = [step for step in self.steps if step.on(since) <= today]
        return max(come, key=lambda step: step.days, default=self.steps[0]).asked

    def due_on(self, since: date) -> date:
        """The last good day of who is asked first: the day before the next one is asked."""
        return self.steps[1].on(since) - timedelta(days=1)


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
    clocks for serious adverse events, which ask one person while they run and another when they have run out; the
    digest counts the open work of each kind, in the words of `works`. `roles` is what those who are asked are called.
    """

    visits: tuple[ReminderStep, ...]
    weekly: tuple[ReminderStep, ...]
    ladders: Mapping[Topic, Ladder]
    visit_title: Wording
    clock_title: Wording
    clock_running: Wording
    clock_overdue: Wording
    clock_running_asks: Asked
    clock_overdue_asks: Asked
    digest_title: Wording
    digest_line: Wording
    works: Mapping[str, Wording]
    roles: Mapping[Asked, Wording]
    quiet_hours: QuietHours
