"""The envelope: who recorded an event, when, from which source, and where it stands in the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from events.clinical_date import ClinicalDate
from events.event import Event, Visibility

E_co = TypeVar("E_co", bound=Event, covariant=True)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Actor(_Value):
    """Who acted: a person of the trial, or the engine itself."""

    id: str = Field(min_length=1, max_length=100)
    role: str = Field(min_length=1, max_length=100)
    kind: Literal["human", "system"]


class Source(_Value):
    """Where an entry came from: a form, an import file and row, a laboratory report, the clock."""

    kind: Literal["form", "command-line", "import", "laboratory", "reaction", "simulation"]
    reference: str = Field(default="", max_length=500)


class Provenance(_Value):
    """The part of the envelope that says who, why and from where."""

    actor: Actor
    source: Source
    on_behalf_of: str | None = None
    reason: str | None = None
    protocol_edition: str | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event on its way into the log: encoded, identified, not yet numbered."""

    event_id: UUID
    type: str
    occurred_on: ClinicalDate
    recorded_at: datetime
    provenance: Provenance
    data: bytes
    visibility: Visibility = "open"
    causation_id: UUID | None = None
    correlation_id: UUID | None = None


class StoredEvent(NamedTuple):
    """An event as the log holds it: the envelope, and the payload still as the bytes that were hashed.

    `position` counts the whole log from 1 without gaps in commit order; `version` counts the stream from 0.
    """

    position: int
    stream: str
    version: int
    event_id: UUID
    type: str
    occurred_on: ClinicalDate
    recorded_at: datetime
    provenance: Provenance
    causation_id: UUID | None
    correlation_id: UUID | None
    visibility: Visibility
    data: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E_co]):
    """An event in its envelope, the payload read back as the event it is."""

    event: E_co
    position: int
    stream: str
    version: int
    event_id: UUID
    recorded_at: datetime
    provenance: Provenance
    corrected_by: UUID | None = None

    @property
    def occurred_on(self) -> ClinicalDate:
        """The clinical date of the event."""
        return self.event.occurred_on


History = Sequence[Recorded[Event]]
"""One stream, oldest event first."""
