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
from domain.decisions.radiotherapy import RecordPlanDose
from domain.decisions.safety import RecordAdverseEvent
from domain.protocol.editions import EDITIONS, read_as
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
            f"{structure} {metric} – {words[0].lower()}{words[1:]} ({unit})",
            {"structure": structure, "metric": metric},
        )


LISTS: Mapping[type[Command], ListedFacts] = MappingProxyType(
    {
        RecordAdverseEvent: ListedFacts(
            "Term",
            "Terms of CTCAE 3.0 that radiotherapy of the breast needs; their grades are checked. Type to search.",
            dict(sorted(_terms())),
            {"term": "Term not on the list", "select": "Its selection"},
        ),
        RecordPlanDose: ListedFacts(
            "Structure and metric",
            "Those the protocol judges; another one is kept, and judged by nobody. Type to search.",
            dict(_metrics()),
            {"structure": "Structure not on the list", "metric": "Its metric"},
        ),
    }
)
"""The commands whose form has a list."""
