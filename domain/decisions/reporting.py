"""How a reported fact is kept: once, whole, and never over a different account of the same fact."""

from __future__ import annotations

from domain.decisions.command import Report
from domain.rejections import Contradiction, NoSuchEntry
from domain.standing import Standing
from events.event import Event
from events.recorded import Recorded


def report(command: Report, standing: Standing) -> list[Event]:
    """The event a report records; none when it already stands. Raises `Contradiction`, `NoSuchEntry`."""
    event = recorded_as(command)
    told = standing.every(type(event))
    if any(entry.event == event for entry in (told[-1:] if command.newest_counts else told)):
        return []
    _require_subject(command, standing)
    other = _other_account(command, event, standing)
    if other is not None:
        raise Contradiction(
            ", ".join(_differences(event, other.event)),
            "as given",
            f"{command.title.lower()} is already on record otherwise (entry {other.event_id})",
            "If the record is wrong, use correct-entry on that entry; if this is wrong, mend it here",
        )
    return [event]


def _require_subject(command: Report, standing: Standing) -> None:
    if command.about is None:
        return
    kind, field = command.about
    named = getattr(command, field)
    if named not in {getattr(entry.event, field) for entry in standing.every(kind)}:
        known = ", ".join(str(getattr(entry.event, field)) for entry in standing.every(kind)) or "none is on record"
        raise NoSuchEntry(
            field, repr(named), f"{command.title.lower()}: nothing on record goes by that", f"Use one of: {known}"
        )


def recorded_as(command: Report, kind: type[Event] | None = None) -> Event:
    """The event that carries a report's facts; both are made of the same fields."""
    kind = kind or command.records
    return kind.model_validate({name: getattr(command, name) for name in kind.model_fields})


def _other_account(command: Report, event: Event, standing: Standing) -> Recorded[Event] | None:
    identity = command.account_of
    if identity is None:
        return None
    for entry in standing.every(type(event)):
        if all(getattr(entry.event, name) == getattr(event, name) for name in identity):
            return entry
    return None


def _differences(event: Event, other: Event) -> list[str]:
    return [name for name in type(event).model_fields if getattr(event, name) != getattr(other, name)]
