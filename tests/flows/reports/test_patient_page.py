"""A patient's page: where she stands, what comes next, and every entry as an auditor must find it."""

import json
import re
from datetime import date
from urllib.parse import unquote

import pytest

from domain.decisions.corrections import CorrectEntry
from events.clinical_date import ClinicalDate
from events.consent import PatientIdentified
from events.event import Event
from events.safety import SeriousAdverseEventClosed
from flows.reports.links import artifact_key
from flows.reports.patient_page import patient_page, state_of
from tests import facts
from tests.given import edition_with, entry, patient_with
from tests.schedules import TABLE_1

TODAY = date(2022, 1, 1)


def _page(*events: Event, today: date = TODAY) -> str:
    return patient_page(patient_with(*events), edition_with(), today)


def _chapter(page: str, title: str) -> str:
    return page.split(f"## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def _line(page: str, text: str) -> list[str]:
    """The cells of the one row that contains a text."""
    (row,) = (line for line in page.splitlines() if text in line and line.startswith("|"))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((facts.screened(),), "In screening."),
        (facts.eligible(), "In screening; RecurIndex score 44, low genomic risk."),
        (facts.eligible(facts.result(46)), "In screening; RecurIndex score 46, high genomic risk."),
        ((*facts.eligible(), facts.screening_failed("IC03")), "Screening failed."),
        (facts.enrolled(arm="IMNI"), "Randomised to IMNI (internal mammary nodes irradiated) on 2021-01-10."),
        (facts.enrolled(facts.death("2021-12")), "Died in 2021-12."),
    ],
)
def test_the_page_begins_with_where_she_stands(events: tuple[Event, ...], said: str) -> None:
    assert state_of(patient_with(*events), edition_with()) == said
    assert _page(*events).split("\n\n")[1] == said


def test_what_comes_next_names_day_and_doer() -> None:
    assert _line(_page(*facts.enrolled()), "Plan radiotherapy")[2] == "radiation-oncologist"
    assert "Nothing is open." in _page(*facts.enrolled(facts.lost("2021-06-01")))


def test_criteria_show_what_was_seen_and_what_is_missing() -> None:
    page = _page(*facts.eligible(facts.pathology(nodes_positive=4), without=[type(facts.history())]))
    assert _line(page, "| IC03 |")[1:3] == ["**not met**", "4, pN1a"]
    assert _line(page, "| EC09 |")[1] == "not known"


def test_visits_show_their_windows_and_what_became_of_them() -> None:
    page = _page(*facts.enrolled(facts.completed(), facts.scheduled(*TABLE_1), facts.visit("6m", "2021-08-19")))
    row = _line(_chapter(page, "Visits"), "| 6m |")
    assert row[:5] == ["6m", "2021-07-20", "2021-08-19", "2021-09-18", "done 2021-08-19, partial"]
    assert "chest CT" not in row[5], "not due at 6 months"
    assert "ECG" in row[5]
    assert "## Visits" not in _page(*facts.enrolled())


def test_a_visit_nobody_asks_for_is_neither_overdue_nor_to_come() -> None:
    enrolled = facts.enrolled(facts.completed(), facts.scheduled(*TABLE_1), facts.visit("4w", "2021-03-19"))
    withdrew = _page(*enrolled, facts.withdrew("VISITS", on="2021-06-01"), today=date(2021, 12, 1))
    states = {name: _line(_chapter(withdrew, "Visits"), f"| {name} |")[4] for name in ("4w", "6m", "5y")}
    assert states == {"4w": "done 2021-03-19, partial", "6m": "not asked for", "5y": "not asked for"}
    assert "**Withdrew on 2021-06-01** (visits: none from now on)." in withdrew.split("## ")[0]
    died = _page(*enrolled, facts.death("2021-06-01"), today=date(2021, 12, 1))
    assert _line(_chapter(died, "Visits"), "| 6m |")[4] == "not asked for"


def test_the_head_says_what_whoever_calls_her_must_know() -> None:
    page = _page(*facts.enrolled(facts.lost("2021-03-01"), facts.serious()))
    head = page.split("## ")[0]
    assert "**Lost to follow-up since 2021-03-01.**" in head
    assert "Serious adverse event SAE-1 is open." in head
    ended = SeriousAdverseEventClosed(occurred_on=ClinicalDate.parse("2021-04-01"), sae_id="SAE-1")
    assert "SAE-1 is open" not in _page(*facts.enrolled(facts.serious(), ended))


