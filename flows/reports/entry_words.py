"""What an entry says, in the words of its form: the title of each field, with its unit, and the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.event import Event
from flows.form_words import as_chosen

_EMPTY = ("", "unknown", [])


def entry_name(event: Event) -> str:
    """What happened, as words: its wire name without the version."""
    return event.type.partition(".")[0].replace("-", " ")


def in_words(kind: type[Event], told: Mapping[str, Any], most_bytes: int) -> str:
    """Facts under the titles of their fields; what is empty or not known is left out, what is too long cut off."""
    chosen = as_chosen(kind, told).items()
    said = "; ".join(f"{titled(kind, name)}: {plain(value)}" for name, value in chosen if value not in _EMPTY)
    return said.encode()[:most_bytes].decode(errors="ignore")


def titled(kind: type[Event], name: str) -> str:
    """The title of a field, as its form shows it."""
    field = kind.model_fields.get(name)
    return (field.title if field else None) or name.replace("_", " ")


def plain(value: object) -> str:
    """A value without brackets and quotation marks; of a visit of the schedule its name and best day."""
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    if not isinstance(value, Mapping):
        return str(value)
    if "target" in value:
        return f"{value['visit']} {value['target']}"
    return f"({', '.join(f'{name} {plain(part)}' for name, part in value.items())})".replace("_", " ")
