"""The facts on the trial's pages: what is owed, missing, failed, late, delivered, deviating, counted, taken back."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from domain.patient import Patient
from events.event import Event
from events.outcomes import DeathCause
from flows.reports.enrolment_page import forecast
from flows.reports.trial_pages import OTHERS, TRIAL_PAGES
from flows.reports.trial_view import TrialView
from tests import facts
from tests.given import edition_with, entry, patient_with, trial_with
from tests.schedules import TABLE_1
from tests.small_trial import lives

TODAY = date(2022, 6, 1)
TREATED = (facts.planned(), facts.started(), *facts.fractions(15), facts.completed())
FOLLOWED = (*TREATED, facts.scheduled(*TABLE_1))


def _patient(number: int, *events: Event) -> Patient:
    return patient_with(*events, patient_id=f"RJ-{number}")


def _page(key: str, *patients: Patient, today: date = TODAY, **more: Any) -> str:
    (page,) = (page for page in TRIAL_PAGES if page.key == key)
    return page.write(TrialView(patients, edition_with(), today, **more))


def _rows(page: str, chapter: str = "") -> list[list[str]]:
    text = page.split(f"## {chapter}\n")[1].split("\n## ", maxsplit=1)[0] if chapter else page
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("| ---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def _row(page: str, first: str, chapter: str = "") -> list[str]:
    (found,) = (row for row in _rows(page, chapter) if row[0] == first)
    return found


def _lives() -> tuple[Patient, ...]:
    late = facts.corrected(entry(2), facts.performance(ecog=2))
    return (
        _patient(1, *facts.enrolled(*FOLLOWED, facts.visit(), facts.toxicity(), late)),
        _patient(2, *facts.enrolled(*FOLLOWED, facts.death("2022-01"), arm="IMNI")),
        _patient(3, *facts.eligible(), facts.screening_failed("IC03", "DR02")),
        _patient(4, facts.screened()),
    )


@pytest.mark.parametrize("page", TRIAL_PAGES, ids=lambda page: page.key)
@pytest.mark.parametrize("patients", [(), _lives(), 500 * _lives()], ids=["nobody", "four", "2000"])
def test_every_page_can_be_written_of_nobody_and_of_many(page: Any, patients: Sequence[Patient]) -> None:
    written = page.write(TrialView(patients, edition_with(), TODAY))
    assert written.startswith("# ")
    assert len(written.encode()) < 300_000
    assert "None" not in re.sub("None (yet|of)", "", written)


def test_the_start_page_leads_to_every_page() -> None:
    keys = {page.key for page in TRIAL_PAGES} - {"start-here"} | {key for key, _, _ in OTHERS}
    assert keys <= set(re.findall(r"\(/pages/([a-z-]+)\)", _page("start-here")))


def test_what_is_overdue_says_who_owes_it_and_for_how_long() -> None:
    planned = _patient(1, *facts.enrolled(facts.planned(), facts.plan_reviewed()))
    page = _page("overdue", planned, today=date(2021, 2, 1))
    assert _row(page, "deliver fraction")[1:] == ["", "1", "", "1"], "eleven days: more than a week"
    (late,) = _rows(page, "Radiation oncologist")[1:]
    assert late[:3] == ["11", "2021-01-21", "[RJ-1](/pages/patient-rj-1)"]
    assert "/forms/record-fraction?" in late[3]
    assert late[4] == "Deliver fraction 1 of 15 (MAIN), with cone-beam CT"
    assert "Nothing is overdue." in _page("overdue", _patient(1, facts.screened()))


def test_a_visit_nobody_told_of_is_missing_and_its_form_is_at_hand() -> None:
    page = _page("missing", _patient(1, *facts.enrolled(*FOLLOWED, facts.visit("4w", "2021-03-19"))))
    (closed,) = (row for row in _rows(page, "Whose") if row[3].startswith("6m:"))
    assert closed[:2] == ["visit", "[RJ-1](/pages/patient-rj-1)"]
    assert closed[3] == "6m: window closed on 2021-09-18"
    assert "/forms/record-visit?" in closed[2]
    assert "/forms/record-missed-visit?" in closed[2]
    (partial,) = (row for row in _rows(page, "Whose") if row[3].startswith("4w:"))
    assert partial[0] == "assessment"
    assert "toxicity" in partial[3]
    assert not [row for row in _rows(page, "Whose") if row[3].startswith("18m")], "its window has not closed"


def test_an_outcome_half_known_is_missing_its_day_and_cause() -> None:
    died = facts.death("2021-12", cause=DeathCause.UNKNOWN.value)
    page = _page("missing", _patient(1, *facts.enrolled(*FOLLOWED, died)))
    found = {(row[0], row[3]) for row in _rows(page, "Whose")[1:]}
    assert ("outcome", "Cause of the death on 2021-12") in found
    assert ("date", "Day of the death: only 2021-12 is known") in found
    assert not [kind for kind, _ in found if kind == "visit"], "nothing is asked of the dead"


def test_facts_eligibility_still_waits_for_are_missing_but_not_of_those_who_failed() -> None:
    page = _page(
        "missing", _patient(1, facts.screened()), _patient(2, facts.screened(), facts.screening_failed("IC03"))
    )
    rows = [row for row in _rows(page, "Whose") if row[0] == "criterion"]
    assert {row[1] for row in rows} == {"[RJ-1](/pages/patient-rj-1)"}
    (pathology,) = (row for row in rows if "/forms/record-pathology" in row[2])
    assert pathology[3] == "IC01, IC03, IC04, IC08, IC09, DR01", "what one form tells stands in one row"
    assert not [row for row in rows if "DR02" in row[3]], "the laboratory tells it"
    assert f"{len(rows)} gaps in the data of 1 of 2 patients." in page


def test_the_funnel_counts_who_reached_each_step_and_why_others_failed() -> None:
    page = _page("screening", *_lives())
    reached = {step: (count, share) for step, count, share in _rows(page)[1:10]}
    assert reached["Screened"] == ("4", "100\N{NO-BREAK SPACE}%")
    assert reached["Genomically low risk"] == ("3", "75\N{NO-BREAK SPACE}%")
    assert reached["Randomised"] == ("2", "50\N{NO-BREAK SPACE}%")
    assert _row(page, "IC03", "Why screening failed")[2] == "1"
    assert "1 screening failure; 0 withdrew before randomisation." in page
    waits = [row[0] for row in _rows(page, "Still entering")[1:]]
    assert set(waits) == {"[RJ-4](/pages/patient-rj-4)"}


def test_turn_around_tells_the_median_and_what_is_owed() -> None:
    answered = _patient(1, facts.screened(), facts.ordered(on="2020-12-11"), facts.result(on="2020-12-28"))
    owed = _patient(2, facts.screened(), facts.ordered(on="2021-01-01", patient_id="RJ-2"))
    page = _page("turnaround", answered, owed, today=date(2021, 1, 5), trial=trial_with(facts.report_set_aside()))
    assert "2 tests ordered, 1 answered, 1 open, 0 cancelled." in page
    assert _rows(page)[1][:3] == ["17", "17", "17"]
    assert _row(page, "recurindex/RJ-2/1", "Open orders")[3:] == ["4", ""]
    late = _page("turnaround", owed, today=date(2021, 6, 1))
    assert _row(late, "recurindex/RJ-2/1", "Open orders")[4] == "**overdue**"
    assert len(_rows(page, "Reports set aside")) == 2


def test_radiotherapy_shows_dose_and_fractions_against_plan() -> None:
    missed = facts.fraction_missed("2021-02-03")
    one = _patient(1, *facts.enrolled(facts.planned(), facts.started(), *facts.fractions(3), missed))
    page = _page("radiotherapy", one, _patient(2, *facts.enrolled(*TREATED, arm="IMNI")), _patient(3, facts.screened()))
    assert _row(page, "under way")[1:] == ["1"]
    assert _row(page, "completed")[1:] == ["1"]
    begun = _row(page, "[RJ-1](/pages/patient-rj-1)")
    assert begun[1:7] == ["HYPO", "under way", "3 of 15", "8.01 (20\N{NO-BREAK SPACE}%)", "3", "1"]
    assert "OMIT" not in page, "how treatment went is nobody's to compare by arm"
    assert _row(page, "[RJ-2](/pages/patient-rj-2)")[4] == "40.05 (100\N{NO-BREAK SPACE}%)"


def test_deviations_are_counted_by_rule_and_named() -> None:
    page = _page("deviations", _patient(1, *facts.enrolled(facts.amended(46), arm="IMNI")))
    assert _row(page, "DR02")[1:] == ["major", "1"]
    assert "[RJ-1](/pages/patient-rj-1)" in _rows(page, "Whose")[1]
    assert "None of 1 randomised patient deviates" in _page("deviations", _patient(1, *facts.enrolled()))


def test_everyone_is_in_one_box_of_the_flow() -> None:
    withdrew = _patient(5, facts.screened(), facts.withdrew("TREATMENT", on="2020-12-20"))
    page = _page("consort", *_lives(), withdrew)
    boxes = {row[0]: row[1] for row in _rows(page, "Enrolment")}
    assert boxes["Assessed for eligibility"] == "5"
    assert boxes["Excluded: did not meet the criteria"] == "1"
    assert boxes["Excluded: withdrew before randomisation"] == "1"
    assert boxes["Still entering"] == "1"
    assert boxes["**Randomised**"] == "2"
    later = "Allocation, follow-up and analysis"
    assert _row(page, "**Allocated**", later)[1:] == ["2"]
    assert _row(page, "Died", later)[1:] == ["1"]
    assert _row(page, "Radiotherapy still to come", later)[1:] == ["0"]
    assert _row(page, "**Analysis**: intention to treat, as allocated", later)[1:] == ["2"]


@pytest.mark.parametrize("key", ["consort", "deviations", "missing", "overdue"])
def test_a_page_that_everybody_sees_compares_no_arms(key: str) -> None:
    told, exchanged = (
        _page(key, *(patient_with(*events, patient_id=who) for who, events in sorted(found.items())))
        for found in (lives(), lives(exchanged=True))
    )
    assert told == exchanged


def test_an_auditor_sees_what_was_taken_back_and_what_was_decided() -> None:
    trial = trial_with(facts.trial_opened(), facts.edition_activated(), facts.reading_chosen("PQ-04", "<44"))
    taken = facts.voided(entry(2), reason="wrong patient")
    once = _patient(1, facts.screened(), facts.contact("2021-01-02"), facts.contact("2021-02-02"), taken)
    page = _page("audit", once, trial=trial, position=9, sealed=7)
    assert "9 events on record, the first 7 of them sealed" in page
    assert _row(page, "Voids")[1] == "1"
    assert _rows(page, "Corrections and voids")[1][1:] == [
        "[RJ-1](/pages/patient-rj-1)",
        "li.wei",
        "contact made voided",
        "wrong patient",
    ]
    decided = _rows(page, "Decided about the trial")
    assert [row[1] for row in decided[1:]] == ["reading chosen", "protocol edition activated"]
    assert decided[1][4] == "Protocol question: PQ-04; Reading chosen: <44"
    assert _row(page, "li.wei", "Entered by")[2] == "7"


def test_a_decision_that_waits_too_long_is_asked_of_the_next_person_and_its_form_is_filled_in() -> None:
    asked = trial_with(facts.query("A-1", question="Consent forms are not filed"))
    page = _page("decisions", _patient(1, *facts.enrolled(facts.planned())), today=date(2021, 3, 10), trial=asked)
    assert "2 wait, 1 past their day." in page
    review, finding = _rows(page)[1:]
    assert review[:4] == ["**principal-investigator**", "2021-01-21", "2021-01-20", "[RJ-1](/pages/patient-rj-1)"]
    assert finding[3::2] == ["the trial", "Answer A-1: Consent forms are not filed"]
    assert "/forms/answer-query?parameters=%7B%22form%22%3A%7B%22entry%22%3A%7B%22query_id%22%3A%22A-1%22" in finding[4]


def _months(*counts: int) -> list[date]:
    """So many patients in each month from January 2021."""
    return [date(2021, month, 5) for month, count in enumerate(counts, start=1) for _ in range(count)]


def test_the_forecast_follows_the_last_whole_months() -> None:
    said = forecast(_months(20, 2, 8, 10, 9, 9, 10, 99), edition_with(), date(2021, 8, 10))
    assert "in the last 6 whole months 8.00 a month" in said
    assert "remaining 47 are randomised by **2022-02** (95 % range 2022-01 to 2022-04)" in said
    assert "At the planned pace the remaining 47 are randomised by 2022-02." in said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], "no pace of whole months yet"),
        (_months(0, 0, 1), "95 % range open"),
        (_months(214), "Enrolment is complete: the last patient was randomised on 2021-01-05."),
    ],
)
def test_a_forecast_without_a_pace_says_so(days: list[date], said: str) -> None:
    assert said in forecast(days, edition_with(), date(2021, 4, 10))
