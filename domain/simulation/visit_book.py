"""The simulated site's own visit book: what it saw, as it really was, whatever was typed into the log.

The demonstration compares the analysis of the log with the analysis of this book, so nothing here looks at the log or
at how the engine derives endpoints: the protocol's rules are written down a second time. Protocol: Outcomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from events.clinical_date import ClinicalDate
from events.outcomes import DeathCause, RecurrenceSite
from events.randomisation import Arm

EndpointCode = Literal["EFS", "LRRFS", "OS"]


@dataclass(frozen=True, slots=True)
class Seen:
    """She was alive on this day; `assessed`: and her disease was assessed."""

    on: date
    assessed: bool = False


@dataclass(frozen=True, slots=True)
class Relapsed:
    """The cancer is back, since `on`. `case` is the site's own name for it; a later note of the case replaces it."""

    case: str
    on: date
    sites: tuple[RecurrenceSite, ...]


@dataclass(frozen=True, slots=True)
class OtherBreast:
    """Invasive cancer of the other breast."""

    on: date


@dataclass(frozen=True, slots=True)
class NoRelapse:
    """What was taken for a relapse was none."""

    case: str


@dataclass(frozen=True, slots=True)
class Died:
    """She died, on a date as precise as anyone knows; a later note replaces it."""

    on: ClinicalDate
    cause: DeathCause


Note = Seen | Relapsed | OtherBreast | NoRelapse | Died


@dataclass(frozen=True, slots=True)
class TrueTime:
    """The true time to an endpoint: days from randomisation, and whether it was reached."""

    patient: str
    days: int
    observed: bool
    arm: Arm


@dataclass(frozen=True, slots=True)
class VisitBook:
    """Everything the site noted about one randomised patient."""

    patient_id: str
    randomised_on: date
    arm: Arm
    notes: tuple[Note, ...]

    def time_to(self, endpoint: EndpointCode) -> TrueTime:
        """Days to the endpoint, or to the day she was last known free of it."""
        events, rivals = self._ends(endpoint)
        ends = [(day, 0) for day in events] + [(day, 1) for day in rivals]
        if ends:
            day, rank = min(ends)
            return self._time(day, rank == 0)
        return self._time(self._last_seen(assessed=endpoint != "OS"), False)

    def _ends(self, endpoint: EndpointCode) -> tuple[list[date], list[date]]:
        """The days that reach the endpoint, and those after which it can no longer be reached or counted."""
        local, distant, other_breast = self._recurrences(), self._distant(), self._other_breast()
        death = self._death()
        cancer, other = ([death[0]], []) if death and death[1] is DeathCause.BREAST_CANCER else ([], [])
        if death and not cancer:
            other = [death[0]]
        if endpoint == "OS":
            return cancer + other, []
        if endpoint == "LRRFS":
            return local, distant + other_breast + cancer + other
        return local + distant + other_breast + cancer, other

    def _relapses(self) -> Iterator[Relapsed]:
        cases: dict[str, Relapsed] = {}
        for note in self.notes:
            if isinstance(note, Relapsed):
                cases[note.case] = note
            elif isinstance(note, NoRelapse):
                cases.pop(note.case, None)
        yield from cases.values()

    def _recurrences(self) -> list[date]:
        return [r.on for r in self._relapses() if any(site is not RecurrenceSite.DISTANT for site in r.sites)]

    def _distant(self) -> list[date]:
        return [r.on for r in self._relapses() if RecurrenceSite.DISTANT in r.sites]

    def _other_breast(self) -> list[date]:
        return [note.on for note in self.notes if isinstance(note, OtherBreast)]

    def _death(self) -> tuple[date, DeathCause] | None:
        """The day of death; known only to the month it is the 15th, but never before she was last seen."""
        died = self._died()
        if died is None:
            return None
        day = date(died.on.year, died.on.month or 7, died.on.day or (15 if died.on.month else 1))
        return max(day, self._last_seen(assessed=False)), died.cause

    def _died(self) -> Died | None:
        return next((note for note in reversed(self.notes) if isinstance(note, Died)), None)

    def _last_seen(self, *, assessed: bool) -> date:
        died = self._died()
        days = [note.on for note in self.notes if isinstance(note, Seen) and (note.assessed or not assessed)]
        counted = [day for day in days if died is None or day <= died.on.latest]
        return max((self.randomised_on, *counted))

    def _time(self, day: date, observed: bool) -> TrueTime:
        return TrueTime(self.patient_id, (day - self.randomised_on).days, observed, self.arm)
