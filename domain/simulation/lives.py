"""A simulated patient's life after randomisation: her disease, her death, and how long she stays in sight."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from domain.simulation.assumptions import Assumptions, FirstEvent
from domain.simulation.courses import Course
from domain.simulation.draws import Draws
from events.consent import WithdrawalScope
from events.follow_up import DiseaseStatus
from events.outcomes import DeathCause, RecurrenceSite
from events.randomisation import Arm

_DAYS_PER_YEAR = 365.25
_SETTLED_AFTER = 200
"""Nobody is lost or withdraws, other than from treatment, in the first days: radiotherapy is over by then."""
_SITES = {
    FirstEvent.LOCAL: (RecurrenceSite.CHEST_WALL,),
    FirstEvent.REGIONAL: (RecurrenceSite.SUPRACLAVICULAR,),
    FirstEvent.INTERNAL_MAMMARY: (RecurrenceSite.INTERNAL_MAMMARY,),
    FirstEvent.DISTANT: (RecurrenceSite.DISTANT,),
}
_MORE_AXILLA = 0.3


@dataclass(frozen=True, slots=True)
class Relapse:
    """The cancer is back, or is in the other breast (`sites` empty): first evidence, and the day it is certain."""

    kind: FirstEvent
    sites: tuple[RecurrenceSite, ...]
    on: date
    confirmed_on: date


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which the site cannot reach her; `until` None: for good."""

    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What she withdrew from, and when."""

    on: date
    scope: WithdrawalScope


@dataclass(frozen=True, slots=True)
class Life:
    """What is true of her after randomisation, in the arm she was given."""

    randomised_on: date
    relapses: tuple[Relapse, ...]
    died_on: date | None
    cause: DeathCause | None
    second_primary_on: date | None
    in_situ_on: date | None
    absence: Absence | None
    withdrawal: Withdrawal | None

    @property
    def first_event_on(self) -> date | None:
        """The day of her first event of event-free survival."""
        days = [relapse.on for relapse in self.relapses]
        if self.died_on and self.cause is DeathCause.BREAST_CANCER:
            days.append(self.died_on)
        return min(days, default=None)

    def alive_on(self, day: date) -> bool:
        """Whether she can still be seen on a day; not on the day she dies."""
        return self.died_on is None or day < self.died_on

    def in_touch_on(self, day: date) -> bool:
        """Whether the site can hear of her: alive, reachable, and data collection not withdrawn."""
        away = self.absence
        if away is not None and away.since <= day and (away.until is None or day < away.until):
            return False
        silent = self.withdrawal is not None and self.withdrawal.scope is not WithdrawalScope.VISITS
        return self.alive_on(day) and not (silent and self.withdrawal is not None and day >= self.withdrawal.on)

    def attends_on(self, day: date) -> bool:
        """Whether she would come to a visit."""
        withdrew = self.withdrawal is not None and day >= self.withdrawal.on
        return self.in_touch_on(day) and not withdrew

    def status_on(self, day: date) -> DiseaseStatus:
        """What an examination shows."""
        if any(relapse.confirmed_on <= day for relapse in self.relapses):
            return DiseaseStatus.RECURRENCE
        if any(relapse.on <= day for relapse in self.relapses):
            return DiseaseStatus.SUSPICION
        return DiseaseStatus.NO_EVIDENCE


def draw_life(course: Course, arm: Arm, randomised_on: date) -> Life:
    """Her life from randomisation: hazards constant, the first event's in the arm she was given."""
    assumptions = course.assumptions
    disease, end = course.draws("disease"), course.draws("other death")
    relapses, cancer_death = _disease(disease, assumptions, arm, randomised_on)
    other_death = _after(randomised_on, end.years(assumptions.other_death_per_year))
    died_on = min((day for day in (cancer_death, other_death) if day), default=None)
    cause = None if died_on is None else DeathCause.BREAST_CANCER if died_on == cancer_death else DeathCause.OTHER
    seen = tuple(relapse for relapse in relapses if died_on is None or relapse.on < died_on)
    new = course.draws("new cancers")
    return Life(
        randomised_on=randomised_on,
        relapses=seen,
        died_on=died_on,
        cause=cause,
        second_primary_on=_before(died_on, _after(randomised_on, new.years(assumptions.second_primary_per_year))),
        in_situ_on=_before(died_on, _after(randomised_on, new.years(assumptions.contralateral_in_situ_per_year))),
        absence=_absence(course, randomised_on, [r.on for r in seen] + ([died_on] if died_on else [])),
        withdrawal=_withdrawal(course, randomised_on, died_on),
    )


def _disease(
    draws: Draws, assumptions: Assumptions, arm: Arm, randomised_on: date
) -> tuple[tuple[Relapse, ...], date | None]:
    """Her relapses in order, and the day the cancer kills her if nothing else does before."""
    kind = draws.one_of(assumptions.first_events)
    first_on = _after(randomised_on, draws.years(assumptions.hazard_per_year(arm)))
    axilla_too, confirmed = draws.happens(_MORE_AXILLA), (draws.between(7, 28), draws.between(7, 28))
    later, death = (
        draws.years(assumptions.distant_after_locoregional_per_year),
        draws.years(assumptions.death_after_distant_per_year),
    )
    if first_on is None or kind is FirstEvent.BREAST_CANCER_DEATH:
        return (), first_on
    sites = _SITES.get(kind, ())
    if kind is FirstEvent.REGIONAL and axilla_too:
        sites = (*sites, RecurrenceSite.AXILLA)
    first = Relapse(kind, sites, first_on, first_on + timedelta(days=confirmed[0]))
    if kind is FirstEvent.DISTANT:
        return (first,), _after(first.confirmed_on, death)
    distant_on = _after(first.confirmed_on, later)
    if distant_on is None:
        return (first,), None
    certain_on = distant_on + timedelta(days=confirmed[1])
    distant = Relapse(FirstEvent.DISTANT, _SITES[FirstEvent.DISTANT], distant_on, certain_on)
    return (first, distant), _after(certain_on, death)


def _absence(course: Course, randomised_on: date, events: list[date]) -> Absence | None:
    """Lost to follow-up; she comes back only when nothing happened to her meanwhile."""
    draws = course.draws("loss")
    since = _after(randomised_on + timedelta(days=_SETTLED_AFTER), draws.years(course.assumptions.lost_per_year))
    if since is None:
        return None
    back = since + timedelta(days=draws.between(400, 700))
    returns = draws.happens(course.assumptions.comes_back) and not any(since <= day <= back for day in events)
    return Absence(since, back if returns else None)


def _withdrawal(course: Course, randomised_on: date, died_on: date | None) -> Withdrawal | None:
    draws = course.draws("withdrawal")
    settled = randomised_on + timedelta(days=_SETTLED_AFTER)
    on = _before(died_on, _after(settled, draws.years(course.assumptions.withdraws_per_year)))
    return Withdrawal(on, draws.one_of(course.assumptions.withdrawals)) if on else None


def _after(start: date, years: float) -> date | None:
    """The day some years after another, at least one day later; None when that is beyond a lifetime."""
    return start + timedelta(days=max(1, math.ceil(years * _DAYS_PER_YEAR))) if years < 100 else None


def _before(end: date | None, day: date | None) -> date | None:
    return day if day and (end is None or day < end) else None
