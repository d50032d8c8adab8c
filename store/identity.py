"""Who a patient is: what the site keeps to call her. It exists in memory only, and encrypted in the log."""

from __future__ import annotations

import json
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.rejections import Implausible

_PADDED_TO = 256


class Identity(BaseModel):
    """What identifies a patient. A value of it is never shown by accident: not in a traceback, a log or a refusal."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)

    name: str = Field(default="", max_length=200, title="Name", repr=False)
    telephone: str = Field(default="", max_length=100, title="Telephone", repr=False)
    record_number: str = Field(default="", max_length=100, title="Hospital record number", repr=False)
    contact: str = Field(default="", max_length=1000, title="Who else may be called", repr=False)
    note: str = Field(default="", max_length=2000, title="Anything else needed to reach her", repr=False)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.said():
            raise ValueError("nothing is said: give at least a name, a telephone or a record number")
        return self

    def said(self) -> dict[str, str]:
        """What is known, by field."""
        return {name: value for name, value in self.model_dump().items() if value}

    def canonical(self) -> bytes:
        """What is known as JSON, filled up with spaces so that its length does not tell how long her name is."""
        text = json.dumps(self.said(), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        return text.ljust(-(-len(text) // _PADDED_TO) * _PADDED_TO)


def read_identity(said: str | bytes) -> Identity:
    """An identity from JSON. Raises `Implausible`, which names the fields that are wrong and never what they hold."""
    try:
        return Identity.model_validate_json(said)
    except ValidationError as refusal:
        problems = refusal.errors(include_input=False, include_context=False, include_url=False)
    told = "; ".join(f"{_field(each['loc'])}{each['msg']}" for each in problems)
    fields = ", ".join(Identity.model_fields)
    raise Implausible("identity", "(not repeated)", told, f"Give a JSON object of text with the fields {fields}")


def _field(place: tuple[int | str, ...]) -> str:
    """The field that is wrong; a name nobody gave it may be hers."""
    known = [part for part in place if part in Identity.model_fields]
    return f"{known[0]}: " if known else ""
