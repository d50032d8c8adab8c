"""The card of a form: a command as an operator reads it. Choices are words, times are the hospital's, texts are lists.

The command itself, in imports and on the command line, stays as it is: a card takes its codes and instants as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, get_args

from pydantic import (
    AwareDatetime,
    BaseModel,
    GetJsonSchemaHandler,
    ValidationInfo,
    create_model,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from domain.decisions.command import Command
from events.event import Facts
from flows.form_lists import FIELD, LISTS, ListedFacts
from flows.form_words import Words, as_kept, facts_in, words_of

_HERE = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?")
_TIME = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?(Z|[+-]\d{2}:\d{2})?$"
"""A time on the hospital's clock, or with the distance from UTC: Prefect's own picker begins in the browser's zone."""
_NOT_ON_THE_LIST = "Only for what the list above does not have."
_ON_OUR_CLOCK = "Write what the hospital's clock showed, such as 2021-08-19 14:30."


class Card(Facts):
    """What a form asks of a command. `zone` in the validation's context is the hospital's."""

    @model_validator(mode="before")
    @classmethod
    def _as_kept(cls, given: Any, about: ValidationInfo) -> Any:
        if not isinstance(given, Mapping):
            return given
        facts: Mapping[str, Any] = given
        listed = _list_of(cls)
        told = as_kept(cls, listed.filled_in(facts) if listed else facts)
        zone = (about.context or {}).get("zone")
        return {name: _instant(cls, name, value, zone) for name, value in told.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = super().__get_pydantic_json_schema__(schema, handler)
        resolved = handler.resolve_ref_schema(described)
        _show(cls, resolved, handler)
        _say_which_day(cls, resolved["properties"]["occurred_on"])
        _leave_no_default(cls, resolved)
        if listed := _list_of(cls):
            _offer(listed, resolved)
        return described


def card_of(command: type[Command]) -> type[Card]:
    """The card of a command: an own class of the same name, whose values are commands."""
    card = create_model(command.__name__, __base__=(Card, command), __doc__=command.__doc__)
    assert issubclass(card, Card)
    return card


def _say_which_day(card: type[BaseModel], asked: JsonSchemaValue) -> None:
    if issubclass(card, Command):
        asked["description"] = f"{card.day_is} {asked.get('description', '')}".strip()


def _leave_no_default(card: type[BaseModel], described: JsonSchemaValue) -> None:
    """A form that is left as it is must not say what nobody has said."""
    if issubclass(card, Command):
        for name in sorted(card.must_be_said):
            described["properties"][name].pop("default", None)
            described["required"] = [*described["required"], name]


def _list_of(card: type[BaseModel]) -> ListedFacts | None:
    return next((found for command, found in LISTS.items() if issubclass(card, command)), None)


def _instant(card: type[BaseModel], name: str, value: Any, zone: tzinfo | None) -> Any:
    """A time without a zone is the hospital's."""
    field = card.model_fields.get(name)
    if field is None or not _is_instant(field.annotation) or zone is None or not isinstance(value, str):
        return value
    if _HERE.fullmatch(value.strip()) is None:
        return value
    try:
        return datetime.fromisoformat(value.strip()).replace(tzinfo=zone)
    except ValueError:
        return value


def _is_instant(annotation: Any) -> bool:
    return AwareDatetime in (annotation, *get_args(annotation))


def _show(kind: type[BaseModel], described: JsonSchemaValue, handler: GetJsonSchemaHandler) -> None:
    """Put words in the place of codes, and a text in the place of a time picker; within the facts of a fact as well."""
    for name, field in kind.model_fields.items():
        asked = described["properties"][name]
        one = asked.get("items", asked)
        if field.title:
            asked["title"] = field.title  # left out where it is the name of the choices
        if (inner := facts_in(field.annotation)) is not None:
            _show(inner, handler.resolve_ref_schema(one), handler)
        elif (words := words_of(field.annotation)) is not None:
            _say_choices(asked, one, words, field.description)
        elif _is_instant(field.annotation):
            asked.pop("format")
            asked.update(pattern=_TIME, description=f"{field.description} {_ON_OUR_CLOCK}")


def _say_choices(asked: JsonSchemaValue, one: JsonSchemaValue, words: Words, said: str | None) -> None:
    """The words are the choices; what the codes mean need not be said beneath them."""
    one.pop("$ref", None)
    one.update(type="string", enum=list(words.values()))
    if isinstance(asked.get("default"), str):
        asked["default"] = words.get(asked["default"], asked["default"])
    asked.pop("description", None)
    how_many = "Choose one or more." if "minItems" in asked else "None, one or several."
    if told := said or (how_many if one is not asked else None):
        asked["description"] = told


def _offer(listed: ListedFacts, described: JsonSchemaValue) -> None:
    """Put the list before the fields it fills in, which are then for what is not on it."""
    shown = {"type": "string", "title": listed.title, "description": listed.description, "enum": list(listed.choices)}
    fields: dict[str, Any] = {}
    for name, asked in described["properties"].items():
        if name in listed.by_hand:
            fields.setdefault(FIELD, shown)
            asked.update(title=listed.by_hand[name], description=_NOT_ON_THE_LIST)
        fields[name] = asked
    described["properties"] = fields
    described["required"] = [name for name in described["required"] if name not in listed.by_hand]
