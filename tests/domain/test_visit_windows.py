"""Table 1 set out from the end of radiotherapy, and the weekly visits during it."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.protocol.edition import VisitColumn
from domain.protocol.v2_0 import EDITION
from domain.visit_windows import (
    Anchor,
    anchor,
    planned_radiotherapy_days,
    scheduled_visits,
    set_out,
    to_schedule,
    weekly_visits,
)
from events.event import Event
from events.follow_up import Assessment
from tests import facts
from tests.given import edition_with, patient_with

END = Anchor("radiotherapy-completed", date(2021, 2, 19))


def test_table_1_from_the_end_of_radiotherapy() -> None:
    windows = [(v.visit, str(v.target), str(v.opens), str(v.closes)) for v in set_out(END, EDITION)]
    assert windows == [
        ("4w", "2021-03-19", "2021-03-12", "2021-03-26"),
        ("6m", "2021-08-19", "2021-07-20", "2021-09-18"),
        ("12m", "2022-02-19", "2022-01-20", "2022-03-21"),
        ("18m", "2022-08-19", "2022-07-20", "2022-09-18"),
        ("2y", "2023-02-19", "2023-01-20", "2023-03-21"),
        ("3y", "2024-02-19", "2023-12-21", "2024-04-19"),
        ("4y", "2025-02-19", "2024-12-21", "2025-04-20"),
        ("5y", "2026-02-19", "2025-12-21", "2026-04-20"),
    ]


@pytest.mark.parametrize(
    ("assessment", "visits"),
    [
        (Assessment.PHYSICAL_EXAMINATION, "4w 6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.BLOOD_COUNT, "4w 6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.TOXICITY, "4w 6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.THYROID_FUNCTION, "4w 6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.MYOCARDIAL_ENZYMES, "4w 6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.BREAST_AND_NODE_ULTRASOUND, "6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.ECG, "6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.ECHOCARDIOGRAPHY, "6m 12m 18m 2y 3y 4y 5y"),
        (Assessment.CHEST_CT, "12m 2y 3y 4y 5y"),
        (Assessment.MAMMOGRAPHY, "12m 2y 3y 4y 5y"),
    ],
)
def test_what_is_assessed_at_which_visit(assessment: Assessment, visits: str) -> None:
    assert " ".join(v.visit for v in set_out(END, EDITION) if assessment in v.assessments) == visits


def test_the_counts_of_table_1() -> None:
    """Protocol: Table 1 has 10 physical examinations, 6 chest CTs, 5 mammographies and so on over all columns."""
    columns = [EDITION.baseline, EDITION.weekly, *(column.assessments for column in EDITION.columns)]
    counts = {assessment: sum(assessment in column for column in columns) for assessment in Assessment}
    assert {assessment.value: count for assessment, count in counts.items()} == {
        "PHYSICAL_EXAM": 10,
        "CBC": 10,
        "THYROID": 9,
        "MYO_ENZYMES": 9,
        "CHEST_CT": 6,
        "MAMMOGRAPHY": 5,
        "US_BREAST_NODES": 8,
        "ECG": 8,
        "ECHO": 8,
        "TOXICITY": 9,
        "LIVER_FUNCTION": 1,
        "RENAL_FUNCTION": 1,
        "LIVER_US": 1,
    }


@given(st.dates(date(2020, 12, 10), date(2030, 12, 31)))
def test_windows_never_overlap_and_hold_their_target(end: date) -> None:
    visits = set_out(Anchor("radiotherapy-completed", end), EDITION)
    assert all(visit.opens <= visit.target <= visit.closes for visit in visits)
    assert all(earlier.closes < later.opens for earlier, later in pairwise(visits))


def test_windows_an_amendment_makes_too_wide_meet_in_the_middle() -> None:
    columns = tuple(VisitColumn(f"{n}w", days=7 * n, months=0, window_days=5, assessments=()) for n in (1, 2, 3))
    visits = set_out(Anchor("radiotherapy-completed", date(2021, 1, 1)), replace(EDITION, columns=columns))
    assert [(str(v.opens), str(v.closes)) for v in visits] == [
        ("2021-01-03", "2021-01-11"),
        ("2021-01-12", "2021-01-18"),
        ("2021-01-19", "2021-01-27"),
    ]


def test_a_target_at_the_end_of_the_month_is_clamped() -> None:
    visits = {v.visit: str(v.target) for v in set_out(Anchor("last-fraction", date(2021, 8, 31)), EDITION)}
    assert visits["6m"] == "2022-02-28"
    assert visits["2y"] == "2023-08-31"


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ((), None),
        ((facts.planned(), facts.started(), *facts.fractions(4)), None),
        ((facts.completed("2021-02-19"),), ("radiotherapy-completed", "2021-02-19")),
        ((*facts.fractions(7), facts.stopped_early("2021-02-12")), ("last-fraction", "2021-02-09")),
        ((facts.stopped_early("2021-02-12"),), ("last-fraction", "2021-02-12")),
        (
            (facts.planned(), facts.never_started("2021-02-12")),
            ("randomised-plus-planned-radiotherapy", "2021-01-31"),
        ),
        ((facts.never_started("2021-02-12"),), ("randomised-plus-planned-radiotherapy", "2021-02-14")),
    ],
)
def test_the_day_follow_up_counts_from(ended: tuple[Event, ...], expected: tuple[str, str] | None) -> None:
    found = anchor(patient_with(*facts.enrolled(*ended, on="2021-01-10")), EDITION)
    assert (found and (found.kind, str(found.on))) == expected


def test_who_was_neither_randomised_nor_treated_has_no_follow_up() -> None:
    assert anchor(patient_with(facts.screened(), facts.never_started()), EDITION) is None


@pytest.mark.parametrize(
    ("plan", "weeks"),
    [
        ((), 5),
        ((facts.planned(),), 3),
        ((facts.planned(boost="yes"),), 4),
        ((facts.planned(regimen="CONV"),), 5),
        ((facts.planned(regimen="CONV", boost="yes"),), 6),
    ],
)
def test_a_course_lasts_its_fractions_at_five_a_week(plan: tuple[Event, ...], weeks: int) -> None:
    assert planned_radiotherapy_days(patient_with(*plan), EDITION) == timedelta(weeks=weeks)


def test_one_weekly_visit_in_each_week_of_radiotherapy() -> None:
    visits = weekly_visits(patient_with(facts.planned(), facts.started("2021-02-01")), EDITION)
    assert [(v.visit, str(v.target), str(v.opens), str(v.closes)) for v in visits] == [
        ("week-1", "2021-02-05", "2021-02-02", "2021-02-08"),
        ("week-2", "2021-02-12", "2021-02-09", "2021-02-15"),
        ("week-3", "2021-02-19", "2021-02-16", "2021-02-22"),
    ]
    assert weekly_visits(patient_with(facts.planned()), EDITION) == ()


def test_without_a_start_on_record_weeks_count_from_the_earliest_fraction() -> None:
    late = (facts.fraction(2, "2021-02-02"), facts.fraction(1, "2021-02-01"))
    visits = weekly_visits(patient_with(facts.planned(), *late), EDITION)
    assert [(v.visit, str(v.target)) for v in visits[:2]] == [("week-1", "2021-02-05"), ("week-2", "2021-02-12")]
    assert weekly_visits(patient_with(facts.planned(), *late, facts.started("2021-02-03")), EDITION) == weekly_visits(
        patient_with(facts.planned(), facts.started("2021-02-03")), EDITION
    )


def test_the_newest_schedule_counts() -> None:
    assert scheduled_visits(patient_with(facts.screened())) == ()
    first, second = set_out(END, EDITION), set_out(Anchor("last-fraction", date(2021, 2, 9)), EDITION)
    assert scheduled_visits(patient_with(facts.scheduled(*first), facts.scheduled(*second))) == second


def test_after_table_1_follow_up_goes_on_yearly() -> None:
    """PQ-21: 'then annually'; a visit is set out a year before its window opens."""
    names = [visit.visit for visit in set_out(END, EDITION, date(2027, 12, 21))]
    assert names[-4:] == ["5y", "6y", "7y", "8y"]
    assert [visit.visit for visit in set_out(END, EDITION, date(2027, 12, 20))][-1] == "7y"
    assert [visit.visit for visit in set_out(END, EDITION, date(2026, 12, 20))][-1] == "6y"
    assert [visit.visit for visit in set_out(END, EDITION, date(2025, 12, 20))][-1] == "5y"
    ends = edition_with({"PQ-21": "ends-at-5-years"})
    assert [visit.visit for visit in set_out(END, ends, date(2040, 1, 1))][-1] == "5y"


def test_a_yearly_visit_has_the_window_and_the_assessments_of_the_last_column() -> None:
    last = set_out(END, EDITION, date(2026, 12, 1))[-1]
    assert (str(last.target), str(last.opens), str(last.closes)) == ("2027-02-19", "2026-12-21", "2027-04-20")
    assert last.assessments == EDITION.columns[-1].assessments


def test_a_moved_end_of_radiotherapy_moves_open_visits_and_not_settled_ones() -> None:
    before = set_out(END, EDITION)
    moved = Anchor("radiotherapy-completed", date(2021, 3, 12))
    patient = patient_with(
        facts.scheduled(*before), facts.visit("4w", "2021-03-19"), facts.visit_missed("6m", "2021-09-20")
    )
    now = to_schedule(patient, moved, EDITION, date(2021, 10, 1))
    assert now[:2] == before[:2]
    assert now[2:] == set_out(moved, EDITION)[2:]


def test_an_open_window_begins_after_the_window_of_a_settled_visit() -> None:
    """The end of radiotherapy turns out to lie four months earlier, after the visit of 12 months was done."""
    settled = facts.scheduled(*set_out(END, EDITION))
    patient = patient_with(settled, facts.visit("12m", "2022-02-19"))
    moved = Anchor("radiotherapy-completed", date(2020, 10, 19))
    visits = to_schedule(patient, moved, EDITION, date(2022, 3, 1))
    assert (str(visits[2].closes), str(visits[3].opens), str(visits[3].target)) == (
        "2022-03-21",
        "2022-03-22",
        "2022-04-19",
    )
