"""What every event of the trial has in common."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from events.clinical_date import ClinicalDate

Visibility = Literal["open", "allocation", "identifying"]
"""Who may read an event: everyone on the trial, those who may see allocations, those who may see identities."""


class Facts(BaseModel):
    """The facts a form asks for and an event keeps: written once, used by both."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Event(BaseModel):
    """Something that happened in the trial. Past tense, never changed, never deleted.

    `type` is the wire name with its version; a changed shape is a new version, upcast on reading.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: ClassVar[str]
    visibility: ClassVar[Visibility] = "open"

    occurred_on: ClinicalDate
