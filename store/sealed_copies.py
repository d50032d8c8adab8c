"""Copies of seals outside the database, each with the leaf hashes it covers: what a changed log is held against.

One JSON file a seal. Together they rebuild the whole tree, so that a folder an attacker of the database cannot write
names the very event that was changed, and shows when the end of the log, or the whole log of yesterday, was put back.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from store.event_log import EventLog
from store.seal import Seal
from store.sealing import seals_of
from store.whole_files import written_whole

_FORMAT = "imni-seal-v1"


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """A seal, and the leaf hashes of the events it added to the one ahead of it."""

    seal: Seal
    digests: tuple[bytes, ...]


class CopyUnreadable(Exception):
    """A file in the folder of copies is none, or was damaged. Names the file."""


def export_seals(log: EventLog, folder: Path) -> int:
    """Copy every seal that is newer than the newest copy in a folder; how many. Raises `OSError`, `BackupNotWritten`.

    An older copy that is missing is not made again: it is evidence.
    """
    folder.mkdir(parents=True, exist_ok=True)
    newest = max((int(path.stem.rpartition("-")[2]) for path in _files(folder)), default=0)
    made = seals_of(log, newest)
    for seal in made:
        digests = [row[12] for row in islice(log.rows(seal.previous_size), seal.size - seal.previous_size)]
        with written_whole(folder / f"seal-{seal.size:010}.json", replace=False) as file:
            file.write(_text(seal, digests).encode())
    return len(made)


def sealed_copies(folder: Path, log_id: str) -> Iterator[SealedCopy]:
    """The copies of one log's seals in a folder, the oldest first. Raises `CopyUnreadable`."""
    return (copy for copy in all_copies(folder) if copy.seal.log_id == log_id)


def all_copies(folder: Path) -> Iterator[SealedCopy]:
    """The copies of seals in a folder, of whichever log, the oldest first. Raises `CopyUnreadable`."""
    for path in sorted(_files(folder)):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            yield SealedCopy(seal_from(found), tuple(bytes.fromhex(digest) for digest in found["digests"]))
        except (ValueError, KeyError, TypeError) as problem:
            raise CopyUnreadable(f"{path.name}: {problem}") from None


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("seal-*.json") if path.stem.rpartition("-")[2].isdigit()]


def seal_json(seal: Seal) -> dict[str, object]:
    """A seal as JSON."""
    return {
        "format": _FORMAT,
        "log_id": seal.log_id,
        "previous_size": seal.previous_size,
        "size": seal.size,
        "root": seal.root.hex(),
        "sealed_at": seal.sealed_at.isoformat(timespec="microseconds"),
        "key_id": seal.key_id,
        "signature": b64encode(seal.signature).decode(),
    }


def _text(seal: Seal, digests: list[bytes]) -> str:
    return json.dumps({**seal_json(seal), "digests": [digest.hex() for digest in digests]}, indent=1) + "\n"


def seal_from(found: dict[str, str]) -> Seal:
    """The seal that `seal_json` made JSON of. Raises `ValueError`, `KeyError`, `TypeError`."""
    if found["format"] != _FORMAT:
        raise ValueError(f"it is of format {found['format']}, this program knows {_FORMAT}")
    return Seal(
        found["log_id"],
        int(found["size"]),
        int(found["previous_size"]),
        bytes.fromhex(found["root"]),
        datetime.fromisoformat(found["sealed_at"]),
        found["key_id"],
        b64decode(found["signature"]),
    )
