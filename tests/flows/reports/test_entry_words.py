"""How the pages say things: units of the forms, no brackets of a program, one in the singular, no broken dates."""

import re

from events.event import Event
from flows.reports.entry_words import entry_name, in_words
from flows.reports.markdown import number_of, table
from flows.reports.patient_page import patient_page
from tests import facts
from tests.given import edition_with, patient_with
from tests.schedules import TABLE_1


def _said(*events: Event, entry: str) -> str:
    page = patient_page(patient_with(*events), edition_with(), facts.day("2022-01-01").earliest)
    (row,) = (line for line in page.split("## Timeline")[1].splitlines() if f"| {entry} |" in line)
    return re.split(r"(?<!\\)\|", row)[-2].strip()


def test_an_entry_says_its_facts_under_the_titles_and_units_of_its_form() -> None:
    told = _said(facts.screened(), facts.pathology(), entry="pathology reported")
    assert "Size of the invasive tumour (mm): 25; pN category: pN1a" in told
    assert told.endswith("Surgical margin: negative"), "whole"
    assert entry_name(facts.started()) == "radiotherapy started"


def test_a_schedule_says_each_visit_with_its_day_and_nothing_of_a_program() -> None:
    told = _said(*facts.enrolled(facts.scheduled(*TABLE_1)), entry="follow up scheduled")
    assert "visits: 4w 2021-03-19, 6m 2021-08-19" in told
    assert not set("{}[]'") & set(told)
    phases = [{"phase": "MAIN", "total_cgy": 4005, "fractions": 15, "per_fraction_cgy": 267}]
    planned = _said(*facts.enrolled(facts.planned(phases=phases)), entry="radiotherapy planned")
    assert "total cgy 4005, fractions 15, per fraction cgy 267)" in planned


def test_a_reminder_says_what_about_and_whom_without_the_key_of_its_work() -> None:
    assert _said(facts.screened(), facts.reminded("k-1"), entry="reminder sent").startswith("subject: 6m; step: open")


def test_what_is_too_long_is_cut_between_two_characters() -> None:
    query = facts.query(question="很长的问题" * 100)
    said = in_words(type(query), {"question": query.model_dump()["question"]}, 100)
    assert 97 < len(said.encode()) <= 100


def test_a_column_of_dates_or_ids_is_at_least_as_wide_as_they_are() -> None:
    row = ("2021-02-01", "[SIM-0042](/pages/x)", "li.wei, 2021-02-01 08:00", "see-saw " * 9)
    heading = table(("Due", "Patient", "By", "What"), [row]).splitlines()[0]
    due, patient, by, what = (title[1:-1] for title in heading.split("|")[1:-1])
    assert (len(due), len(patient), len(by), what) == (11, 10, 11, "What")
    assert due.strip() == "Due"


def test_one_is_singular() -> None:
    assert [number_of(n, "gap") for n in (0, 1, 1200)] == ["0 gaps", "1 gap", "1,200 gaps"]
