"""What every event of the trial has in common."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from events.clinical_date import ClinicalDate
from events.form_schema import describe, show_one_field

Visibility = Literal["open", "allocation", "identifying"]
"""Who may read an event: everyone on the trial, those who may see allocations, those who may see identities."""

NUMBER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9/._-]*$")
"""What people give a number of their own to is called by it in mails and names of runs: no blanks, so hardly a name."""


class Facts(BaseModel):
    """The facts a form asks for and an event keeps: written once, used by both.

    Its JSON schema is made for forms: one plain field for each fact, and beneath it what may be entered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        for asked in handler.resolve_ref_schema(described).get("properties", {}).values():
            show_one_field(asked)
            describe(asked, handler.resolve_ref_schema)
        return described


class Event(BaseModel):
    """Something that happened in the trial. Past tense, never changed, never deleted.

    `type` is the wire name with its version; a changed shape is a new version, upcast on reading.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: ClassVar[str]
    visibility: ClassVar[Visibility] = "open"

    occurred_on: ClinicalDate
