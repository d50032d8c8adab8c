"""Events as lines of JSON: everything a row of the log says, exactly, for whoever has no database.

The first line says which log it is and what its events add up to. `provenance` and `data` are the stored bytes as text,
so that anybody can compute the digest of each line anew (`store.leaf`) and the root over all of them (`domain.merkle`).
"""

from __future__ import annotations

import json
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from store.rows import COLUMNS, Row

FORMAT_VERSION = 1
_NAMES = COLUMNS.split(", ")
_ID, _TEXT, _HEX = {"event_id", "causation_id", "correlation_id"}, {"provenance", "data"}, {"digest"}


class Heading(BaseModel):
    """The first line: the log's id and kind, how many events follow, and the Merkle root over their digests (hex)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal["imni-events"] = "imni-events"
    version: int = Field(default=FORMAT_VERSION, ge=1)
    log_id: str = Field(min_length=1, max_length=100)
    kind: Literal["real", "simulated"]
    events: int = Field(ge=0)
    root: str = Field(pattern=r"^[0-9a-f]{64}$")

    @property
    def simulated(self) -> bool:
        """Whether the log is of a simulated trial."""
        return self.kind == "simulated"

    def line(self) -> bytes:
        """The heading as the file says it."""
        return _line(self.model_dump())


def event_line(row: Row) -> bytes:
    """A row as one line: ids as usual, `recorded_at` in microseconds since 1970 (UTC), bytes as the text they are."""
    return _line({name: _shown(name, value) for name, value in zip(_NAMES, row, strict=True)})


def row_of(line: bytes) -> Row:
    """The row a line tells of. Raises `ValueError` for what is no such line."""
    told: Any = json.loads(line)
    if not isinstance(told, dict) or set(told) != set(_NAMES):
        raise ValueError(f"its fields are not {COLUMNS}")
    if type(told["position"]) is not int:
        raise ValueError("its position is no number")
    try:
        return tuple(_stored(name, told[name]) for name in _NAMES)
    except (AttributeError, TypeError) as problem:
        raise ValueError(str(problem)) from None


def _line(told: dict[str, Any]) -> bytes:
    # Bytes that are no text stay what they are: each is escaped by itself, inside the string.
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _shown(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _ID:
        return str(UUID(bytes=value))
    if name in _TEXT:
        return value.decode("utf-8", "surrogateescape")
    return value.hex() if name in _HEX else value


def _stored(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _ID:
        return UUID(value).bytes
    if name in _TEXT:
        return value.encode("utf-8", "surrogateescape")
    return bytes.fromhex(value) if name in _HEX else value
