"""The log forged by somebody with every right on the database: `python -m tests.faults.tampering --count 1400`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from store.open_log import open_log
from store.rows import Row
from tests.faults.attacker import put_in_place, seals_in
from tests.faults.battery import alone
from tests.faults.fault import Outcome
from tests.faults.forgeries import FORGERIES
from tests.faults.logs import Place, on_both
from tests.faults.sealed_log import sealed_log


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    """Each class in turn; the guards are put back, and half of the time the seals that contradict it are taken away."""
    target = sealed_log(place.log(), place.folder / "copies", chance)
    with open_log(target.url) as log:
        rows = list(log.rows())
    seals = seals_in(target.url)
    wrong = [finding.problem for finding in target.verified().findings]
    unnamed: list[str] = []
    named: Counter[str] = Counter()
    for number in range(count):
        name = list(FORGERIES)[number % len(FORGERIES)]
        forged, at = FORGERIES[name](rows, seals[-1][0], chance)
        put_in_place(target.url, forged, _kept(seals, at, {row[0] for row in forged}, chance))
        positions = [finding.position for finding in target.verified().findings]
        named[name] += at in positions
        unnamed += [] if at in positions else [f"{name} at {at}, named: {positions}"]
    put_in_place(target.url, rows, seals)
    wrong += [finding.problem for finding in target.verified().findings]
    return Outcome(
        count,
        unnamed=len(unnamed),
        wrong=len(wrong),
        first_wrong=next(iter(unnamed + wrong), ""),
        seen=", ".join(f"{name} {times}" for name, times in named.items()),
    )


def _kept(seals: Sequence[Row], at: int, positions: set[int], chance: Random) -> list[Row]:
    """The seals the forger leaves: all that the tables allow, or only those that are still true."""
    possible = [seal for seal in seals if seal[0] in positions]
    return [seal for seal in possible if seal[0] < at] if chance.random() < 0.5 else possible


FAULTS = on_both(
    "tampering",
    "the log forged by somebody with every right on the database",
    "guards taken off and put back; in turn an event edited, deleted, swapped, backdated, renumbered, rehashed, "
    "or the end cut off; half of the time with the seals that contradict it",
    "`imni verify` with the exported seals names the first position that is not what was recorded",
    full=1400,
    quick=21,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
