"""One range of the log as a Parquet file: a typed column a field of the envelope, the payload as its bytes.

The rows lie by stream and version, so that a few patients are read without touching the rest. The metadata under
`imni-segment` say which log it is of, which events it holds, and the Merkle root of the log at its end. Any Parquet
reader opens it; ours gives back each row exactly.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, BinaryIO

from domain.merkle import Frontier
from store.event_log import LogUnreadable
from store.rows import COLUMNS, Row, digest_of

ParquetFile = Table = Batch = Schema = Any
"""Of pyarrow, which carries no types."""

_NAMES = COLUMNS.split(", ")
_ABOUT = "imni-segment"
_PAGE, _ROW_GROUP = 10_000, 2_000


@dataclass(frozen=True, slots=True)
class About:
    """What a segment says of itself; `root` (hex) of the whole log up to its last event."""

    log_id: str
    first: int
    last: int
    root: str


def write_parquet(file: BinaryIO, rows: Iterable[Row], log_id: str, tree: Frontier) -> About:
    """Write the next rows, each checked against its digest, into a file and into the tree of those ahead of them.

    Raises `LogUnreadable` at a row that is not what was recorded.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    first, schema = tree.size + 1, _schema()
    table = pa.Table.from_batches(_checked(rows, schema, tree), schema)
    about = About(log_id, first, tree.size, tree.root().hex())
    lying = table.sort_by([("stream", "ascending"), ("version", "ascending")])
    told = lying.replace_schema_metadata({_ABOUT: json.dumps(asdict(about))})
    pq.write_table(told, file, compression="zstd", row_group_size=_ROW_GROUP)
    return about


def opened_parquet(file: BinaryIO) -> ParquetFile:
    """An open file, to be read in parts."""
    import pyarrow.parquet as pq

    return pq.ParquetFile(file, pre_buffer=False)


def rows_of_streams(file: ParquetFile, streams: Sequence[str]) -> Iterator[Row]:
    """The rows of some streams, named in order, by stream and version."""
    column, wanted = _NAMES.index("stream"), set(streams)
    for number in range(file.num_row_groups):
        lies = file.metadata.row_group(number).column(column).statistics
        if lies.max >= streams[0] and lies.min <= streams[-1]:
            group = file.read_row_group(number, use_threads=False)
            yield from (row for row in _rows(group) if row[column] in wanted)


def _rows(table: Table) -> Iterator[Row]:
    import pyarrow as pa

    numbers = {"recorded_at": pa.int64()}
    columns = [table[name].cast(numbers[name]) if name in numbers else table[name] for name in _NAMES]
    return zip(*(column.to_pylist() for column in columns), strict=True)


def _checked(rows: Iterable[Row], schema: Schema, tree: Frontier) -> Iterator[Batch]:
    import pyarrow as pa

    left = iter(rows)
    while page := list(islice(left, _PAGE)):
        for row in page:
            if digest_of(row) != row[12]:
                raise LogUnreadable(f"event {row[0]}: its digest does not match: run `imni verify`")
            tree.take(row[12])
        columns = zip(_NAMES, zip(*page, strict=True), strict=True)
        yield pa.record_batch([pa.array(found, schema.field(name).type) for name, found in columns], schema=schema)


def _schema() -> Schema:
    import pyarrow as pa

    number, text, identity, whole = pa.int64(), pa.string(), pa.binary(16), pa.binary()
    kinds = {
        "position": number,
        "stream": text,
        "version": number,
        "event_id": identity,
        "type": text,
        "occurred_on": text,
        "recorded_at": pa.timestamp("us", tz="UTC"),
        "visibility": text,
        "causation_id": identity,
        "correlation_id": identity,
        "provenance": whole,
        "data": whole,
        "digest": pa.binary(32),
    }
    return pa.schema([pa.field(name, kinds[name]) for name in _NAMES])
