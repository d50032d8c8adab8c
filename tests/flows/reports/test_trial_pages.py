"""Pages about the whole trial: what is overdue, how enrolment goes against plan, where to begin."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from domain.patient import Patient
from flows.reports.enrolment_page import enrolment_page
from flows.reports.markdown import marked
from flows.reports.trial_pages import start_page
from flows.reports.trial_view import TrialView
from flows.reports.work_pages import overdue_page, worklist_page
from tests import facts
from tests.given import edition_with, patient_with


def _patient(patient_id: str, on: str | None = None) -> Patient:
    return patient_with(*(facts.enrolled(on=on) if on else (facts.screened(),)), patient_id=patient_id)


def _view(patients: list[Patient], today: date) -> TrialView:
    return TrialView(patients, edition_with(), today)


def _rows(page: str) -> list[list[str]]:
    lines = [line for line in page.splitlines() if line.startswith("|") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_worklist_puts_what_is_overdue_first() -> None:
    planned = patient_with(*facts.enrolled(facts.planned(), facts.plan_reviewed()), patient_id="RJ-1")
    page = worklist_page(_view([planned, _patient("RJ-2")], date(2021, 2, 10)))
    overdue, current = page.split("## Overdue")[1].split("## To do")
    assert "RJ-1" in overdue
    assert "RJ-2" in current
    assert f"{len(_rows(overdue)) - 1} overdue, {len(_rows(current)) - 1} to do." in page


def test_a_long_worklist_says_how_much_it_leaves_out() -> None:
    page = worklist_page(_view([_patient(f"RJ-{n:04}") for n in range(310)], date(2020, 12, 1)))
    assert "10 more: `imni worklist`" in page
    assert len(page.encode()) < 300_000


_LONG_QUESTION = facts.query(question="病理报告中的阳性淋巴结数与分期不符，请核对原始报告。" * 36)


@pytest.mark.parametrize("write", [worklist_page, overdue_page])
def test_long_questions_in_chinese_of_many_patients_fit_on_a_page(write: Callable[[TrialView], str]) -> None:
    asked = facts.enrolled(_LONG_QUESTION, _LONG_QUESTION.model_copy(update={"query_id": "Q-2"}))
    page = write(_view([patient_with(*asked, patient_id=f"RJ-{n:04}") for n in range(400)], date(2021, 6, 1)))
    assert len(page.encode()) < 300_000
    assert "病理报告中的阳性淋巴结数与分期不符" in page
    assert " more: `imni worklist`" in page
    assert max(len(said) for row in _rows(page) for said in row) < 600


def test_an_empty_worklist_is_said_to_be() -> None:
    assert "0 overdue, 0 to do." in worklist_page(_view([], date(2021, 2, 10)))


def test_enrolment_counts_the_months_in_which_nobody_came_against_the_plan() -> None:
    patients = [_patient("RJ-1", "2020-12-20"), _patient("RJ-2", "2021-03-02"), _patient("RJ-3")]
    page = enrolment_page(_view(patients, date(2021, 4, 5)))
    assert "2 of 214 patients randomised, 3 screened" in page
    assert _rows(page)[1:] == [
        ["2020-12", "1", "1", "9"],
        ["2021-01", "0", "1", "18"],
        ["2021-02", "0", "1", "27"],
        ["2021-03", "1", "2", "36"],
        ["2021-04", "0", "2", "45"],
    ]


def test_once_enrolment_is_complete_no_months_are_added() -> None:
    small = replace(edition_with(), target_patients=2, planned_accrual_months=2)
    patients = [_patient("RJ-1", "2020-12-20"), _patient("RJ-2", "2021-01-02")]
    rows = _rows(enrolment_page(TrialView(patients, small, date(2025, 1, 1))))
    assert rows[1:] == [["2020-12", "1", "1", "1"], ["2021-01", "1", "2", "2"]]


def test_before_the_first_patient_there_is_no_table() -> None:
    assert "Nobody is randomised yet." in enrolment_page(_view([], date(2021, 1, 1)))


def test_the_start_page_leads_to_every_patient() -> None:
    page = start_page(_view([_patient("RJ-0042")], date(2021, 1, 1)))
    assert "[RJ-0042](/pages/patient-rj-0042)" in page


def test_of_a_simulated_trial_every_page_says_so_beneath_its_heading() -> None:
    page = start_page(_view([], date(2021, 1, 1)))
    assert marked(page, simulated=True).startswith("# Start here\n\n**This is a simulated trial.**\n\nIMNI")
    assert marked(page, simulated=False) == page


@pytest.mark.parametrize(("name", "left_out"), [("RJ-{:04}", 0), ("RJ-ruijin-hospital-shanghai-radiotherapy-{:04}", 3)])
def test_the_start_page_leads_to_5000_patients_and_to_as_many_as_fit_when_their_ids_are_long(
    name: str, left_out: int
) -> None:
    page = start_page(_view([Patient(patient_id=name.format(number)) for number in range(5000)], date(2021, 1, 1)))
    links = page.count("](/pages/patient-rj-")
    assert len(page.encode()) < 300_000
    assert links == 5000 if not left_out else 1500 < links < 5000
    assert (f"{5000 - links} more: `imni status`" in page) == bool(left_out)


def test_the_worklist_page_lists_queries_the_oldest_first_and_says_how_the_protocol_was_read() -> None:
    first = patient_with(*facts.enrolled(facts.query()), patient_id="RJ-1")
    second = patient_with(*facts.enrolled(facts.query("Q-9", "2021-03-20"), facts.query_answered("Q-9")))
    otherwise = edition_with({"PQ-19": "with-30-42-54-months"})
    page = worklist_page(TrialView([second, first], otherwise, date(2021, 3, 31)))
    section = page.split("## Queries")[1]
    assert "2 open, 1 for more than 14 days." in section
    assert [row[:2] for row in _rows(section)[1:]] == [["30", "aged"], ["11", ""]]
    assert [row[-1] for row in _rows(section)[1:]] == ["waits for an answer", "answered, to be closed"]
    assert "PQ-19 = with-30-42-54-months" in section.split("Protocol read with")[1]
    many = [patient_with(*facts.enrolled(facts.query()), patient_id=f"RJ-{number}") for number in range(60)]
    assert "60 open" in (crowded := worklist_page(_view(many, date(2021, 3, 31))))
    assert "The oldest 50 are shown." in crowded


def test_the_worklist_page_says_first_that_the_allocation_list_is_nearly_used_up() -> None:
    """A12: the alarm stands where every day begins."""
    warned = TrialView([], edition_with(), date(2021, 3, 31), allocation_warning="Only 3 places are left")
    assert "**Only 3 places are left.**" in worklist_page(warned)
    assert "**" not in worklist_page(_view([], date(2021, 3, 31)))
