"""Which segments were written of a log: the digest of each file, kept in the database beside the log.

A file is believed only when it is the one that was written: whoever changes it would have to change the database too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import ClassVar

from sqlmodel import Field, SQLModel, col, delete, select

from domain.merkle import Frontier
from store.projections.database import transaction


class SegmentRow(SQLModel, table=True):
    """One row a segment: its first and last event, the root of the log at its end, the SHA-256 of its file (hex)."""

    __tablename__: ClassVar[str] = "segment"  # pyright: ignore[reportIncompatibleVariableOverride] - SQLModel's own idiom

    first: int = Field(primary_key=True)
    last: int
    root: str
    digest: str
    peaks: str
    """The right edge of the tree at its end, as JSON, so that the next segment goes on from here."""

    @property
    def file_name(self) -> str:
        """What its file is called."""
        return f"{self.first:010d}-{self.last:010d}.parquet"

    @property
    def tree(self) -> Frontier:
        """The tree over every event up to its last."""
        return Frontier(self.last, [bytes.fromhex(peak) for peak in json.loads(self.peaks)])


def registered(url: str) -> Sequence[SegmentRow]:
    """The segments of the log at a URL that follow each other from its first event on."""
    with transaction(url) as session:
        rows = session.exec(select(SegmentRow).order_by(col(SegmentRow.first))).all()
        session.expunge_all()
    found: list[SegmentRow] = []
    for row in rows:
        if row.first == (found[-1].last if found else 0) + 1:
            found.append(row)
    return found


def register(url: str, row: SegmentRow) -> None:
    """Put a segment on the register, in the place of any that begins there or after it."""
    with transaction(url) as session:
        session.connection().execute(delete(SegmentRow).where(col(SegmentRow.first) >= row.first))
        session.add(row)


def peaks_of(tree: Frontier) -> str:
    """A tree's right edge as the register keeps it."""
    return json.dumps([peak.hex() for peak in tree.peaks])
