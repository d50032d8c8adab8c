"""Old events read for ever: each step turns one stored version of a payload into the next.

To change an event, add its `.v2` class to the catalogue and the step `v1 → v2` here; stored bytes are never touched.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Payload = dict[str, Any]
Upcast = tuple[str, Callable[[Payload], Payload]]


def _about_a_visit(payload: Payload) -> Payload:
    """The first reminders were all about visits, and asked the coordinators."""
    return {"subject" if name == "visit" else name: value for name, value in payload.items()} | {"asked": "coordinator"}


UPCASTS: Mapping[str, Upcast] = MappingProxyType({"reminder-sent.v1": ("reminder-sent.v2", _about_a_visit)})
"""Wire name as stored → (wire name it becomes, how its payload becomes it)."""


def upcast(wire_name: str, payload: Payload, steps: Mapping[str, Upcast] = UPCASTS) -> tuple[str, Payload]:
    """Bring a stored payload to the newest version of its event."""
    while wire_name in steps:
        wire_name, step = steps[wire_name]
        payload = step(payload)
    return wire_name, payload
