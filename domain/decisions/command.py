"""Commands: what people and the engine say to the trial. Asking may be refused; reporting a fact is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from domain.allocation.allocation_list import Draw
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.clinical_date import Day
from events.event import Event, Facts


class Command(Facts):
    """One thing said to the trial; `wire` is its name in forms, imports and on the command line.

    `at_vault` marks what concerns a patient's identity: it is said by commands of its own on the command line of the
    home, and nowhere else, because what is said in a form or as an argument is kept in clear by others. `day_is` says
    which day its date is, `usual_role` who says it as a rule, and `must_be_said` which fields a person may not leave to
    their defaults, though a program may.
    """

    wire: ClassVar[str]
    title: ClassVar[str]
    by_engine: ClassVar[bool] = False
    at_vault: ClassVar[bool] = False
    day_is: ClassVar[str] = "The day on which it happened."
    usual_role: ClassVar[str] = "coordinator"
    must_be_said: ClassVar[frozenset[str]] = frozenset()

    occurred_on: Day = Field(title="Date")

    @classmethod
    def has_form(cls) -> bool:
        """Whether a person may say it in a form."""
        return not (cls.by_engine or cls.at_vault)


class Report(Command):
    """A fact that has happened. It is kept even when it contradicts the protocol; then it shows as a deviation.

    `identity` names the fields that make two reports the same fact: told twice it changes nothing, told otherwise it
    must be a correction. None means that the fact can happen any number of times. `newest_counts`: a report takes the
    place of the one before, so only the newest is told again. `about` says which entry is meant, and by which field.
    """

    records: ClassVar[type[Event]]
    identity: ClassVar[tuple[str, ...] | None] = None
    newest_counts: ClassVar[bool] = False
    about: ClassVar[tuple[type[Event], str] | None] = None
    opens_stream: ClassVar[bool] = False

    @property
    def account_of(self) -> tuple[str, ...] | None:
        """The identity of this very report."""
        return self.identity


class Ask(Command):
    """A request to decide something. The trial's rules may refuse it."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision may know beyond the stream: the instant, the protocol in force, and the next allocation.

    `draw` reveals the next place of the allocation list to a patient, as she stands now; it is asked only once
    everything else permits it.
    """

    now: datetime
    edition: Edition
    draw: Callable[[Patient], Draw] | None = None

    @property
    def today(self) -> date:
        """The calendar day at the site."""
        return self.now.astimezone(self.edition.site_zone).date()
