"""Courses: who is meant to enter is eligible by the trial's own rules, who is not fails on the criterion meant."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from domain.decisions.command import Report
from domain.decisions.reporting import recorded_as
from domain.eligibility import clinical_risk, failed, unknown, weigh_all
from domain.patient import Patient, fold
from domain.protocol.v2_0 import EDITION
from domain.simulation.assumptions import Assumptions
from domain.simulation.baseline import Barrier
from domain.simulation.courses import Course, draw_course
from events.recorded import Actor, Provenance, Recorded, Source
from tests.given import entry

DAY = date(2021, 6, 1)
_BY = Provenance(actor=Actor(id="x", role="x", kind="human"), source=Source(kind="simulation"))
_CRITERION = {
    Barrier.FOUR_NODES: "IC03",
    Barrier.LOW_CLINICAL_RISK: "IC04",
    Barrier.POSITIVE_MARGIN: "IC08",
    Barrier.RECONSTRUCTION: "EC04",
    Barrier.COMORBIDITY: "EC05",
    Barrier.OTHER_MALIGNANCY: "EC06",
    Barrier.EARLIER_RADIOTHERAPY: "EC08",
}


def on_record(course: Course) -> Patient:
    """The patient once the whole chart has been entered."""
    reports = [report for report in (course.opening, *course.chart) if isinstance(report, Report)]
    assert len(reports) == 7
    history = [
        Recorded(recorded_as(report), n, "s", n - 1, entry(n), datetime(2021, 6, 1, tzinfo=UTC), _BY)
        for n, report in enumerate(reports, start=1)
    ]
    return fold(course.patient_id, tuple(history))


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    return [draw_course(number, DAY, Assumptions(ineligible=0.4)) for number in range(1, 401)]


def test_a_patient_without_a_barrier_wants_only_test_and_consent(courses: list[Course]) -> None:
    for course in courses:
        if course.barrier is None:
            patient = on_record(course)
            verdicts = weigh_all(patient, EDITION, DAY)
            assert not failed(verdicts), course
            assert {verdict.criterion.id for verdict in unknown(verdicts)} == {"IC11", "DR02"}
            assert clinical_risk(patient, EDITION, DAY).passes is True


def test_each_barrier_fails_exactly_the_criterion_it_is_named_for(courses: list[Course]) -> None:
    met: set[Barrier] = set()
    for course in courses:
        if course.barrier is not None:
            verdicts = weigh_all(on_record(course), EDITION, DAY)
            assert [verdict.criterion.id for verdict in failed(verdicts)] == [_CRITERION[course.barrier]]
            met.add(course.barrier)
    assert met == set(Barrier)


def test_scores_are_low_for_the_share_assumed_and_agree_with_the_threshold(courses: list[Course]) -> None:
    counted = Counter(EDITION.genomic.classify(course.scores["score_18gene"]) for course in courses)
    assert counted["low"] / len(courses) == pytest.approx(0.70, abs=0.07)
    assert all(
        course.genomic_low == (EDITION.genomic.classify(course.scores["score_18gene"]) == "low") for course in courses
    )


def test_a_course_does_not_depend_on_the_courses_drawn_before_it(courses: list[Course]) -> None:
    assert draw_course(250, DAY, Assumptions(ineligible=0.4)) == courses[249]


def test_who_refuses_or_is_barred_or_at_high_genomic_risk_does_not_enter(courses: list[Course]) -> None:
    assert {course.refuses for course in courses} == {None, "test", "trial"}
    for course in courses:
        assert course.enters == (course.barrier is None and course.refuses is None and course.genomic_low)
