"""How fast, always beside what the bare tool can do in the same run: figures of one machine mean little, ratios do.

Every module here has a function `tables()` that measures and gives its `Table`s. `python -m tests.benchmarks` prints
them all, `python -m tests.benchmarks NAME` those of one module; with `--write` they are also put into
docs/performance.md, each under its title.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Table:
    """What was measured, and how it came out."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


DISK = "/var/tmp"
"""Where a disk is measured: what survives a restart is on one, which cannot be said of every temporary folder."""

MEASURES = ("", "ours", "rival", "ratio (lowest to highest)", "target", "")
"""The columns of a table of `against`."""


def seconds(turn: Callable[[], object]) -> float:
    """How long a turn takes."""
    began = perf_counter()
    turn()
    return perf_counter() - began


def rates_in_turns(
    events: int, rounds: int, *turns: Callable[[int], object], clock: Callable[[], float] = perf_counter
) -> list[list[float]]:
    """Events a second of each turn, round by round, one after the other; the first round warms up and is left out.

    Each turn is told the number of the round. With `process_time` as the clock, what others do on the machine
    meanwhile does not count: right for what only computes, wrong for what waits for a disk or a server.
    """
    found: list[list[float]] = [[] for _ in turns]
    for number in range(rounds + 1):
        order = list(enumerate(turns))
        for place, turn in order if number % 2 else reversed(order):
            began = clock()
            turn(number)
            found[place].append(events / (clock() - began))
    return [rates[1:] for rates in found]


def against(name: str, ours: Sequence[float], rival: Sequence[float], target: float | None) -> list[str]:
    """A row of a table: medians, the median of the ratios round by round, and whether the target is reached."""
    ratios = [mine / theirs for mine, theirs in zip(ours, rival, strict=True)]
    ratio = median(ratios)
    met = "" if target is None else ("yes" if ratio >= target else "MISSED")
    return [
        name,
        f"{median(ours):,.0f}",
        f"{median(rival):,.0f}",
        f"{ratio:.2f} ({min(ratios):.2f}–{max(ratios):.2f})",
        "" if target is None else f"≥ {target:g}",
        met,
    ]
