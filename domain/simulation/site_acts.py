"""What the simulated site does: who enters what, what the visit book notes of it, and what is to be done later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain.decide import PatientCommand
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.simulation.courses import Course
from domain.simulation.lives import Life
from domain.simulation.visit_book import Note
from events.recorded import Actor

COORDINATOR = Actor(id="sim-coordinator", role="coordinator", kind="human")
INVESTIGATOR = Actor(id="sim-investigator", role="investigator", kind="human")
ONCOLOGIST = Actor(id="sim-oncologist", role="radiation-oncologist", kind="human")
SENIOR_ONCOLOGIST = Actor(id="sim-senior-oncologist", role="radiation-oncologist", kind="human")
DATA_MANAGER = Actor(id="sim-data-manager", role="data-manager", kind="human")
ADJUDICATOR = Actor(id="sim-adjudicator", role="adjudicator", kind="human")


@dataclass(frozen=True, slots=True)
class Situation:
    """A patient as the site has her on record, what is true of her, and the day.

    `randomised_life` is None until she is randomised; `life` is for what happens only after that.
    """

    patient: Patient
    course: Course
    randomised_life: Life | None
    edition: Edition
    today: date

    @property
    def life(self) -> Life:
        """Her life after randomisation."""
        assert self.randomised_life is not None
        return self.randomised_life


@dataclass(frozen=True, slots=True)
class Entered:
    """A command and who enters it."""

    by: Actor
    command: PatientCommand


@dataclass(frozen=True, slots=True)
class Act:
    """Something the site will do on a day of its own accord. `tidies`: it puts an entry right, so it is never left."""

    on: date
    do: Callable[[Situation], Doings]
    tidies: bool = False


@dataclass(frozen=True, slots=True)
class Doings:
    """What is done now, noted in the visit book, and planned. `again_on`: when to look at what had to wait."""

    entered: tuple[Entered, ...] = ()
    notes: tuple[Note, ...] = ()
    later: tuple[Act, ...] = ()
    again_on: date | None = None

    def __add__(self, other: Doings) -> Doings:
        days = [day for day in (self.again_on, other.again_on) if day]
        return Doings(
            (*self.entered, *other.entered),
            (*self.notes, *other.notes),
            (*self.later, *other.later),
            min(days, default=None),
        )


NOTHING = Doings()


def enters(by: Actor, *commands: PatientCommand) -> Doings:
    """Somebody enters commands."""
    return Doings(tuple(Entered(by, command) for command in commands))


def wait_until(day: date) -> Doings:
    """Nothing to be done before a day."""
    return Doings(again_on=day)
