"""The declared endpoints against the event matrix, copied by hand from the protocol page (2.1)."""

from collections.abc import Mapping

import pytest

from domain.endpoint import Endpoint
from domain.endpoints import ENDPOINTS
from domain.neighbour_endpoints import NEIGHBOURS
from domain.occurrences import Kind
from domain.protocol.readings import QUESTIONS, Question
from tests.given import edition_with

DECLARED: Mapping[str, Endpoint] = {**ENDPOINTS, **NEIGHBOURS}

# E event, C competing, - ignored; ? by default as the letter before it, and otherwise under a reading of the protocol.
MATRIX = """
                        EFS  LRRFS  OS  IDFS  IBCFS  RFI  DRFI
LOCAL                   E    E      -   E     E      E    -
REGIONAL                E    E      -   E     E      E    -
DISTANT                 E    C?     -   E     E      E    E
CONTRALATERAL_INVASIVE  E    C?     -   E     E      -    -
DCIS                    -?   -      -   -     -      -    -
SECOND_PRIMARY          -    -      -   E     -      -    -
DEATH_BREAST_CANCER     E    C?     E   E     E      E    E
DEATH_OTHER             C    C?     E   E     E      C    C
DEATH_UNKNOWN           C?   C?     E   E     E      E    E
"""
LETTERS = {"event": "E", "competing": "C", None: "-"}
OTHERWISE = {
    ("EFS", "PQ-12", "dcis-counts"): {"DCIS": "E"},
    ("EFS", "PQ-35", "unknown-is-breast-cancer"): {"DEATH_UNKNOWN": "E"},
    ("LRRFS", "PQ-11", "survival"): {"DEATH_BREAST_CANCER": "E", "DEATH_OTHER": "E", "DEATH_UNKNOWN": "E"},
    ("LRRFS", "PQ-44", "later-recurrence-counts"): {"DISTANT": "-", "CONTRALATERAL_INVASIVE": "-"},
}


def by_hand() -> dict[tuple[str, str], str]:
    header, *rows = (line.split() for line in MATRIX.strip().splitlines())
    return {(code, kind): letter for kind, *letters in rows for code, letter in zip(header, letters, strict=True)}


def roles(endpoint: Endpoint, question: str = "PQ-12", option: str = "invasive-only") -> dict[str, str]:
    edition = edition_with({question: option})
    return {kind.value: LETTERS[endpoint.role(kind, edition)] for kind in Kind}


def test_every_endpoint_and_every_kind_is_in_the_matrix() -> None:
    assert set(by_hand()) == {(code, kind.value) for code in DECLARED for kind in Kind}


@pytest.mark.parametrize("code", DECLARED)
def test_endpoint_equals_its_column(code: str) -> None:
    column = {kind: letter.rstrip("?") for (endpoint, kind), letter in by_hand().items() if endpoint == code}
    assert roles(DECLARED[code]) == column


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_reading_changes_just_what_it_says(question: Question) -> None:
    for code, endpoint in DECLARED.items():
        for option in question.options:
            changed = OTHERWISE.get((code, question.id, option), {})
            assert roles(endpoint, question.id, option) == {**roles(endpoint), **changed}, (code, option)


def test_the_matrix_marks_every_cell_that_a_reading_changes() -> None:
    marked = {cell for cell, letter in by_hand().items() if letter.endswith("?")}
    assert marked == {(code, kind) for (code, _, _), changed in OTHERWISE.items() for kind in changed}


def test_every_endpoint_names_the_questions_it_depends_on() -> None:
    for code, question, _ in OTHERWISE:
        assert question in DECLARED[code].questions
