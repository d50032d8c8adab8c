"""What a form says beneath a field. Prefect shows a field's description, but not its limits, its examples or the
meaning of a choice: they are put into the description."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

JsonSchema = dict[str, Any]

_MOST_EXAMPLES = 4


def show_one_field(asked: JsonSchema) -> None:
    """A fact that may be missing is left out rather than null, and a decimal is a number: one plain field."""
    choices = [choice for choice in asked.get("anyOf", ()) if choice != {"type": "null"}]
    plain = [choice for choice in choices if choice.get("type") == "number"] or choices
    if len(plain) == 1:
        del asked["anyOf"]
        if asked.get("default", ...) is None:
            del asked["default"]
        asked.update(plain[0])


def describe(asked: JsonSchema, resolve: Callable[[JsonSchema], JsonSchema]) -> None:
    """Say in the description what may be entered. `resolve` finds what a reference stands for."""
    said = [asked["description"]] if "description" in asked else list(_of_its_choices(asked, resolve))
    told = " ".join((*said, *_limits(asked), *_examples(asked)))
    if told:
        asked["description"] = " ".join(told.split())


def _of_its_choices(asked: JsonSchema, resolve: Callable[[JsonSchema], JsonSchema]) -> Iterator[str]:
    """What the choices mean, which is said where they are defined."""
    chosen = asked.get("items", asked)
    defined = resolve(chosen) if "$ref" in chosen else {}
    if "enum" in defined and "description" in defined:
        yield defined["description"]


def _limits(asked: JsonSchema) -> Iterator[str]:
    low, high = asked.get("minimum", asked.get("exclusiveMinimum")), asked.get("maximum")
    if low is None or high is None or f"({low:g}-{high:g})" in asked.get("title", ""):
        return
    steps = f", in steps of {asked['multipleOf']:g}" if "multipleOf" in asked else ""
    within = f"More than {low:g}, at most {high:g}" if "exclusiveMinimum" in asked else f"From {low:g} to {high:g}"
    yield f"{within}{steps}."


def _examples(asked: JsonSchema) -> Iterator[str]:
    given = [one for one in asked.get("examples", ()) if isinstance(one, str)]
    if given and asked.get("format") != "date":
        yield f"For example: {', '.join(given[:_MOST_EXAMPLES])}"
