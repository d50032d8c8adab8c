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


def _the_only_list(payload: Payload) -> Payload:
    """There was one list, from the first place on, and it followed from a seed in a file."""
    kept = {name: payload[name] for name in payload if name not in {"scheme", "block_sizes"}}
    blocks = {"block_sizes": payload["block_sizes"]} if payload["scheme"] == "PERMUTED_BLOCKS" else {}
    return {**kept, "scheme": {"scheme": payload["scheme"], **blocks}, "number": 1, "first_place": 1}


def _unchanged(payload: Payload) -> Payload:
    return payload


UPCASTS: Mapping[str, Upcast] = MappingProxyType(
    {
        "allocation-list-committed.v1": ("allocation-list-committed.v2", _the_only_list),
        "patient-randomised.v1": ("patient-randomised.v2", _unchanged),
        "reminder-sent.v1": ("reminder-sent.v2", _about_a_visit),
    }
)
"""Wire name as stored → (wire name it becomes, how its payload becomes it)."""


def upcast(wire_name: str, payload: Payload, steps: Mapping[str, Upcast] = UPCASTS) -> tuple[str, Payload]:
    """Bring a stored payload to the newest version of its event."""
    while wire_name in steps:
        wire_name, step = steps[wire_name]
        payload = step(payload)
    return wire_name, payload
