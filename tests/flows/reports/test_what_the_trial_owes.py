"""The pages of the trial show what is owed to it as a whole, and by the days of the site."""

from __future__ import annotations

from datetime import UTC, date, datetime

from domain.patient import Patient
from domain.standing import Standing
from flows.reports.trial_pages import TRIAL_PAGES
from flows.reports.trial_view import TrialView
from tests import facts
from tests.given import edition_with, patient_with, trial_with

FINDING = facts.query("A-1", question="Consent forms of June are not filed")


def _page(key: str, *patients: Patient, today: date, trial: Standing) -> str:
    (page,) = (page for page in TRIAL_PAGES if page.key == key)
    return page.write(TrialView(patients, edition_with(), today, trial))


def _lines(page: str, about: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("|") and about in line]


def test_a_finding_of_an_audit_is_open_work_and_in_the_end_overdue() -> None:
    trial = trial_with(FINDING, facts.work_set_aside("collect/laboratory", "2021-03-10"))
    page = _page("worklist", today=date(2021, 3, 10), trial=trial)
    assert "0 overdue, 2 to do." in page
    finding, query = _lines(page, "Consent forms of June")
    assert "| the trial | A-1 |" in query
    assert "| the trial |" in finding
    assert "(/forms/answer-query?" in finding
    assert "patient_id" not in finding
    (aside,) = _lines(page, "collect/laboratory: refused five times")
    assert "(/forms/release-work?" in aside
    late = _lines(_page("overdue", today=date(2021, 3, 16), trial=trial), "Consent forms of June")
    assert len(late) == 1


def test_an_outcome_waits_for_the_adjudicators_on_worklist_and_overdue() -> None:
    recurred = patient_with(*facts.enrolled(facts.completed(), facts.recurrence("CHEST_WALL", on="2021-03-01")))
    (open_work,) = _lines(_page("worklist", recurred, today=date(2021, 3, 10), trial=trial_with()), "Adjudicate")
    assert "| adjudicator |" in open_work
    assert "(/forms/record-adjudication?" in open_work
    assert "## Adjudicator" in _page("overdue", recurred, today=date(2021, 3, 30), trial=trial_with())


def test_the_next_audit_is_on_the_auditors_page_and_among_the_decisions_when_it_is_near() -> None:
    begun = trial_with(facts.trial_opened(), facts.edition_activated(on="2020-12-10"))
    assert "The next audit is due on 2021-06-10." in _page("audit", today=date(2021, 6, 10), trial=begun)
    assert "**The audit of 2021-06-10 is overdue.**" in _page("audit", today=date(2021, 6, 11), trial=begun)
    assert "audit is due" not in _page("audit", today=date(2021, 6, 10), trial=trial_with())
    assert "(/forms/record-audit)" not in _page("decisions", today=date(2021, 5, 26), trial=begun)
    assert "(/forms/record-audit)" in _page("decisions", today=date(2021, 5, 27), trial=begun)


def test_an_entry_is_late_by_the_days_of_the_site() -> None:
    """30 days late at 23:59 in Shanghai, 31 one minute later, when it is still yesterday in Greenwich."""
    for minute, late in ((datetime(2021, 3, 3, 15, 59, tzinfo=UTC), 0), (datetime(2021, 3, 3, 16, 0, tzinfo=UTC), 1)):
        entered = patient_with(facts.screened("2021-02-01"), recorded=minute)
        (row,) = _lines(
            _page("audit", entered, today=date(2021, 3, 10), trial=trial_with()), "| li.wei | coordinator |"
        )
        assert [cell.strip() for cell in row.split("|")][4] == str(late)
