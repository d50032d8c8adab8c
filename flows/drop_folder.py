"""The drop folder in the home: which files have stood still and are whole, and where a file goes when it was read.

How a file says that it is whole: it is moved in under its name, or it has stopped changing. One whose last line has no
end may lack the rest of it, and is given more time. Time is that of this process: the clock of whoever writes the file
may say anything.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from flows.batch_rows import BATCHES, Batch

DONE = "done"
STILL_SECONDS = 2.0
"""A file that has not changed for so long is whole, if its last line has an end."""
STILL_WITHOUT_END_SECONDS = 20.0
HELD_SECONDS = 60.0
"""So long a file is left alone that could not be read or moved now."""
_FOLLOWED_SECONDS = 600.0
_UNFINISHED = (".part", ".tmp", ".crdownload", ".swp")
_LONGEST_STEM = 50
_LONGEST_ENDING = 30
"""Letters, of up to four bytes; a file system takes names of 255 bytes."""

_State = tuple[int, int, int]
"""Which file it is, how long it is, and when it was last written to."""


@dataclass(frozen=True, slots=True)
class _Seen:
    state: _State
    since: float


class DropFolder:
    """What stands in the inbox, as this process has watched it. `seconds` is a clock that only goes on."""

    def __init__(self, inbox: Path, seconds: Callable[[], float] = monotonic) -> None:
        self._inbox, self._seconds = inbox, seconds
        self._seen: dict[Path, _Seen] = {}
        self._held: dict[Path, float] = {}
        self._put_away: dict[Path, _Seen] = {}

    def make(self) -> None:
        """Make the folders people drop files into."""
        for name in BATCHES:
            (self._inbox / name / DONE).mkdir(parents=True, exist_ok=True)

    def look(self) -> None:
        """Note what stands there now, and take back what still grew after it had been put away."""
        now = self._seconds()
        self._take_back(now)
        states = {path: state for _, path in self._files() if (state := _state(path))}
        self._seen = {
            path: seen if (seen := self._seen.get(path)) and seen.state == state else _Seen(state, now)
            for path, state in states.items()
        }
        self._held = {path: until for path, until in self._held.items() if until > now}

    def whole(self) -> list[tuple[Batch, Path]]:
        """The files that were whole when it last looked, by name."""
        now = self._seconds()
        return [(batch, path) for batch, path in self._files() if self._is_whole(path, now)]

    async def settled(self) -> list[tuple[Batch, Path]]:
        """The files that are whole now, after waiting for those seen for the first time."""
        self.look()
        now = self._seconds()
        if any(now - seen.since < STILL_SECONDS for seen in self._seen.values()):
            await asyncio.sleep(STILL_SECONDS + 0.1)
            self.look()
        return self.whole()

    def has_changed(self, path: Path) -> bool:
        """Whether a file is no longer what it was when it last looked."""
        seen = self._seen.get(path)
        return seen is None or _state(path) != seen.state

    def hold(self, path: Path) -> None:
        """Leave a file alone for a while, so that the others are not kept waiting."""
        self._held[path] = self._seconds() + HELD_SECONDS

    def put_away(self, path: Path) -> None:
        """Move a file that was read to those that are done, replacing none. Raises `OSError`."""
        done = place_beside(path, path.suffix)
        shutil.move(path, done)
        if state := _state(done):
            self._put_away[done] = _Seen(state, self._seconds())

    def _is_whole(self, path: Path, now: float) -> bool:
        seen = self._seen.get(path)
        if seen is None or path in self._held or now - seen.since < STILL_SECONDS:
            return False
        return now - seen.since >= STILL_WITHOUT_END_SECONDS or _ends_with_a_line(path)

    def _take_back(self, now: float) -> None:
        """Whoever writes slowly goes on writing where the file was moved to: it is read again from there."""
        self._put_away = {p: seen for p, seen in self._put_away.items() if now - seen.since < _FOLLOWED_SECONDS}
        for done, seen in tuple(self._put_away.items()):
            state = _state(done)
            if state != seen.state:
                del self._put_away[done]
            if state is not None and state[0] == seen.state[0] and state != seen.state:
                with suppress(OSError):  # then it stays where people find it
                    shutil.move(done, _free(done.parent.parent, done.stem, done.suffix))

    def _files(self) -> Iterator[tuple[Batch, Path]]:
        for name, batch in BATCHES.items():
            folder = self._inbox / name
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                is_meant = not path.name.startswith((".", "~$")) and path.suffix.lower() not in _UNFINISHED
                if is_meant and path.is_file():
                    yield batch, path


def place_beside(path: Path, ending: str) -> Path:
    """A free place for a file, or for what is to be said of it, among those that are done."""
    return _free(path.parent / DONE, path.stem, ending)


def _free(folder: Path, stem: str, ending: str) -> Path:
    """The first place of that name, numbered from 2, where nothing stands; a name too long for it is cut."""
    short = stem if len(os.fsencode(stem)) <= 4 * _LONGEST_STEM else stem[:_LONGEST_STEM]
    ending = ending[-_LONGEST_ENDING:]
    number = 2
    free = folder / f"{short}{ending}"
    while free.exists():
        free, number = folder / f"{short}-{number}{ending}", number + 1
    return free


def _state(path: Path) -> _State | None:
    """None when it is not there, or may not be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _ends_with_a_line(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) in (b"\n", b"\r")
    except OSError:  # an empty file too: nothing stands before its end
        return False


_kept: dict[Path, DropFolder] = {}


def drop_folder(inbox: Path) -> DropFolder:
    """The drop folder as this process watches it."""
    return _kept.setdefault(inbox, DropFolder(inbox))
