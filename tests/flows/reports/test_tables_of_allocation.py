"""What a report says of the allocation: how long its steps took, and who was allocated, without a test of chance."""

from __future__ import annotations

from datetime import date

import pytest

from domain.patient import Patient
from flows.reports.report_view import ReportView
from flows.reports.tables.baseline import baseline
from flows.reports.tables.intervals import intervals
from flows.reports.trial_view import TrialView
from tests import facts
from tests.given import edition_with, patient_with

TODAY = date(2021, 6, 1)


def _patients() -> list[Patient]:
    lives = {
        "RJ-0001": facts.enrolled(facts.started("2021-02-01"), on="2021-01-10", arm="OMIT"),
        "RJ-0002": facts.enrolled(facts.started("2021-03-01"), on="2021-01-20", arm="OMIT"),
        "RJ-0003": facts.enrolled(on="2021-01-09", arm="IMNI"),
    }
    return [patient_with(*life, patient_id=patient_id) for patient_id, life in lives.items()]


def _view(*, by_arm: bool) -> ReportView:
    return ReportView(TrialView(_patients(), edition_with(), TODAY), by_arm, f"As of {TODAY}")


def test_the_days_around_randomisation_stand_by_arm_in_the_closed_report_only() -> None:
    """A17: eligibility was confirmed on 8 January."""
    closed, opened = intervals(_view(by_arm=True)), intervals(_view(by_arm=False))
    by_arm = {
        column.split()[0]: [str(row.cells[index]) for row in closed.rows] for index, column in enumerate(closed.columns)
    }
    assert by_arm == {"OMIT": ["7 (2 to 12)", "31 (22 to 40)"], "IMNI": ["1 (1 to 1)", "–"]}
    assert [str(row.cells[0]) for row in opened.rows] == ["2 (1 to 12)", "31 (22 to 40)"]
    assert len(opened.columns) == 1


@pytest.mark.parametrize("by_arm", [True, False])
def test_the_patients_at_randomisation_are_described_without_a_p_value(by_arm: bool) -> None:
    """A18: the arms were made by chance, so nothing is tested (CONSORT 2025)."""
    table = baseline(_view(by_arm=by_arm))
    said = " ".join((table.title, table.first, *table.columns, *table.notes, *(row.label for row in table.rows)))
    assert not {"p", "p-value", "test"} & set(said.lower().replace("(", " ").split())
    assert all(len(row.cells) in {0, len(table.columns)} for row in table.rows)
    assert len(table.columns) == (2 if by_arm else 1)
