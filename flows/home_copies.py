"""Copies of an installation: its log for a backup, and the keys that are in no backup.

Whoever holds a backup alone can read neither the allocation list to come nor a patient's name. The files of the keys
folder are therefore kept elsewhere; a backup names each with its SHA-256, so that the right one is known again.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from flows.home import HomeRefused, make_folders
from flows.settings import Settings
from store.backup import KeptElsewhere
from store.event_log import EventLog
from store.open_log import open_log

_DRAFT = ".draft"


def open_kept_log(settings: Settings) -> EventLog:
    """The log of an installation as it stands, even when its keys are lost. Raises `HomeRefused` when there is none."""
    if settings.log_path and not settings.log_path.exists():
        raise HomeRefused(f"there is no log at {settings.log_path} to copy: set IMNI_HOME to the home you mean")
    return open_log(settings.log_url)


def url_to_restore_into(settings: Settings) -> str:
    """Where a log is to be restored; its folders are made. No key and no event is."""
    make_folders(settings)
    return settings.log_url


def keys_of(settings: Settings) -> tuple[KeptElsewhere, ...]:
    """The key files of an installation."""
    if not settings.keys.is_dir():
        return ()
    files = sorted(path for path in settings.keys.iterdir() if path.is_file() and path.suffix != _DRAFT)
    return tuple(KeptElsewhere(name=path.name, sha256=sha256(path.read_bytes()).hexdigest()) for path in files)


def keys_to_fetch(settings: Settings, needed: Iterable[KeptElsewhere]) -> tuple[str, ...]:
    """Of the keys a backup needs, the names of those that are not in this home, or are other ones."""
    here = set(keys_of(settings))
    return tuple(key.name for key in needed if key not in here)
