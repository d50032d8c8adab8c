"""Toxicity: the grades each term has, the version beside it, and the worst grades of baseline, acute and late phase."""

from __future__ import annotations

from typing import Any

import pytest

from domain.decisions.corrections import CorrectEntry
from domain.decisions.safety import RecordAdverseEvent
from domain.rejections import Implausible
from domain.toxicity.terms import grades_of, terms
from domain.toxicity.worst_grades import phase_of, start_of_radiotherapy, worst_grades
from events.clinical_date import ClinicalDate
from events.event import Event
from tests import facts
from tests.given import entry, given, patient_with

DERMATITIS, TROPONIN = "Rash: dermatitis associated with radiation", "Cardiac troponin I (cTnI)"
EFFUSION = "Pericardial effusion (non-malignant)"


def graded(term: str, grade: int, **more: Any) -> RecordAdverseEvent:
    return RecordAdverseEvent.model_validate({"occurred_on": "2021-02-15", "term": term, "grade": grade, **more})


class TestTerms:
    def test_the_subset_of_the_protocol(self) -> None:
        assert len(terms()) == 71
        assert all(set(term.grades) <= {1, 2, 3, 4, 5} and all(term.grades.values()) for term in terms())

    @pytest.mark.parametrize(
        ("term", "grades"),
        [
            (DERMATITIS, {1, 2, 3, 4, 5}),
            (TROPONIN, {3, 4, 5}),
            (EFFUSION, {1, 3, 4, 5}),
            ("EDEMA:LIMB", {1, 2, 3, 4, 5}),
        ],
    )
    def test_each_term_has_its_own_grades(self, term: str, grades: set[int]) -> None:
        assert grades_of(term) == grades

    def test_a_term_out_of_the_table_has_no_grades_to_hold_it_against(self) -> None:
        assert grades_of("Hiccoughs") is None

    def test_a_selection_has_its_own_grades(self) -> None:
        assert {row.term for row in terms() if row.select is not None} >= {"Pain", DERMATITIS}
        for row in terms():
            assert row.select is None or grades_of(row.term, row.select) == set(row.grades)


class TestGradeOfTerm:
    @pytest.mark.parametrize(("term", "grade"), [(TROPONIN, 2), (EFFUSION, 2), (TROPONIN.lower(), 1)])
    def test_a_grade_the_term_does_not_have_is_refused(self, term: str, grade: int) -> None:
        given(facts.screened()).when(graded(term, grade)).then_rejected(
            Implausible, field="grade", mentions=["CTCAE 3.0 grades", "3, 4, 5"]
        )

    @pytest.mark.parametrize("grade", [0, 3, 5])
    def test_its_own_grades_and_none_at_all_are_kept(self, grade: int) -> None:
        given(facts.screened()).when(graded(TROPONIN, grade)).then(facts.toxicity(TROPONIN, grade))

    @pytest.mark.parametrize(("scale", "version"), [("CTCAE", "5.0"), ("RTOG", "1995")])
    def test_another_version_is_its_own(self, scale: str, version: str) -> None:
        told = {"scale": scale, "scale_version": version}
        given(facts.screened()).when(graded(TROPONIN, 2, **told)).then(facts.toxicity(TROPONIN, 2, **told))

    def test_the_same_term_may_be_graded_on_two_scales_on_one_day(self) -> None:
        rtog = {"scale": "RTOG", "scale_version": "1995"}
        before = (facts.screened(), facts.toxicity(DERMATITIS, 2))
        given(*before).when(graded(DERMATITIS, 1, **rtog)).then(facts.toxicity(DERMATITIS, 1, **rtog))

    def test_a_term_out_of_the_table_is_kept_as_graded(self) -> None:
        given(facts.screened()).when(graded("Hiccoughs", 2)).then(facts.toxicity("Hiccoughs", 2))

    def test_a_correction_is_held_against_the_same_grades(self) -> None:
        says = facts.toxicity(TROPONIN, 2).model_dump(mode="json", exclude_none=True)
        wrong = CorrectEntry(occurred_on=ClinicalDate(2021, 3, 1), target=entry(2), replacement=says, reason="misread")
        given(facts.screened(), facts.toxicity(TROPONIN, 3)).when(wrong).then_rejected(Implausible, field="grade")


class TestPhase:
    @pytest.mark.parametrize(
        ("on", "phase"),
        [
            ("2021-01-31", "baseline"),
            ("2021-02-01", "acute"),
            ("2021-05-01", "acute"),
            ("2021-05-02", "late"),
            ("2021-05", None),
            ("2021-02", "acute"),
            ("2021-01", "baseline"),
            ("2021", None),
            ("2022", "late"),
        ],
    )
    def test_acute_is_day_1_to_90_of_radiotherapy(self, on: str, phase: str | None) -> None:
        assert phase_of(ClinicalDate.parse(on), facts.day("2021-02-01").earliest) == phase

    def test_without_radiotherapy_everything_is_baseline(self) -> None:
        assert phase_of(ClinicalDate(2022), None) == "baseline"
        assert start_of_radiotherapy(patient_with(facts.screened())) is None

    def test_the_first_fraction_stands_for_a_start_not_recorded(self) -> None:
        patient = patient_with(*facts.enrolled(facts.fraction(2, "2021-02-03"), facts.fraction(1, "2021-02-02")))
        assert start_of_radiotherapy(patient) == facts.day("2021-02-02").earliest


class TestWorstGrades:
    LIFE = (
        facts.started(),
        facts.toxicity(DERMATITIS, 0, "2021-01-20"),
        facts.toxicity(DERMATITIS, 1, "2021-02-08"),
        facts.toxicity(DERMATITIS, 3, "2021-02-19"),
        facts.toxicity(DERMATITIS, 2, "2021-03-19"),
        facts.toxicity(DERMATITIS, 1, "2021-08-19"),
        facts.toxicity(DERMATITIS, 2, "2021-02-19", scale="RTOG", scale_version="1995"),
    )

    def worst(self, *events: Event) -> list[tuple[str, int | None, int | None, int | None]]:
        found = worst_grades(patient_with(*facts.enrolled(*events)))
        return [(f"{row.scale} {row.scale_version}", row.baseline, row.acute, row.late) for row in found]

    def test_by_phase_and_scale(self) -> None:
        assert self.worst(*self.LIFE) == [("CTCAE 3.0", 0, 3, 1), ("RTOG 1995", None, 2, None)]

    def test_a_correction_and_a_void_flow_through(self) -> None:
        worst = entry(len(facts.enrolled()) + 4)
        mended = facts.corrected(worst, facts.toxicity(DERMATITIS, 2, "2021-02-19"))
        assert self.worst(*self.LIFE, mended)[0] == ("CTCAE 3.0", 0, 2, 1)
        assert self.worst(*self.LIFE, facts.voided(worst))[0] == ("CTCAE 3.0", 0, 2, 1)
