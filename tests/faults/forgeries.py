"""What somebody with every right on the database can make of a log: the seven classes, on its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from store.rows import Row, digest_of

_POSITION, _STREAM, _VERSION, _RECORDED_AT, _DATA, _DIGEST = 0, 1, 2, 6, 11, 12

Forged = tuple[list[Row], int]
"""The rows as they are to stand, and the first position at which they are not what was recorded."""

Forge = Callable[[Sequence[Row], int, Random], Forged]
"""Forges a log of which so many events are sealed."""


def _with(row: Row, column: int, value: object) -> Row:
    return (*row[:column], value, *row[column + 1 :])


def _rehashed(row: Row) -> Row:
    """The row with the digest it should have: whoever can write can also count."""
    return _with(row, _DIGEST, digest_of(row))


def _other_words(row: Row, chance: Random) -> Row:
    return _with(row, _DATA, row[_DATA].replace(b'"note": "', b'"note": "%d' % chance.randint(1, 9)))


def edit(rows: Sequence[Row], sealed: int, chance: Random) -> Forged:
    """An event says something else."""
    at = chance.randrange(sealed)
    return [*rows[:at], _other_words(rows[at], chance), *rows[at + 1 :]], at + 1


def delete(rows: Sequence[Row], sealed: int, chance: Random) -> Forged:
    """An event is gone."""
    at = chance.randrange(sealed)
    return [*rows[:at], *rows[at + 1 :]], at + 1


def swap(rows: Sequence[Row], sealed: int, chance: Random) -> Forged:
    """Two events of two patients change places, each with its own digest, which does not bind the place."""
    at, other = sorted(chance.sample(range(sealed), 2))
    while rows[at][_STREAM] == rows[other][_STREAM]:
        at, other = sorted(chance.sample(range(sealed), 2))
    forged = list(rows)
    forged[at], forged[other] = _with(rows[other], _POSITION, at + 1), _with(rows[at], _POSITION, other + 1)
    return forged, at + 1


def truncate(rows: Sequence[Row], sealed: int, chance: Random) -> Forged:
    """The end of the log is cut off, sealed events with it."""
    at = chance.randrange(sealed)
    return list(rows[:at]), at + 1


def backdate(rows: Sequence[Row], sealed: int, chance: Random) -> Forged:
    """An event was recorded earlier than it was, but still after the one ahead of it; its digest fits."""
    at = chance.randrange(1, sealed)
    instant = chance.randint(rows[at - 1][_RECORDED_AT], rows[at][_RECORDED_AT] - 1)
    return [*rows[:at], _rehashed(_with(rows[at], _RECORDED_AT, instant)), *rows[at + 1 :]], at + 1


def renumber(rows: Sequence[Row], sealed: int, chance: Random) -> Forged:
    """An event is gone, and all after it are numbered as if it had never been; their digests fit."""
    at = chance.randrange(sealed)
    gone, forged = rows[at], list(rows[:at])
    for row in rows[at + 1 :]:
        follows = row[_STREAM] == gone[_STREAM]
        moved = _with(_with(row, _POSITION, row[_POSITION] - 1), _VERSION, row[_VERSION] - follows)
        forged.append(_rehashed(moved))
    return forged, at + 1


def rehash(rows: Sequence[Row], sealed: int, chance: Random) -> Forged:
    """An event says something else, and its digest fits."""
    at = chance.randrange(sealed)
    return [*rows[:at], _rehashed(_other_words(rows[at], chance)), *rows[at + 1 :]], at + 1


FORGERIES: dict[str, Forge] = {
    "edit": edit,
    "delete": delete,
    "swap": swap,
    "truncate": truncate,
    "backdate": backdate,
    "renumber": renumber,
    "rehash": rehash,
}
