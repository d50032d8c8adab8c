"""Departures in planning and delivery of radiotherapy: each rule where it fires, at its edge, and where it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.deviations import deviations
from domain.patient import fold
from domain.plan_quality import judged_plan, level_of
from domain.protocol.v2_0 import EDITION
from events.event import Event
from events.radiotherapy import FractionDelivered
from tests.facts import (
    consented_to_test,
    corrected,
    eligible,
    enrolled,
    fraction,
    fractions,
    ordered,
    plan_dose,
    plan_reviewed,
    planned,
    randomised,
    started,
    surgery,
    taken_over,
    voided,
)
from tests.given import PATIENT, entry, patient_with, recording

AFTER_ENROLMENT = len(enrolled()) + 1


AFTER_THE_FIRST = replace(EDITION, plan_reviews=0)
"""As for patients after the first 20, whose plans nobody reviews."""


def later(*events: Event) -> list[tuple[str, str]]:
    found = deviations(patient_with(*enrolled(*events)), AFTER_THE_FIRST)
    return [(deviation.rule, deviation.classification) for deviation in found]


def wordings(*events: Event) -> list[str]:
    return [deviation.wording for deviation in deviations(patient_with(*enrolled(*events)), AFTER_THE_FIRST)]


def weeks(cbct: str, count: int = 15) -> list[FractionDelivered]:
    """A course whose first three fractions are imaged, and the others as told by their numbers."""
    numbers = {int(number) for number in cbct.split()}
    return [
        given.model_copy(update={"cbct": "yes" if given.number <= 3 or given.number in numbers else "no"})
        for given in fractions(count)
    ]


class TestWeeklyConeBeam:
    """After the first three fractions one scan a week: 15 fractions make 5 scans, 25 make 7."""

    @pytest.mark.parametrize(
        ("imaged", "missing"),
        [("6 11", 0), ("10 15", 0), ("6", 1), ("11", 1), ("", 2), ("4 5", 2)],
    )
    def test_a_week_without_any(self, imaged: str, missing: int) -> None:
        assert later(planned(), *weeks(imaged)) == [("CBCT", "minor")] * missing

    def test_it_says_which_week(self) -> None:
        assert wordings(planned(), *weeks("11")) == ["No cone-beam CT in week 2 (MAIN), fractions 6 to 10"]

    def test_a_week_that_is_not_over_is_not_judged(self) -> None:
        assert later(planned(), *weeks("", count=9)) == []

    def test_a_fraction_not_yet_on_record_or_not_known_may_be_the_imaged_one(self) -> None:
        course = weeks("11")
        assert later(planned(), *course[:6], *course[7:]) == []
        course[6] = course[6].model_copy(update={"cbct": "unknown"})
        assert later(planned(), *course) == []

    def test_correcting_one_fraction_takes_it_back(self) -> None:
        course = weeks("11")
        mended = course[7].model_copy(update={"cbct": "yes"})
        assert later(planned(), *course, corrected(entry(AFTER_ENROLMENT + 8), mended)) == []


class TestShift:
    @pytest.mark.parametrize(
        ("shift", "corrected", "fires"),
        [
            ("5.0", None, False),
            ("5.1", None, True),
            ("5.1", "no", True),
            ("5.1", "unknown", True),
            ("5.1", "yes", False),
            (None, "no", False),
        ],
    )
    def test_beyond_the_action_level(self, shift: str | None, corrected: str | None, fires: bool) -> None:
        moved = fraction(shift_mm=shift, shift_corrected=corrected)
        assert later(moved) == ([("SHIFT", "minor")] if fires else [])

    def test_it_says_how_far_and_whether_it_is_known(self) -> None:
        assert wordings(fraction(shift_mm="7")) == [
            "Shift of 7 mm at fraction 1 (MAIN), action level 5 mm: no correction on record"
        ]
        assert wordings(fraction(shift_mm="7", shift_corrected="no"))[0].endswith("not corrected")


class TestFractions:
    def test_two_on_one_day(self) -> None:
        assert later(fraction(1), fraction(2)) == [("FRACTION", "minor")]
        assert later(fraction(1), fraction(2, "2021-02-02")) == []
        assert later(fraction(1, "2021-02"), fraction(2, "2021-02")) == []

    def test_boost_and_main_may_share_a_day(self) -> None:
        assert later(fraction(1), fraction(1, phase="BOOST")) == []

    def test_a_fraction_before_its_forerunner(self) -> None:
        assert wordings(fraction(2, "2021-02-01"), fraction(1, "2021-02-02")) == [
            "Fraction 2 (MAIN) on 2021-02-01, before fraction 1 on 2021-02-02"
        ]
        assert later(fraction(2, "2021-02"), fraction(1, "2021-02-02")) == []

    def test_another_dose_than_planned(self) -> None:
        assert wordings(planned(), fraction(1, dose_cgy=200)) == ["Fraction 1 (MAIN): 200 cGy of 267 cGy planned"]
        assert later(fraction(1, dose_cgy=200)) == []

    def test_voiding_the_double_takes_it_back(self) -> None:
        assert later(fraction(1), fraction(2), voided(entry(AFTER_ENROLMENT + 1))) == []


class TestBoost:
    """The boost follows breast conservation only."""

    @pytest.mark.parametrize(
        ("breast", "boost", "wording"),
        [
            ("MAST", "no", []),
            ("BCS", "yes", []),
            ("MAST", "yes", ["Boost planned after mastectomy"]),
            ("BCS", "no", ["No boost planned after breast conservation"]),
        ],
    )
    def test_boost_and_surgery(self, breast: str, boost: str, wording: list[str]) -> None:
        events = (*eligible(surgery(breast_surgery=breast)), randomised(), planned(boost=boost))
        assert [found.wording for found in deviations(patient_with(*events), EDITION)] == wording

    def test_without_surgery_or_plan_nothing_is_known(self) -> None:
        assert later() == []
        assert deviations(patient_with(consented_to_test(), taken_over(), planned(boost="yes")), EDITION) == ()


def _phase(phase: str, total: int, count: int, each: int) -> dict[str, Any]:
    return {"phase": phase, "total_cgy": total, "fractions": count, "per_fraction_cgy": each}


def test_a_plan_with_another_prescription() -> None:
    assert later(planned(phases=[_phase("MAIN", 4005, 15, 267)])) == []
    assert wordings(planned(phases=[_phase("MAIN", 4256, 16, 266)])) == [
        "HYPO MAIN planned as 4256 cGy in 16, not 4005 cGy in 15"
    ]
    assert later(planned(regimen="CONV", phases=[_phase("MAIN", 5000, 25, 200)])) == []


class TestReview:
    def test_a_planner_does_not_review_her_own_plan(self) -> None:
        history = recording(*enrolled(planned(), plan_reviewed(), started()))
        planner = history[AFTER_ENROLMENT - 1].provenance
        alone = tuple(replace(entry, provenance=planner) for entry in history)
        assert deviations(fold(PATIENT, history), EDITION) == ()
        found = deviations(fold(PATIENT, alone), EDITION)
        assert [deviation.wording for deviation in found] == [
            "Radiotherapy started on 2021-02-01 before its plan was accepted on review",
            "Plan and review of 2021-01-22 are both by li.wei",
        ]

    def test_after_the_first_20_nobody_asks(self) -> None:
        events = (*eligible(), randomised(sequence_number=21), planned(), plan_reviewed())
        alone = tuple(replace(entry, provenance=recording(planned())[0].provenance) for entry in recording(*events))
        assert deviations(fold(PATIENT, alone), EDITION) == ()


class TestCoverage:
    @pytest.mark.parametrize(
        ("metric", "value", "level"),
        [
            ("V100%", "95", "per-protocol"),
            ("V100%", "94.9", "acceptable"),
            ("V100%", "90", "acceptable"),
            ("V100%", "89.9", "unacceptable"),
            ("DMAX%", "119.9", "per-protocol"),
            ("DMAX%", "120", "unacceptable"),
        ],
    )
    def test_the_classes_of_the_target(self, metric: str, value: str, level: str) -> None:
        patient = patient_with(*enrolled(planned(), plan_dose(metric=metric, value=value)))
        (judged,) = judged_plan(patient, EDITION)
        assert judged.level == level
        rules = {"V100%": ("PTV", "major"), "DMAX%": ("PTV", "minor")}
        assert later(planned(), plan_dose(metric=metric, value=value)) == (
            [rules[metric]] if level == "unacceptable" else []
        )

    def test_pq_05_each_phase_is_held_against_its_own_prescription(self) -> None:
        """Boost and whole breast together are 126.7 % of the whole breast's dose, and no violation of either."""
        composite = (4005 + 1068) / 4005 * 100
        assert round(composite, 1) == 126.7
        both = (plan_dose(metric="DMAX%", value="110"), plan_dose(metric="DMAX%", value="108", phase="BOOST"))
        assert later(planned(), *both) == []
        assert later(planned(), plan_dose(metric="DMAX%", value="126.7", phase="BOOST")) == [("PTV", "minor")]

    def test_the_newest_value_counts(self) -> None:
        assert later(plan_dose(value="85"), plan_dose("2021-01-23", value="96")) == []

    def test_it_says_what_would_have_been_acceptable(self) -> None:
        assert wordings(plan_dose(value="85")) == ["PTV V100% is 85 (MAIN): at least 90 is acceptable"]

    def test_organs_are_placeholders_until_the_site_fills_them(self) -> None:
        heart = plan_dose(structure="heart", metric="mean_Gy", value="30")
        (judged,) = judged_plan(patient_with(*enrolled(heart)), EDITION)
        assert (judged.level, judged.constraint.status) == ("unacceptable", "placeholder")
        assert level_of(judged.constraint.per_protocol, judged.constraint) == "per-protocol"
        assert later(heart) == []

    def test_what_has_no_constraint_is_not_judged(self) -> None:
        assert list(judged_plan(patient_with(*enrolled(plan_dose(structure="STOMACH"))), EDITION)) == []


def test_pq_26_the_test_is_ordered_after_consent_to_it() -> None:
    order = (consented_to_test("2020-12-12"), ordered("2020-12-11"))
    assert later(*order) == [("PQ-26", "minor")]
    assert later(consented_to_test("2020-12-11"), ordered("2020-12-11")) == []
    assert [d.rule for d in deviations(patient_with(ordered("2020-12-11"), taken_over()), EDITION)] == []
