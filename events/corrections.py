"""Corrections: nothing is changed or deleted; a new event names the one it replaces, and why."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field, JsonValue

from events.event import Event, Facts


class Correction(Facts):
    """What an entry should have said."""

    target: UUID = Field(title="Entry to correct", description="Filled in by the link Correct on her page.")
    replacement: dict[str, JsonValue] = Field(
        title="The entry as it should be",
        description="Open this form by the link Correct beside the entry on her page: it fills in what the entry says. "
        "Change only what is wrong, and leave quotation marks, commas and brackets as they are.",
        examples=[{"occurred_on": "2021-10-15", "sites": ["CHEST_WALL"]}],
    )
    reason: str = Field(min_length=3, max_length=1000, title="Reason", examples=["transcription error"])


class Void(Facts):
    """An entry that should never have been made."""

    target: UUID = Field(title="Entry to void", description="Filled in by the link Void on her page.")
    reason: str = Field(min_length=3, max_length=1000, title="Reason", examples=["entered for the wrong patient"])


class EntryCorrected(Correction, Event):
    """An earlier entry was replaced by one of the same type."""

    type: ClassVar[str] = "entry-corrected.v1"

    replacement_type: str


class EntryVoided(Void, Event):
    """An earlier entry was declared void."""

    type: ClassVar[str] = "entry-voided.v1"
