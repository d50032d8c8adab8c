"""A disk as it may be found after the power failed: what was synced, and any part of what was not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.system_calls import Call

_SECTOR = 512
KINDS = ("none", "all", "prefix", "torn")
"""What may have reached the disk of all that was not synced: nothing, all, the beginning, or any of its sectors."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes put into a file, which is called by a number as it may lose its name."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file cut to a size, or grown to it with noughts."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the folder given to a file, or taken away (None)."""

    name: str
    file: int | None


Change = Write | Cut | Named


@dataclass
class Disk:
    """One folder: what is certainly on the disk, and the changes that may be."""

    folder: Path
    files: dict[int, bytearray] = field(default_factory=dict[int, bytearray])
    names: dict[str, int] = field(default_factory=dict[str, int])
    pending: list[Change] = field(default_factory=list[Change])
    _now: dict[str, int] = field(default_factory=dict[str, int])
    _next: int = 0

    def take(self, call: Call) -> bool:
        """Follow one call; whether it changed anything in the folder."""
        path = Path(call.path)
        if path == self.folder and call.name in {"fsync", "fdatasync"}:
            return self._settle(change for change in self.pending if isinstance(change, Named))
        if path.parent != self.folder:
            return False
        name, file = path.name, self._now.get(path.name)
        match call.name:
            case "openat" if file is None and "O_CREAT" in call.flags:
                self._name(name, self._next)
                self._next += 1
            case "pwrite64" if file is not None:
                self.pending.append(Write(file, call.numbers[-1], call.data))
            case "ftruncate" if file is not None:
                self.pending.append(Cut(file, call.numbers[-1]))
            case "fsync" | "fdatasync" if file is not None:
                return self._sync(file)
            case "unlink" if file is not None:
                self._name(name, None)
            case _:
                return self._refuse_unknown(call)
        return True

    @staticmethod
    def _refuse_unknown(call: Call) -> bool:
        """A kind of write that is not followed would make the images better than the disk."""
        if call.name in {"write", "rename"}:
            raise ValueError(f"{call.name} of {call.path} is not followed")
        return False

    def _name(self, name: str, file: int | None) -> None:
        self.pending.append(Named(name, file))
        if file is None:
            del self._now[name]
        else:
            self._now[name] = file

    def _sync(self, file: int) -> bool:
        """A file synced takes its name with it, and all that happened to names before that."""
        named = max(
            (at for at, each in enumerate(self.pending) if isinstance(each, Named) and each.file == file), default=-1
        )
        settled = [
            each
            for at, each in enumerate(self.pending)
            if (at <= named if isinstance(each, Named) else each.file == file)
        ]
        return self._settle(settled)

    def _settle(self, changes: Iterable[Change]) -> bool:
        settled = list(changes)
        _apply(settled, self.files, self.names)
        gone = {id(each) for each in settled}
        self.pending = [each for each in self.pending if id(each) not in gone]
        return True

    def image(self, kind: str, chance: Random) -> dict[str, bytes]:
        """The files as they may be found when the power fails now."""
        files = {number: bytearray(content) for number, content in self.files.items()}
        names = dict(self.names)
        _apply(_survivors(self.pending, kind, chance), files, names)
        return {name: bytes(files.get(file, b"")) for name, file in names.items()}


def _survivors(pending: list[Change], kind: str, chance: Random) -> list[Change]:
    match kind:
        case "none":
            return []
        case "all":
            return pending
        case "prefix":
            return pending[: chance.randint(0, len(pending))]
        case _:
            return list(_torn(pending, chance))


def _torn(pending: list[Change], chance: Random) -> Iterator[Change]:
    """Any sectors of what was written; names come and go in their order, so that only the last may be missing."""
    last_name = chance.randint(0, len(pending))
    for at, change in enumerate(pending):
        if isinstance(change, Named):
            if at < last_name:
                yield change
        elif isinstance(change, Cut):
            if chance.random() < 0.5:
                yield change
        else:
            yield from (part for part in _sectors(change) if chance.random() < 0.5)


def _sectors(write: Write) -> Iterator[Write]:
    at = 0
    while at < len(write.data):
        size = _SECTOR - (write.offset + at) % _SECTOR
        yield Write(write.file, write.offset + at, write.data[at : at + size])
        at += size


def _apply(changes: Iterable[Change], files: dict[int, bytearray], names: dict[str, int]) -> None:
    for change in changes:
        if isinstance(change, Named):
            names.pop(change.name, None)
            if change.file is not None:
                names[change.name] = change.file
            continue
        content = files.setdefault(change.file, bytearray())
        if isinstance(change, Cut):
            del content[change.size :]
            content.extend(bytes(change.size - len(content)))
        else:
            content.extend(bytes(max(0, change.offset - len(content))))
            content[change.offset : change.offset + len(change.data)] = change.data
