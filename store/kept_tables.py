"""The tables beside the log that are kept in a backup: what cannot be computed again from the events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store.event_log import EventLog, Statement

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table: its columns, those of them that are bytes, and which of its rows belong to a log up to `:upto`."""

    name: str
    columns: Sequence[str]
    binary: frozenset[str]
    where: str

    @property
    def file_name(self) -> str:
        """Its file in a backup, one line of JSON a row, bytes in hex."""
        return f"{self.name}.jsonl"

    def lines(self, log: EventLog, upto: int) -> Iterator[bytes]:
        """Its rows as lines."""
        columns = ", ".join(self.columns)
        question = f"select {columns} from {self.name} where {self.where} order by {self.columns[0]}"  # noqa: S608 - constants
        for row in log.execute(question, {"upto": upto}):
            told = zip(self.columns, row, strict=True)
            yield json.dumps({name: _shown(value) for name, value in told}).encode() + b"\n"

    def statement(self, line: bytes) -> Statement:
        """What puts the row of a line into the table again. Raises `ValueError` for what is no such line."""
        told: Any = json.loads(line)
        if not isinstance(told, dict) or set(told) != set(self.columns):
            raise ValueError(f"its fields are not {', '.join(self.columns)}")
        columns, values = ", ".join(self.columns), ", ".join(f":{name}" for name in self.columns)
        insert = f"insert into {self.name}({columns}) values ({values})"  # noqa: S608 - constants
        return insert, {name: self._stored(name, value) for name, value in told.items()}

    def _stored(self, name: str, value: Any) -> Any:
        return bytes.fromhex(str(value)) if name in self.binary and value is not None else value


def _shown(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


KEPT_TABLES = (
    # What became of a destroyed key follows from the event that forgot her.
    KeptTable(
        "patient_key",
        ("patient_id", "wrapped_key"),
        frozenset({"wrapped_key"}),
        "wrapped_key is not null",
    ),
    KeptTable(
        "seal",
        ("size", "previous_size", "root", "peaks", "sealed_at", "key_id", "signature"),
        frozenset({"root", "peaks", "signature"}),
        "size <= :upto",
    ),
    KeptTable("seal_token", ("size", "authority", "token"), frozenset({"token"}), "size <= :upto"),
)
"""Read when the end of the copy is settled: every key that an event in the copy needs is there by then."""
