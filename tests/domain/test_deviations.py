"""Departures from the protocol: each rule where it fires and where it does not, and how a correction takes it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.deviations import RULES, Deviation, deviations
from domain.protocol.v2_0 import EDITION
from events.event import Event
from tests.facts import (
    adjudicated,
    amended,
    assessed,
    completed,
    consented,
    contact,
    corrected,
    death,
    eligible,
    enrolled,
    fraction,
    fractions,
    pathology,
    plan_reviewed,
    planned,
    randomised,
    recurrence,
    result,
    scheduled,
    started,
    stopped_early,
    taken_over,
    timing,
    visit,
    voided,
    volume_delivered,
)
from tests.given import entry, patient_with
from tests.schedules import TABLE_1

AFTER_ENROLMENT = len(enrolled()) + 1
"""The position of the first event after randomisation."""


def found(*events: Event) -> list[Deviation]:
    return list(deviations(patient_with(*events), EDITION))


def later(*events: Event) -> list[tuple[str, str]]:
    return [(deviation.rule, deviation.classification) for deviation in found(*enrolled(*events))]


def treated(*events: Event) -> list[tuple[str, str]]:
    """Of somebody whose plan was accepted before."""
    return later(plan_reviewed(), *events)


COURSE = (planned(), plan_reviewed(), started(), *fractions(15), completed(), volume_delivered("OMIT"))


def test_a_life_by_the_protocol_has_none() -> None:
    assert later(*COURSE, scheduled(*TABLE_1), visit("4w", "2021-03-19"), visit("6m", "2021-08-19")) == []


def test_before_randomisation_there_is_nothing_to_deviate_from() -> None:
    assert found(*eligible(pathology(nodes_positive=4)), started("2021-06-01")) == []


class TestEligibility:
    def test_a_criterion_that_fails_is_major_and_names_its_entries(self) -> None:
        (deviation,) = found(*eligible(pathology(nodes_positive=4)), randomised())
        assert (deviation.rule, deviation.classification) == ("IC03", "major")
        assert deviation.wording.startswith("Randomised although: IC03 1 to 3 positive lymph nodes (pN1): not met")
        assert entry(3) in deviation.entries

    def test_every_failed_criterion_is_named(self) -> None:
        wrong = (pathology(nodes_positive=4, margin="POSITIVE"), result(45))
        assert [d.rule for d in found(*eligible(*wrong), taken_over())] == ["IC03", "IC08", "DR02"]

    def test_what_is_unknown_is_none(self) -> None:
        assert found(consented(), taken_over()) == []

    def test_a_score_corrected_after_randomisation(self) -> None:
        assert later(amended(46)) == [("DR02", "major")]

    def test_a_correction_takes_it_back(self) -> None:
        wrong = (*eligible(pathology(nodes_positive=4)), randomised())
        assert found(*wrong, corrected(entry(3), pathology())) == []

    def test_the_planned_start_is_not_weighed_again(self) -> None:
        planned_too_late = eligible(timing(radiotherapy_planned_for="2021-06-01"))
        assert found(*planned_too_late, randomised(), *COURSE[:2], started("2021-02-20")) == []


class TestLateStart:
    def test_the_first_day_too_late(self) -> None:
        (deviation,) = found(*enrolled(*COURSE[:2], started("2021-02-21")))
        assert (deviation.rule, deviation.classification) == ("EC12", "minor")
        assert deviation.entries[0] == entry(AFTER_ENROLMENT + 2)

    def test_the_first_fraction_stands_for_a_start_not_on_record(self) -> None:
        (deviation,) = found(*enrolled(*COURSE[:2], *fractions(3, "2021-02-22")))
        assert (deviation.rule, deviation.entries[0]) == ("EC12", entry(AFTER_ENROLMENT + 2))

    def test_unknown_timing_is_none(self) -> None:
        assert found(consented(), taken_over(), started("2021-12-01")) == []


class TestOrder:
    @pytest.mark.parametrize(("on", "fires"), [("2021-01-10", False), ("2021-01-11", True), ("2021-01", False)])
    def test_consent_comes_before_randomisation(self, on: str, fires: bool) -> None:
        rules = [(d.rule, d.classification) for d in found(*eligible(consented(on)), randomised())]
        assert rules == ([("IC11", "major")] if fires else [])

    @pytest.mark.parametrize(("on", "fires"), [("2021-01-09", True), ("2021-01-10", False), ("2021-01", False)])
    def test_randomisation_comes_before_radiotherapy(self, on: str, fires: bool) -> None:
        assert (("ORDER", "major") in later(started(on))) == fires
        assert (("ORDER", "major") in later(fraction(on=on))) == fires

    @pytest.mark.parametrize(("on", "fires"), [("2021-01-09", True), ("2021-01-10", False), ("2021-01", False)])
    def test_no_outcome_comes_before_randomisation(self, on: str, fires: bool) -> None:
        assert later(recurrence(on=on)) == ([("ORDER", "major")] if fires else [])

    def test_an_outcome_adjudicated_away_is_none(self) -> None:
        early = recurrence(on="2021-01-02")
        assert later(early, adjudicated(entry(AFTER_ENROLMENT), "no")) == []

    @pytest.mark.parametrize(
        "event", [visit("12m", "2022-02-10"), assessed("2022-02-10"), contact("2022-02-10"), fraction(on="2022-02-10")]
    )
    def test_nobody_is_seen_after_death(self, event: Event) -> None:
        (deviation,) = (each for each in found(*enrolled(death("2022-01-10"), event)) if each.rule == "ORDER")
        assert deviation.entries == (entry(AFTER_ENROLMENT + 1), entry(AFTER_ENROLMENT))
        assert "dated 2022-02-10, after the death on 2022-01-10" in deviation.wording

    def test_a_visit_on_the_day_or_in_the_month_of_death_is_none(self) -> None:
        assert later(death("2022-01-10"), contact("2022-01-10"), contact("2022-01")) == []

    def test_voiding_the_death_takes_it_back(self) -> None:
        assert later(death("2022-01-10"), contact("2022-02-10"), voided(entry(AFTER_ENROLMENT))) == []


class TestTreatment:
    def test_the_other_volume_is_major(self) -> None:
        (deviation,) = found(*enrolled(volume_delivered("IMNI")))
        assert (deviation.rule, deviation.classification) == ("ARM", "major")
        assert deviation.wording == "Allocated OMIT, treated as IMNI"

    def test_the_first_patients_start_only_after_their_plan_was_accepted(self) -> None:
        assert later(planned(), started()) == [("REVIEW", "minor")]
        assert later(planned(), fraction()) == [("REVIEW", "minor")]
        assert later(planned(), plan_reviewed(verdict="revise"), started()) == [("REVIEW", "minor")]
        assert later(planned(), plan_reviewed("2021-02-02"), started("2021-02-01")) == [("REVIEW", "minor")]
        assert later(planned(), plan_reviewed("2021-02-01"), started("2021-02-01")) == []

    @pytest.mark.parametrize(("place", "fires"), [(20, True), (21, False)])
    def test_only_the_first_20_plans_are_reviewed(self, place: int, fires: bool) -> None:
        events = (*eligible(), randomised(sequence_number=place), started())
        assert [d.rule for d in found(*events)] == (["REVIEW"] if fires else [])

    def test_a_patient_taken_over_has_no_place_on_the_list(self) -> None:
        assert found(*eligible(), taken_over(), started()) == []

    def test_fractions_beyond_the_plan(self) -> None:
        assert treated(planned(), fraction(15), fraction(16, "2021-02-02")) == [("DOSE", "minor")]
        assert treated(planned(), fraction(1, phase="BOOST")) == [("DOSE", "minor")]
        assert treated(planned(boost="yes"), fraction(4, phase="BOOST")) == [("BOOST", "minor")]
        assert treated(fraction(16)) == []

    def test_less_than_nine_tenths_of_the_dose(self) -> None:
        enough, too_little = fractions(14), fractions(13)
        assert treated(planned(), *enough, stopped_early("2021-02-18")) == []
        assert treated(planned(), *too_little, stopped_early("2021-02-17")) == [("DOSE", "major")]
        assert treated(planned(), *too_little, completed()) == [("DOSE", "major")]

    def test_exactly_nine_tenths_of_the_dose_is_enough(self) -> None:
        ten = planned(phases=[{"phase": "MAIN", "total_cgy": 2000, "fractions": 10, "per_fraction_cgy": 200}])
        assert treated(ten, *fractions(9, dose_cgy=200), completed()) == [("PLAN", "minor")]

    def test_the_dose_is_judged_when_the_course_has_ended_and_its_fractions_are_known(self) -> None:
        assert treated(planned(), *fractions(3)) == []
        assert treated(planned(), completed()) == []
        assert treated(*fractions(3), completed()) == []

    def test_the_dose_in_words(self) -> None:
        (deviation,) = found(*enrolled(planned(), plan_reviewed(), *fractions(10), completed()))
        assert deviation.wording == "Delivered 26.70 Gy of 40.05 Gy planned"

    def test_cone_beam_ct_at_the_first_three_fractions(self) -> None:
        assert treated(fraction(3, cbct="no")) == [("CBCT", "minor")]
        first, second, _, fourth = fractions(4)
        unknown, none = first.model_copy(update={"cbct": "unknown"}), fourth.model_copy(update={"cbct": "no"})
        assert treated(unknown, second, none) == []


class TestVisitWindow:
    @pytest.mark.parametrize(
        ("on", "fires"),
        [
            ("2021-07-19", True),
            ("2021-07-20", False),
            ("2021-09-18", False),
            ("2021-09-19", True),
            ("2021-09", False),
            ("2021-06", True),
            ("2021-10", True),
            ("2021", False),
        ],
    )
    def test_a_visit_surely_outside_its_window(self, on: str, fires: bool) -> None:
        assert later(scheduled(*TABLE_1), visit("6m", on)) == ([("WINDOW", "minor")] if fires else [])

    def test_a_visit_that_is_not_scheduled_has_no_window(self) -> None:
        assert later(visit("6m", "2025-01-01"), scheduled(*TABLE_1), visit("unscheduled", "2025-01-01")) == [
            ("WINDOW", "minor")
        ]

    def test_correcting_the_date_takes_it_back(self) -> None:
        late = (scheduled(*TABLE_1), visit("6m", "2021-12-01"))
        assert later(*late, corrected(entry(AFTER_ENROLMENT + 1), visit("6m", "2021-08-19"))) == []


class TestReportedClass:
    @pytest.mark.parametrize(
        ("score", "reported", "fires"), [(44, "high", True), (44, "low", False), (44, None, False)]
    )
    def test_a_class_against_its_score(self, score: int, reported: str | None, fires: bool) -> None:
        events = (*eligible(result(score, class_reported=reported)), randomised())
        assert [(d.rule, d.classification) for d in found(*events)] == ([("DR02", "minor")] if fires else [])

    def test_without_a_score_there_is_nothing_to_contradict(self) -> None:
        assert found(*eligible(result(score_18gene=None, class_reported="high")), randomised()) == []

    def test_without_a_result(self) -> None:
        assert found(consented(), randomised()) == []


def test_another_edition_judges_by_its_own_numbers() -> None:
    stricter = replace(EDITION, plan_reviews=0, cbct_first_fractions=5)
    patient = patient_with(*enrolled(started(), fraction(5, cbct="no")))
    assert [deviation.rule for deviation in deviations(patient, stricter)] == ["CBCT"]


def test_the_rules_are_all_in_force() -> None:
    assert len(set(RULES)) == 26
