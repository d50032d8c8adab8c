"""The secrets of an installation that live in files outside the database: made once, never made anew.

HomeRefused    the home is not what the command needs: says what is wrong and the way out
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from store.whole_files import keep_folder

_BYTES = 32


class HomeRefused(Exception):
    """The home cannot be used as asked."""


def make_key(keys: Path, name: str) -> None:
    """Make a secret of 32 random bytes unless it is there. It is readable by its owner only."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (keys / name).exists():
        with suppress(FileExistsError):
            write_once(keys / name, secrets.token_bytes(_BYTES))


def read_key(keys: Path, name: str) -> bytes:
    """A secret. Raises `HomeRefused` when it is lost or damaged."""
    path = keys / name
    if not path.exists():
        raise HomeRefused(f"{name} is missing from the home's keys folder: {safe_copy_of(name)}")
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise HomeRefused(f"{name} in the home's keys folder is damaged: {safe_copy_of(name)}")
    return key


def safe_copy_of(name: str) -> str:
    """The way out when a secret is not what it should be."""
    return f"restore keys/{name} from its safe copy before anything else"


def write_once(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and never over another: the first of several processes wins."""
    draft = path.with_suffix(f".{secrets.token_hex(8)}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    keep_folder(path.parent)
