"""The generated documents say what the edition says, and every rule is kept somewhere and tested by its id."""

from pathlib import Path

import pytest

from domain.protocol.question import Question
from domain.protocol.readings import QUESTIONS
from domain.protocol.v2_0 import EDITION
from domain.rule_book import rule_book, table_1
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

NOT_YET_TESTED = {"A10", "A11", "A13", "A14", "A15", "A17", "A18"}
"""Checks of the allocation that no test names yet: voids, amended schemes, who looked, reports by arm."""


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
    assert bool(tried_in(rule)) is (rule not in NOT_YET_TESTED)


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


def test_the_rule_book_shows_the_doses_and_the_counts_of_table_1() -> None:
    """Protocol: Interventions; Table 1."""
    values = {value.id: value.value for chapter in rule_book(EDITION) for value in chapter.values}
    assert values["RT-HYPO-MAIN"] == "40.05 Gy in 15 of 2.67 Gy"
    assert values["RT-CONV-BOOST"] == "10.00 Gy in 5 of 2.00 Gy"
    assert values["site-to-investigator"] == "24 hours from awareness; for every"
    assert values["ethics-fatal"].startswith("7 days from awareness")
    counts = {assessment.value: len(columns) for assessment, columns in table_1(EDITION)}
    assert (counts["PHYSICAL_EXAM"], counts["THYROID"], counts["CHEST_CT"], counts["MAMMOGRAPHY"]) == (10, 9, 6, 5)
