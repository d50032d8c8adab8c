"""Lives: the disease comes at the hazard assumed for the arm, and nothing happens after death."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.simulation.assumptions import Assumptions, FirstEvent
from domain.simulation.courses import Course, draw_course
from domain.simulation.lives import Life, draw_life
from events.follow_up import DiseaseStatus
from events.randomisation import Arm
from tests.domain.simulation.eventful import eventful

RANDOMISED = date(2021, 1, 10)
FIVE_YEARS = 5 * 365.25
COURSE = draw_course(1, RANDOMISED, Assumptions())


def lives(assumptions: Assumptions, arm: Arm, count: int) -> Iterator[Life]:
    """The lives of many patients in one arm."""
    for number in range(1, count + 1):
        course: Course = replace(COURSE, number=number, assumptions=assumptions)
        yield draw_life(course, arm, RANDOMISED)


def event_free_at_5_years(assumptions: Assumptions, arm: Arm, count: int) -> float:
    """The share free of a first event, where nothing else can come before it."""
    reached = sum(
        life.first_event_on is not None and (life.first_event_on - RANDOMISED).days <= FIVE_YEARS
        for life in lives(replace(assumptions, other_death_per_year=0), arm, count)
    )
    return 1 - reached / count


@pytest.mark.parametrize("arm", list(Arm))
def test_5_year_event_free_survival_is_what_was_assumed(arm: Arm) -> None:
    assert event_free_at_5_years(Assumptions(), arm, 20_000) == pytest.approx(0.91, abs=0.006)


def test_the_arms_may_differ() -> None:
    harmful = Assumptions(event_free_at_5_years={Arm.IMNI: 0.91, Arm.OMIT: 0.81})
    assert event_free_at_5_years(harmful, Arm.OMIT, 5_000) == pytest.approx(0.81, abs=0.017)


def test_first_events_come_in_the_shares_assumed() -> None:
    hurried = Assumptions(other_death_per_year=0, event_free_at_5_years={Arm.IMNI: 0.01, Arm.OMIT: 0.01})
    firsts = [life.relapses[0].kind for life in lives(hurried, Arm.OMIT, 4_000) if life.relapses]
    for kind, share in hurried.first_events.items():
        if kind is not FirstEvent.BREAST_CANCER_DEATH:
            assert firsts.count(kind) / 4_000 == pytest.approx(share, abs=0.025)


def test_nothing_happens_before_randomisation_or_after_death() -> None:
    for life in lives(eventful(1), Arm.IMNI, 2_000):
        days = [relapse.on for relapse in life.relapses]
        days += [day for day in (life.second_primary_on, life.in_situ_on) if day]
        days += [life.withdrawal.on] if life.withdrawal else []
        assert all(day > RANDOMISED and (life.died_on is None or day < life.died_on) for day in days)


def test_who_is_away_or_withdrew_or_died_does_not_come() -> None:
    seen = {"away": 0, "back": 0, "withdrew": 0, "died": 0}
    for life in lives(eventful(1), Arm.IMNI, 500):
        if life.absence:
            seen["away"] += not life.in_touch_on(life.absence.since)
            if life.absence.until and life.in_touch_on(life.absence.until):
                seen["back"] += 1
        if life.withdrawal:
            seen["withdrew"] += not life.attends_on(life.withdrawal.on)
        if life.died_on:
            assert not life.in_touch_on(life.died_on)
            seen["died"] += 1
    assert all(seen.values()), seen


def test_an_examination_shows_what_is_true_that_day() -> None:
    life = next(life for life in lives(eventful(2), Arm.OMIT, 100) if life.relapses)
    relapse = life.relapses[0]
    day = timedelta(days=1)
    assert life.status_on(relapse.on - day) is DiseaseStatus.NO_EVIDENCE
    assert life.status_on(relapse.on) is DiseaseStatus.SUSPICION
    assert life.status_on(relapse.confirmed_on) is DiseaseStatus.RECURRENCE
