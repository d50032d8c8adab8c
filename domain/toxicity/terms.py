"""The terms of CTCAE 3.0 that radiotherapy of the breast needs, each with its own set of grades.

Source: NCI Common Terminology Criteria for Adverse Events v3.0 (9 August 2006), 71 of its 1,059 terms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from domain.rejections import Implausible
from events.safety import AdverseEvent, ToxicityScale

CTCAE_3 = "3.0"


@dataclass(frozen=True, slots=True)
class Term:
    """One term, or one selection of it, and the wording of each grade it has."""

    category: str
    term: str
    select: str | None
    grades: Mapping[int, str]


@cache
def terms() -> tuple[Term, ...]:
    """Every term of the table, in the order of its source."""
    table = resources.files("domain.toxicity").joinpath("ctcae_v3.json").read_text(encoding="utf-8")
    return tuple(
        Term(row["category"], row["term"], row["select"], {int(grade): text for grade, text in row["grades"].items()})
        for row in json.loads(table)
    )


def grades_of(term: str, select: str | None = None) -> frozenset[int] | None:
    """The grades a term has, of all its selections when none is named; None for a term that is not in the table."""
    named = [row for row in terms() if row.term.casefold() == term.casefold()]
    chosen = [row for row in named if row.select is not None and row.select.casefold() == (select or "").casefold()]
    return frozenset(grade for row in chosen or named for grade in row.grades) if named else None


def require_grade_of_term(toxicity: AdverseEvent) -> None:
    """Raises `Implausible` for a grade its term does not have. Grade 0 is the absence of any term.

    Other versions, and terms that are not in the table, are taken as they are graded.
    """
    if toxicity.scale is not ToxicityScale.CTCAE or toxicity.scale_version != CTCAE_3 or toxicity.grade == 0:
        return
    grades = grades_of(toxicity.term, toxicity.select)
    if grades is not None and toxicity.grade not in grades:
        raise Implausible(
            "grade",
            str(toxicity.grade),
            f"CTCAE 3.0 grades {toxicity.term!r} as {', '.join(map(str, sorted(grades)))}",
            "Give a grade the term has, or the version of the scale that was used",
        )
