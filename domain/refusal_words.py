"""What is wrong with facts as they were given, a sentence each: the field by its title, and what belongs there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

CHOICE = "choice"
"""The type of an error about a choice a form offers; its `problem` is a sentence."""

_LONGEST_VALUE = 60
_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "missing": "is missing: fill it in",
        "extra_forbidden": "is not asked for: leave it out",
        "string_too_short": "has fewer than {min_length} letters: say more",
        "string_too_long": "has more than {max_length} letters: shorten it",
        "too_short": "needs at least {min_length}: choose or add one",
        "enum": "is none of the choices: {expected}",
        "literal_error": "is none of the choices: {expected}",
        "clinical_date": "{problem}",
        CHOICE: "{problem}",
    }
)
_WITHOUT_VALUE = frozenset(
    {"missing", "string_too_short", "string_too_long", "too_short", "string_pattern_mismatch", "clinical_date", CHOICE}
)
"""What is not repeated: nothing, what is long, what may be a name where an id belongs, what the sentence says."""
_NUMBERS = ("int_", "float_", "decimal_", "greater_", "less_", "multiple_of", "finite_number")
_LIMITS: Mapping[str, str] = MappingProxyType({"ge": "from", "gt": "above", "le": "to", "multiple_of": "in steps of"})


def in_words(refusal: ValidationError, kind: type[BaseModel], *, by_title: bool = True) -> str:
    """Everything that is wrong with what was to be of a kind; fields by their titles, or by the names of JSON."""
    return " ".join(_problem(error, kind, by_title) for error in refusal.errors(include_url=False))


def title_of(kind: type[BaseModel], field: str) -> str:
    """What people call a field: its title; of `phases.total_cgy` both. What is no field is called as it is."""
    parts = field.split(".")
    titles = [title for title, _ in _way_to(kind, parts)]
    return " › ".join(titles) if parts[0] in kind.model_fields else field


def sentence_of(error: ErrorDetails, kind: type[BaseModel]) -> str:
    """What is wrong with one field, without its name and value."""
    _, field = list(_way_to(kind, error["loc"]))[-1]
    return _sentence(error, field)


def _problem(error: ErrorDetails, kind: type[BaseModel], by_title: bool) -> str:
    way = list(_way_to(kind, error["loc"]))
    field = way[-1][1] if way else None
    name = _called(way) if by_title else ".".join(map(str, error["loc"]))
    name = "" if error["type"] == CHOICE else name
    said = f"{name}{_value(error)} {_sentence(error, field)}".strip()
    return said if said.endswith(".") else f"{said}."


def _called(way: Sequence[tuple[str, FieldInfo | None]]) -> str:
    """A field's title; a list's and the row's before it, but not that of the card it stands on."""
    *before, (title, _) = way or [("", None)]
    return " › ".join([*(step for step, field in before if not _is_card(field)), title])


def _is_card(field: FieldInfo | None) -> bool:
    return field is not None and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _way_to(kind: type[BaseModel], parts: Sequence[int | str]) -> Iterator[tuple[str, FieldInfo | None]]:
    """Each step to a field: its title, and what is known of it. A row of a list is called by its number."""
    model: type[BaseModel] | None = kind
    field: FieldInfo | None = None
    for part in parts:
        if isinstance(part, int):
            yield f"row {part + 1}", field
            continue
        field = model.model_fields.get(str(part)) if model else None
        yield (field and field.title) or part.replace("_", " "), field
        model = _model_in(field.annotation) if field else model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The facts a field holds, one or many of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _value(error: ErrorDetails) -> str:
    given = error["input"]
    if error["type"] in _WITHOUT_VALUE or not isinstance(given, str | int | float):
        return ""
    return f" {given[:_LONGEST_VALUE]!r}" if isinstance(given, str) else f" {given}"


def _sentence(error: ErrorDetails, field: FieldInfo | None) -> str:
    kind, told = error["type"], error.get("ctx", {})
    if kind == "string_too_short" and not error["input"]:
        kind = "missing"
    if kind in _SENTENCES:
        return _SENTENCES[kind].format(**told).replace("'", "" if "expected" in told else "'")
    if field and kind.startswith(_NUMBERS) and (range_ := _range(field)):
        whole = int in (field.annotation, *get_args(field.annotation))
        return f"is not {'a whole number' if whole else 'a number'} {range_}"
    return f"is not what belongs here{_hint(field)}"


def _range(field: FieldInfo) -> str:
    """From where to where a number may be."""
    said = ((word, getattr(rule, name, None)) for name, word in _LIMITS.items() for rule in field.metadata)
    return " ".join(f"{word} {limit}" for word, limit in said if limit is not None)


def _hint(field: FieldInfo | None) -> str:
    """What is said beneath the field, or an example of what it takes."""
    if field and field.description:
        return f". {field.description}"
    if field and field.examples:
        return f", such as {field.examples[0]}"
    return ""
