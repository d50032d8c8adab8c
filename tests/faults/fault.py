"""A fault that the engine must survive, and what was counted when it was over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

_MEMORY = Path("/dev/shm")
MEMORY = _MEMORY if _MEMORY.is_dir() else None
"""Where the databases are: in memory when there is such a place; the disk is not what most faults are about."""

COUNTS = ("lost", "doubled", "gaps", "unnamed", "wrong")
"""What must be nought."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was left when the fault had been injected `count` times.

    lost: acknowledged, but not stored. doubled: stored, won or applied twice. gaps: positions or versions left out.
    unnamed: changed behind the engine's back, and nothing said so. wrong: whatever else must hold and did not; the
    first of these is told in `first_wrong`. `seen` is for the reader.
    """

    count: int
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    gaps: int = 0
    unnamed: int = 0
    wrong: int = 0
    first_wrong: str = ""
    seen: str = ""

    @property
    def fine(self) -> bool:
        """Whether the fault was injected at all, and nothing that must be nought is not."""
        return self.count > 0 and not any(getattr(self, name) for name in COUNTS)


def added_up(outcomes: Sequence[Outcome], seen: str = "") -> Outcome:
    """Several outcomes as one; the first thing wrong is kept."""
    totals = {name: sum(getattr(each, name) for each in outcomes) for name in ("count", "acknowledged", *COUNTS)}
    return Outcome(
        **totals, first_wrong=next((each.first_wrong for each in outcomes if each.first_wrong), ""), seen=seen
    )


Inject = Callable[[int, Random, Path], Outcome]
"""Injects a fault so many times, by chance, in an empty folder."""


def _nothing_missing() -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of docs/reliability.md. `missing` says what this machine lacks to inject it; None for nothing."""

    name: str
    what: str
    method: str
    must_hold: str
    full: int
    quick: int
    inject: Inject
    missing: Callable[[], str | None] = _nothing_missing
