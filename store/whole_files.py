"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import BufferedRandom
from pathlib import Path

from store.event_log import BackupNotWritten


@contextmanager
def written_whole(path: Path, *, replace: bool) -> Generator[BufferedRandom]:
    """A file to write, readable by its owner only, which takes its name when everything in it is on the disk.

    Left by an exception nothing is left. Raises `BackupNotWritten`, also for a file that is there and
    not to be replaced.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.draft")
    try:
        if path.exists() and not replace:
            raise BackupNotWritten(f"{path} is already there, and no backup is ever written over: give another name")
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        keep_folder(path.parent)
    except OSError as problem:
        raise BackupNotWritten(
            f"{path} cannot be written ({problem.strerror}): free the disk, or name another"
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink()


def keep_folder(folder: Path) -> None:
    """A new name in a folder outlives a power cut only when the folder is written too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
