"""The generated documents say what the edition says, and every rule is kept somewhere and tested by its id."""

from pathlib import Path

import pytest

from domain.protocol.question import Question
from domain.protocol.readings import QUESTIONS
from domain.protocol.v2_0 import EDITION
from domain.rule_book import rule_book, table_1
from domain.rule_book_words import NOTES
from tests.named_tests import NamedTest, named_tests
from tests.rule_book import (
    PROTOCOL,
    TRACEABILITY,
    kept_in,
    protocol_page,
    read_in,
    traceability_page,
    traced,
    tried_in,
)


@pytest.mark.parametrize("page", [PROTOCOL, TRACEABILITY], ids=lambda page: page.name)
def test_a_generated_page_is_not_stale(page: Path) -> None:
    fresh = {PROTOCOL: protocol_page, TRACEABILITY: traceability_page}
    assert page.read_text() == fresh[page](), "run `python -m tests.rule_book`"


def test_every_id_of_the_protocol_is_traced() -> None:
    by_kind = {"IC": 11, "DR": 2, "EC": 12, "RF": 5, "PQ-": 45, "G": 25, "A": 18}
    assert {kind: sum(rule.startswith(kind) for rule in traced()) for kind in by_kind} == by_kind


@pytest.mark.parametrize("rule", traced())
def test_a_rule_is_kept_somewhere_and_named_by_a_test(rule: str) -> None:
    assert kept_in(rule)
    assert tried_in(rule)


def test_a_rule_counts_as_tried_by_name_by_row_or_by_what_a_test_states_and_not_by_a_mention() -> None:
    by_row = NamedTest("tests/x.py", "test_edges", ("", "", "IC03"))
    by_statement = NamedTest("tests/x.py", "test_twice", ("A06: nobody is randomised twice.", ""))
    assert by_row.tries("IC03")
    assert not by_row.tries("IC0")
    assert by_statement.tries("A06")
    assert NamedTest("tests/x.py", "test_pq_21_ends_follow_up", ()).tries("PQ-21")
    assert not NamedTest("tests/x.py", "test_pq_210", ("EC120", "XEC12")).tries("PQ-21")
    assert not NamedTest("tests/x.py", "test_pq_210", ("EC120", "XEC12")).tries("EC12")
    (edges,) = [test for test in named_tests() if test.name == "test_a_criterion_at_its_edge"]
    assert {rule for rule in traced() if edges.tries(rule)} >= {"IC01", "IC11", "EC01", "EC12", "DR02"}
    mentioned_only = [test for test in named_tests() if test.name == "test_every_wired_question_is_tried"]
    assert not any(test.tries("PQ-42") for test in mentioned_only)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_question_is_read_by_a_rule_or_says_why_it_is_not(question: Question) -> None:
    assert bool(read_in(question.id)) is question.is_wired
    assert bool(question.why_not) is not question.is_wired


def test_every_value_has_an_id_of_its_own_in_its_chapter_a_wording_and_a_source() -> None:
    values = [value for chapter in rule_book(EDITION) for value in chapter.values]
    assert all(value.id and value.wording and value.source for value in values)
    assert {value.status for value in values} == {"verbatim", "interpreted", "placeholder"}
    named = [(value.id, value.wording) for value in values]
    assert len(set(named)) == len(named)


def test_every_question_stands_beside_a_value_it_bears_on() -> None:
    values = [value for chapter in rule_book(EDITION) for value in chapter.values]
    endpoint = next(value for value in values if value.id == "EFS")
    assert endpoint.questions == ("PQ-06", "PQ-10", "PQ-12", "PQ-35", "PQ-36")
    beside = {question for value in values for question in value.questions}
    assert {question.id for question in QUESTIONS} == beside


def test_every_note_belongs_to_a_chapter() -> None:
    titles = {chapter.title for chapter in rule_book(EDITION)}
    assert set(NOTES) <= titles


def test_the_rule_book_shows_the_doses_and_the_counts_of_table_1() -> None:
    """Protocol: Interventions; Table 1."""
    values = {value.id: value.value for chapter in rule_book(EDITION) for value in chapter.values}
    assert values["RT-HYPO-MAIN"] == "40.05 Gy in 15 of 2.67 Gy"
    assert values["RT-CONV-BOOST"] == "10.00 Gy in 5 of 2.00 Gy"
    assert values["site-to-investigator"] == "24 hours from the site's awareness; every one, pregnancies included"
    assert values["ethics-fatal"].startswith("7 days from the site's awareness")
    assert values["PTV V100%"] == "at least 95 %; acceptable from 90 %"
    wordings = {value.id: value.wording for chapter in rule_book(EDITION) for value in chapter.values}
    assert wordings["LUNG_IPSI V20%"] == "Share of the ipsilateral lung with 20 Gy or more"
    assert wordings["HEART MEAN_GY"] == "Mean dose to the heart"
    counts = {assessment.value: len(columns) for assessment, columns in table_1(EDITION)}
    assert (counts["PHYSICAL_EXAM"], counts["THYROID"], counts["CHEST_CT"], counts["MAMMOGRAPHY"]) == (10, 9, 6, 5)
