"""Texts that rules read letter by letter, offered as a list: a misspelt one would silently not be judged.

A form shows the list first, and below it the fields for what is not on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic_core import PydanticCustomError

from domain.decisions.command import Command
from domain.decisions.conduct import ChooseReading
from domain.decisions.follow_up import UNSCHEDULED, WEEKLY_VISITS, RecordMissedVisit, RecordVisit
from domain.decisions.radiotherapy import RecordPlanDose
from domain.decisions.safety import RecordAdverseEvent
from domain.protocol.editions import EDITIONS, read_as
from domain.protocol.readings import BY_ID
from domain.refusal_words import CHOICE
from domain.rule_book_words import dose_words
from domain.toxicity.terms import terms

FIELD = "from_list"
"""What the choice from the list is called in a form's facts."""


@dataclass(frozen=True, slots=True)
class ListedFacts:
    """A list of a form: its title, what is said beneath it, and the facts each choice stands for.

    `by_hand`: the fields it fills in, and what each is called where it is for what is not on the list.
    """

    title: str
    description: str
    choices: Mapping[str, Mapping[str, str]]
    by_hand: Mapping[str, str]

    def filled_in(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Facts with what was chosen from the list in its fields. Raises `PydanticCustomError` for two answers."""
        told = {name: value for name, value in facts.items() if name != FIELD}
        chosen = facts.get(FIELD)
        if not chosen:
            return told
        meant = self.choices.get(str(chosen))
        if meant is None:
            raise self._refused(f"{self.title}: {str(chosen)[:60]!r} is not on the list")
        written = [name for name in self.by_hand if told.get(name) and told[name] != meant.get(name)]
        if written:
            raise self._refused(f"{self.title}: {chosen!r} was chosen, and {told[written[0]]!r} was written")
        return {**told, **meant}

    def _refused(self, problem: str) -> PydanticCustomError:
        way_out = f"choose it from the list, or write it under {' and '.join(self.by_hand.values())}"
        return PydanticCustomError(CHOICE, "{problem}", {"problem": f"{problem}: {way_out}"})


def _terms() -> Iterator[tuple[str, Mapping[str, str]]]:
    for term in terms():
        if term.select is None:
            yield term.term, {"term": term.term}
        else:
            yield f"{term.term} › {term.select}", {"term": term.term, "select": term.select}


def _metrics() -> Iterator[tuple[str, Mapping[str, str]]]:
    """What the editions judge, under either reading of the target's (PQ-31)."""
    read = [read_as(edition, {"PQ-31": option}) for edition in EDITIONS.values() for option in ("V100>=95", "D100>=95")]
    for constraint in (each for edition in read for each in edition.dose_constraints):
        structure, metric = constraint.structure, constraint.metric
        words, unit = dose_words(structure, metric)
        yield (
            f"{words} ({unit}) – {structure} {metric}",
            {"structure": structure, "metric": metric},
        )


def _visits() -> Mapping[str, Mapping[str, str]]:
    """The visits of Table 1, as it calls them; those of later years are written."""
    columns = [column.id for edition in EDITIONS.values() for column in edition.columns]
    names = ("baseline", *WEEKLY_VISITS, *dict.fromkeys(columns), UNSCHEDULED)
    return {_visit_words(name): {"visit": name} for name in names}


def _visit_words(name: str) -> str:
    if name in WEEKLY_VISITS:
        return f"week {name.removeprefix('week-')} of radiotherapy"
    number, unit = name[:-1], {"w": "weeks", "m": "months", "y": "years"}.get(name[-1], "")
    return f"{number} {unit} after radiotherapy" if unit and number.isdigit() else name


def _readings() -> Iterator[tuple[str, Mapping[str, str]]]:
    for question in BY_ID.values():
        for option in question.followed if len(question.followed) > 1 else ():
            yield f"{question.id} › {option} – {question.wording}", {"question": question.id, "option": option}


_VISITS = ListedFacts(
    "Which visit",
    "One is needed: here, or written below.",
    _visits(),
    {"visit": "Visit of a later year"},
)

LISTS: Mapping[type[Command], ListedFacts] = MappingProxyType(
    {
        RecordAdverseEvent: ListedFacts(
            "Term",
            "One is needed: here, or written below. Terms of CTCAE 3.0 that breast radiotherapy needs; their grades "
            "are checked. Type to search.",
            dict(sorted(_terms())),
            {"term": "Term not on the list", "select": "Its selection, where the term has one"},
        ),
        RecordVisit: _VISITS,
        RecordMissedVisit: _VISITS,
        ChooseReading: ListedFacts(
            "Question and reading",
            "One is needed: here, or written below. What the trial may choose. Type to search.",
            dict(_readings()),
            {"question": "Question not on the list", "option": "Its reading"},
        ),
        RecordPlanDose: ListedFacts(
            "Structure and metric",
            "One is needed: here, or written below. Those the protocol judges; others are kept, but not checked. "
            "Type to search.",
            dict(_metrics()),
            {"structure": "Structure not on the list", "metric": "Its metric"},
        ),
    }
)
"""The commands whose form has a list."""


def as_listed(command: type[Command], facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Facts as a form with a list shows them: what is on the list as the choice from it."""
    listed = LISTS.get(command)
    if listed is None:
        return facts
    said = {name: facts[name] for name in listed.by_hand if name in facts}
    chosen = next((choice for choice, meant in listed.choices.items() if meant == said), None)
    others = {name: value for name, value in facts.items() if name not in listed.by_hand}
    return facts if chosen is None else {FIELD: chosen, **others}