def test_who_failed_screening_is_shown_as_she_was_weighed_then() -> None:
    page = _page(*facts.eligible(), facts.screening_failed("IC03", on="2020-12-12"), today=date(2061, 1, 1))
    assert "**not met**" not in _line(page, "| IC05 |")[1], "she has grown old since"


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2021, 7, 10), "window 2021-07-20 to 2021-09-18, best on 2021-08-19: opens in 10 days."),
        (date(2021, 7, 20), "best on 2021-08-19: open now."),
        (date(2021, 9, 19), "best on 2021-08-19: **overdue**."),
    ],
)
def test_the_page_says_first_when_the_next_visit_is(today: date, said: str) -> None:
    told = facts.enrolled(facts.completed(), facts.scheduled(*TABLE_1), facts.visit("4w", "2021-03-19"))
    first = _page(*told, today=today).split("\n\n")[1]
    assert "Next visit: **6m**" in first
    assert said in first
    assert "Next visit" not in _page(*told, facts.death("2021-06-01"), today=today)


def test_toxicity_shows_the_worst_grade_of_each_phase() -> None:
    graded = (facts.toxicity(grade=1, on="2021-01-20"), facts.toxicity(grade=3), facts.toxicity(grade=2))
    page = _page(*facts.enrolled(facts.started(), *graded))
    assert _line(_chapter(page, "Toxicity"), "dermatitis") == ["Rash: dermatitis", "CTCAE 3.0", "1", "3", ""]
    assert "## Toxicity" not in _page(*facts.enrolled())


def test_the_page_says_why_a_visit_is_due_when_it_is() -> None:
    begun = facts.enrolled(facts.planned(), facts.started())
    first = _chapter(_page(*begun), "Why")
    assert "counted from 2021-02-01 (start of radiotherapy)" in _line(first, "| week-1 |")[2]
    why = _chapter(_page(*begun, facts.completed(), facts.scheduled(*TABLE_1)), "Why")
    assert "counted from 2021-02-19 (radiotherapy-completed)" in _line(why, "| 4w |")[2]
    assert "| 6m |" not in why, "only of the visit that comes next"
    assert _line(why, "| RANDOMISATION |")[1] == "OMIT on 2021-01-10"


def test_deviations_name_their_rule() -> None:
    page = _page(*facts.enrolled(facts.amended(46)))
    assert _line(_chapter(page, "Deviations"), "| DR02 |")[1] == "major"
    assert "## Deviations" not in _page(*facts.enrolled())


def test_a_correction_shows_old_new_and_reason_and_marks_the_entry() -> None:
    first = facts.corrected(entry(2), facts.pathology(grade=1), reason="misread")
    second = facts.corrected(entry(2), facts.pathology("2020-11-28", grade=3), reason="slide reviewed")
    page = _page(facts.screened(), facts.pathology(), first, second)
    assert f"Reason: misread; Grade of the invasive part (1-3): 1 (was 2); entry: {entry(2)}" in page
    assert (
        "Reason: slide reviewed; Date: 2020-11-28 (was 2020-11-27); Grade of the invasive part (1-3): 3 (was 1);"
        in page
    )
    assert _line(page, "| pathology reported")[1] == "pathology reported (corrected)"


def test_a_void_marks_the_entry_it_voids() -> None:
    page = _page(facts.screened(), facts.contact("2021-01-02"), facts.voided(entry(2)))
    assert _line(page, "| contact made")[1] == "contact made (voided)"
    assert "Reason: wrong patient" in _line(page, "entry voided")[4]


def test_free_text_stays_in_its_cell() -> None:
    cells = _line(_page(facts.screened(), facts.query(question="a | b\nc")), "query opened")
    assert len(cells) == 5
    assert cells[4] == r"Query number: Q-1; Question: a \| b c"


def test_the_secrets_of_an_allocation_are_not_shown() -> None:
    page = _page(*facts.enrolled())
    assert "salt" not in page
    assert "proof" not in page


def test_that_she_was_identified_is_shown_and_nothing_of_it() -> None:
    identified = PatientIdentified(
        occurred_on=facts.day("2020-12-10"), key_id="5f0c1d2e3a4b5968", ciphertext="QUJDREVG"
    )
    page = _page(facts.screened(), identified)
    cells = _line(page, "patient identified")
    assert cells[4] == "identifying (encrypted)"
    assert "Void" in cells[2]
    assert "Correct" not in cells[2]
    assert not [part for part in (identified.key_id, identified.ciphertext) if part in unquote(page)]


