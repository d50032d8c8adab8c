"""How the protocol is read where it can be read in more than one way, and what a reader must be told of it.

The options that change a result are wired to the rule that reads them; every result names the readings it used.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from domain.protocol.question import Question
from domain.protocol.v2_0_questions import QUESTIONS

BY_ID: Mapping[str, Question] = MappingProxyType({question.id: question for question in QUESTIONS})

DEFAULT_READINGS: Mapping[str, str] = MappingProxyType({question.id: question.default for question in QUESTIONS})


def behind(readings: Mapping[str, str], *rules: str) -> tuple[str, ...]:
    """The readings that rules depend on and a reader must be told of, as `PQ-12 = invasive-only`.

    Told are those of severity A, and any that is not the default. Without rules named: of every rule.
    """
    return tuple(
        f"{question.id} = {readings[question.id]}"
        for question in QUESTIONS
        if (not rules or set(rules) & set(question.bears_on))
        and (question.severity == "A" or readings[question.id] != question.default)
    )


def footnote(readings: Mapping[str, str], *rules: str) -> str:
    """The one sentence under every output that depends on a reading; empty when none does."""
    told = behind(readings, *rules)
    return read_with(told) if told else ""


def read_with(told: Sequence[str]) -> str:
    """The sentence itself."""
    return f"Protocol read with {', '.join(told)}"
