"""What an endpoint is: what each kind of occurrence means to it, under which reading of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.occurrences import Kind
from domain.protocol.edition import Edition

Role = Literal["event", "competing"]
"""An event, or a competing event that ends the observation; what has no role is ignored."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What changes for an endpoint when a protocol question is read otherwise."""

    question: str
    option: str
    kinds: frozenset[Kind]
    role: Role | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A time-to-event endpoint, counted from randomisation."""

    code: str
    wording: str
    events: frozenset[Kind]
    competing: frozenset[Kind]
    follows: Literal["disease", "life"]
    source: str
    questions: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    def role(self, kind: Kind, edition: Edition) -> Role | None:
        """What an occurrence of a kind is to this endpoint, under the readings of an edition."""
        for alternative in self.alternatives:
            if kind in alternative.kinds and edition.reading(alternative.question) == alternative.option:
                return alternative.role
        if kind in self.events:
            return "event"
        return "competing" if kind in self.competing else None
