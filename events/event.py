"""What every event of the trial has in common."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from events.clinical_date import ClinicalDate

Visibility = Literal["open", "allocation", "identifying"]
"""Who may read an event: everyone on the trial, those who may see allocations, those who may see identities."""


class Facts(BaseModel):
    """The facts a form asks for and an event keeps: written once, used by both.

    In its JSON schema a fact that may be missing is left out rather than null, and a decimal is a number: a form then
    shows one plain field for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        for asked in handler.resolve_ref_schema(described).get("properties", {}).values():
            _show_one_field(asked)
        return described


def _show_one_field(asked: JsonSchemaValue) -> None:
    choices = [choice for choice in asked.get("anyOf", ()) if choice != {"type": "null"}]
    plain = [choice for choice in choices if choice.get("type") == "number"] or choices
    if len(plain) == 1:
        del asked["anyOf"]
        if asked.get("default", ...) is None:
            del asked["default"]
        asked.update(plain[0])


class Event(BaseModel):
    """Something that happened in the trial. Past tense, never changed, never deleted.

    `type` is the wire name with its version; a changed shape is a new version, upcast on reading.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: ClassVar[str]
    visibility: ClassVar[Visibility] = "open"

    occurred_on: ClinicalDate
