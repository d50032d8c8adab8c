"""Ids of events: time-ordered for what people say, derived for what follows from another event."""

from uuid import NAMESPACE_URL, UUID, uuid5

import uuid_utils


def new_event_id() -> UUID:
    """A new UUIDv7."""
    return UUID(int=uuid_utils.uuid7().int)


def derived_event_id(causation: UUID, consumer: str, ordinal: int) -> UUID:
    """The id of the event that a consumer makes of another event: the same however often it is made."""
    return uuid5(NAMESPACE_URL, f"urn:imni:{causation}:{consumer}:{ordinal}")
