"""A backup or export opened for reading; what is wrong with it is said with the place."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain as in_turn
from pathlib import Path
from typing import BinaryIO, TypeVar
from zipfile import BadZipFile, ZipFile

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.merkle import Frontier
from store import backup, event_lines
from store.backup import Advance, Manifest
from store.continuity import Continuity
from store.event_lines import Heading, row_of
from store.event_log import BackupUnreadable, Statement
from store.kept_tables import KEPT_TABLES
from store.rows import Row

_ZIP = b"PK"
_DAMAGE = (BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError, RuntimeError, struct.error)
"""What reading a damaged archive raises."""

M = TypeVar("M", bound=BaseModel)


class _Format(BaseModel):
    """As much of the first words of any version as tells which it is."""

    model_config = ConfigDict(extra="ignore", strict=True)

    format: str
    version: int = Field(ge=1)


@dataclass(frozen=True, slots=True)
class OpenedCopy:
    """An open backup or export. `manifest` None for an export; `whole` False when its bytes are not those written."""

    heading: Heading
    lines: Iterable[bytes]
    manifest: Manifest | None = None
    whole: bool = True
    archive: ZipFile | None = None

    def rows(self, progress: Advance) -> Iterator[Row]:
        """Every event, checked by itself, against those ahead of it, and at the end against the root.

        Raises `BackupUnreadable` at the first that is wrong.
        """
        chain, tree, total = Continuity(self.heading.simulated), Frontier(), self.heading.events
        for row in _rows(self.lines):
            for finding in chain.take(row):
                raise _wrong(f"line {chain.events + 2}, event {finding.position}: {finding.problem}")
            tree.take(row[12])
            yield row
            if chain.events % 1000 == 0 or chain.events == total:
                progress(chain.events, total)
        if chain.events != total:
            raise _wrong(f"it ends after event {chain.events}, its first line says {total}")
        if tree.root().hex() != self.heading.root:
            raise _wrong(f"its events have the root {tree.root().hex()}, its first line says {self.heading.root}")

    def beside(self) -> Iterator[Statement]:
        """What puts the tables beside the log back. Raises `BackupUnreadable`."""
        if self.manifest is None or self.archive is None:
            return
        for name, count in self.manifest.tables.items():
            yield from _statements(self.archive, name, count)

    def require_whole(self) -> None:
        """Raise `BackupUnreadable` naming the place, when anything in the file was changed since it was written."""
        if not self.whole:
            for _ in in_turn(self.rows(lambda done, total: None), self.beside()):
                pass
            raise _wrong("its events are sound, but the bytes around them are not the ones that were written")


@contextmanager
def opened_copy(path: Path) -> Generator[OpenedCopy]:
    """Open a file; its events are read when they are asked for. Raises `BackupUnreadable`."""
    try:
        file = path.open("rb")
    except OSError as problem:
        raise BackupUnreadable(f"{path} cannot be read: {problem.strerror}. Name a backup or an export") from None
    with file:
        is_archive = file.read(len(_ZIP)) == _ZIP
        file.seek(0)
        if is_archive:
            with _opened_archive(file) as archive:
                yield _backup(archive, file)
        else:
            yield OpenedCopy(_read(Heading, file.readline(), "line 1", event_lines.FORMAT_VERSION), file)


@contextmanager
def _opened_archive(file: BinaryIO) -> Generator[ZipFile]:
    try:
        archive = ZipFile(file)
    except _DAMAGE as problem:
        raise _wrong(f"at byte {file.seek(0, 2)}, its end, it was cut off or damaged: {problem}") from None
    with archive:
        yield archive


def _backup(archive: ZipFile, file: BinaryIO) -> OpenedCopy:
    whole = archive.comment == backup.SEAL + backup.digest_before_comment(file, file.seek(0, 2)).encode()
    try:
        told = archive.read(backup.MANIFEST)
        events = archive.open(backup.EVENTS)
        heading = events.readline()
    except _DAMAGE as problem:
        raise _wrong(f"what stands ahead of its events cannot be read: {problem}") from None
    manifest = _read(Manifest, told, backup.MANIFEST, backup.FORMAT_VERSION)
    found = _read(Heading, heading, f"{backup.EVENTS}, line 1", event_lines.FORMAT_VERSION)
    if found != manifest.events:
        raise _wrong(f"{backup.EVENTS}, line 1: it is not what {backup.MANIFEST} says")
    return OpenedCopy(found, events, manifest, whole, archive)


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    number, left = 1, iter(lines)
    while True:
        try:
            line = next(left, None)
        except _DAMAGE as problem:
            raise _wrong(f"after line {number} nothing can be read: {problem}") from None
        if line is None:
            return
        number += 1
        try:
            yield row_of(line)
        except ValueError as problem:
            raise _wrong(f"line {number}: {problem}") from None


def _statements(archive: ZipFile, name: str, count: int) -> Iterator[Statement]:
    table = next((table for table in KEPT_TABLES if table.name == name), None)
    if table is None:
        raise BackupUnreadable(f"it holds a table {name} that this program does not know: update this program")
    try:
        lines = archive.read(table.file_name).splitlines()
        statements = [table.statement(line) for line in lines]
    except _DAMAGE as problem:
        raise _wrong(f"{table.file_name} cannot be read: {problem}") from None
    if len(statements) != count:
        raise _wrong(f"{table.file_name} holds {len(statements)} rows, {backup.MANIFEST} says {count}")
    yield from statements


def _read(model: type[M], told: bytes, place: str, newest: int) -> M:
    try:
        version = _Format.model_validate_json(told).version
        if version > newest:
            raise BackupUnreadable(f"{place}: format {version}, this program knows {newest}: update this program")
        return model.model_validate_json(told)
    except ValidationError as problem:
        found = problem.errors()[0]
        field = ".".join(str(part) for part in found["loc"]) or "it"
        raise _wrong(f"{place}: {field}: {found['msg']}; it is no copy of a log") from None


def _wrong(place: str) -> BackupUnreadable:
    return BackupUnreadable(f"this copy cannot be restored: {place}. Nothing was written: take another copy")
