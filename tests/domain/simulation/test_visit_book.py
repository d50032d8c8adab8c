"""The visit book: the protocol's endpoint rules written down a second time, each by a hand-made example."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.simulation.visit_book import (
    Died,
    EndpointCode,
    NoRelapse,
    Note,
    OtherBreast,
    Relapsed,
    Seen,
    VisitBook,
)
from events.clinical_date import ClinicalDate
from events.outcomes import DeathCause, RecurrenceSite
from events.randomisation import Arm

START = date(2021, 1, 10)


def day(number: int) -> date:
    """A day counted from randomisation."""
    return START + timedelta(days=number)


def assessed(number: int) -> Seen:
    return Seen(day(number), assessed=True)


def local(number: int, case: str = "first") -> Relapsed:
    return Relapsed(case, day(number), (RecurrenceSite.CHEST_WALL,))


def distant(number: int) -> Relapsed:
    return Relapsed("distant", day(number), (RecurrenceSite.DISTANT,))


def died(number: int, cause: DeathCause = DeathCause.OTHER) -> Died:
    return Died(ClinicalDate.parse(day(number)), cause)


CANCER, UNKNOWN = DeathCause.BREAST_CANCER, DeathCause.UNKNOWN


@pytest.mark.parametrize(
    ("endpoint", "notes", "days", "observed"),
    [
        ("EFS", (), 0, False),
        ("EFS", (assessed(200), Seen(day(300))), 200, False),
        ("OS", (assessed(200), Seen(day(300))), 300, False),
        ("EFS", (assessed(200), local(150)), 150, True),
        ("EFS", (distant(400), local(350)), 350, True),
        ("LRRFS", (distant(350), local(400)), 350, False),
        ("LRRFS", (distant(350), local(350)), 350, True),
        ("EFS", (OtherBreast(day(90)),), 90, True),
        ("LRRFS", (OtherBreast(day(90)), local(100)), 90, False),
        ("EFS", (assessed(200), died(500)), 500, False),
        ("EFS", (assessed(200), died(500, UNKNOWN)), 500, False),
        ("EFS", (assessed(200), died(500, CANCER)), 500, True),
        ("EFS", (assessed(200), died(500, UNKNOWN), died(500, CANCER)), 500, True),
        ("LRRFS", (died(500, CANCER),), 500, False),
        ("OS", (local(100), died(500)), 500, True),
        ("EFS", (assessed(300), local(150), NoRelapse("first")), 300, False),
        ("EFS", (local(150), local(140)), 140, True),
        ("EFS", (assessed(200), assessed(600), died(500)), 500, False),
        ("OS", (Seen(day(600)), died(500)), 500, True),
    ],
)
def test_time_to_an_endpoint(endpoint: EndpointCode, notes: tuple[Note, ...], days: int, observed: bool) -> None:
    found = VisitBook("SIM-0001", START, Arm.OMIT, notes).time_to(endpoint)
    assert (found.days, found.observed, found.arm) == (days, observed, Arm.OMIT)


@pytest.mark.parametrize(
    ("dated", "last_seen", "expected"),
    [("2022-03", 0, date(2022, 3, 15)), ("2022-03", 440, day(440)), ("2022", 0, date(2022, 7, 1))],
)
def test_a_death_known_to_the_month_counts_at_its_middle_but_not_before_she_was_seen(
    dated: str, last_seen: int, expected: date
) -> None:
    notes = (Seen(day(last_seen)), Died(ClinicalDate.parse(dated), DeathCause.OTHER))
    assert VisitBook("SIM-0001", START, Arm.IMNI, notes).time_to("OS").days == (expected - START).days