def test_a_long_life_still_fits_into_an_artifact() -> None:
    many = [facts.query(f"Q-{number}", question="很长的问题" * 100) for number in range(600)]
    page = _page(facts.screened(), *many)
    assert len(page.encode()) < 300_000
    assert "401 earlier entries: `imni history RJ-0001`" in page
    assert "551 more: `imni worklist RJ-0001`" in page
    assert "Query number: Q-599" in page


@pytest.mark.parametrize(
    ("one", "other"), [("RJ-1", "rj-1"), ("RJ-1", "RJ_1"), ("RJ.1", "RJ_1"), ("A-B", "A.B"), ("rj-1", "Rj-1")]
)
def test_no_two_patients_share_a_page(one: str, other: str) -> None:
    assert artifact_key(one) != artifact_key(other)
    assert re.fullmatch("[a-z0-9-]+", artifact_key(one) + artifact_key(other))


def test_the_usual_id_is_easy_to_find() -> None:
    assert artifact_key("RJ-0042") == "patient-rj-0042"


def _prefilled(link: str) -> tuple[str, dict[str, object]]:
    wire, asked = re.findall(r"\(/forms/([a-z-]+)\?parameters=([^)]*)\)", link)[0]
    return wire, json.loads(unquote(asked))["form"]


def test_an_entry_made_wrongly_opens_a_correction_that_says_what_stands() -> None:
    page = _page(facts.screened(), facts.performance(), facts.corrected(entry(2), facts.performance(ecog=2)))
    wire, form = _prefilled(_line(page, "| performance status recorded")[2])
    assert (wire, form["patient_id"]) == ("correct-entry", "RJ-0001")
    known = form["entry"]
    assert isinstance(known, dict)
    assert known["target"] == str(entry(2))
    assert known["replacement"]["ecog"] == 2, "as corrected before"
    CorrectEntry.model_validate({**known, "occurred_on": "2022-01-01", "reason": "misread"})


def test_a_correction_begins_with_a_long_history_and_with_a_reason_in_chinese_too() -> None:
    """Nobody writes the facts of an entry into an empty editor."""
    cancers = [{"kind": kind, "diagnosed_on": "2001-05-01"} for kind in ("LCIS", "BCC_SKIN", "CIS_CERVIX")]
    history = facts.history(prior_malignancies=cancers, prior_radiotherapy=["NECK", "ELSEWHERE"])
    lost = facts.lost(
        on="2021-03-01", reason="患者随家人迁往外地，电话停机，多次联系未果，邻居称已搬走，派出所亦无新址登记。"
    )
    page = _page(facts.screened(), history, lost)
    for row, told in (("| medical history", "prior_malignancies"), ("| follow up lost", "reason")):
        known = _prefilled(_line(page, row)[2])[1]["entry"]
        assert isinstance(known, dict)
        assert known["replacement"][told], row


def test_what_cannot_be_taken_back_offers_no_correction() -> None:
    assert _line(_page(*facts.enrolled()), "| patient randomised")[2] == ""


def test_the_next_step_opens_its_form_filled_in() -> None:
    page = _page(*facts.enrolled(facts.completed(), facts.scheduled(*TABLE_1)), today=date(2021, 8, 19))
    assert _prefilled(_line(page, "Visit 6m: ")[1]) == (
        "record-visit",
        {"patient_id": "RJ-0001", "entry": {"from_list": "6 months after radiotherapy"}},
    )


_COLUMNS_OF_CRITERIA = 4


def test_every_unknown_criterion_but_the_score_leads_to_the_form_that_tells() -> None:
    page = _page(facts.screened(sex=None)).splitlines()
    rows = [line for line in page if "| not known |" in line and line.count("|") == _COLUMNS_OF_CRITERIA + 1]
    assert len(rows) > 20
    assert [row[2:6] for row in rows if "/forms/" not in row] == ["DR02"]


def test_a_criterion_whose_record_is_incomplete_opens_that_record() -> None:
    page = _page(facts.screened(), facts.surgery(reconstruction="unknown"))
    link = _line(page, "| EC04 |")[2]
    wire, form = _prefilled(link)
    assert "[Complete surgery]" in link
    assert (wire, form["patient_id"]) == ("correct-entry", "RJ-0001")
    known = form["entry"]
    assert isinstance(known, dict)
    assert known["target"] == str(entry(2))
