"""kill -9 while the log is sealed and the seals are copied: `python -m tests.faults.kill_seal --count 100`."""

from __future__ import annotations

from random import Random

from store.open_log import open_log
from store.sealing import seals_of
from tests.faults.battery import alone
from tests.faults.fault import Outcome
from tests.faults.logs import Place, on_both
from tests.faults.sealed_log import SealedLog, sealed_log
from tests.faults.victims import Death, Say

_DEATH = Death(seconds=0.4, statements=200)
_KILLS_A_LOG = 25


def _grow_and_seal(say: Say, target: SealedLog, seed: int) -> None:
    """Record and seal for ever, saying how far the log is sealed and copied."""
    chance = Random(seed)
    say(b"0")
    with open_log(target.url) as log:
        while True:
            target.grow(log, chance.randint(1, 5), chance)
            target.seal(log)
            say(str(log.last_position()).encode())


def _kill_on_one_log(target: SealedLog, kills: int, chance: Random) -> tuple[int, int, list[str]]:
    """How many seals were acknowledged and lost, and what else was wrong."""
    mistakes: list[str] = []
    acknowledged = lost = 0
    for _ in range(kills):
        said = int(_DEATH.of(chance, _grow_and_seal, target, chance.getrandbits(32)).said[-1])
        with open_log(target.url) as log:
            sizes = [seal.size for seal in seals_of(log)]
            acknowledged += bool(said)
            lost += said > max(sizes)
            mistakes += [f"after the kill: {finding.problem}" for finding in target.verified().findings]
            target.grow(log, 1, chance)
            target.seal(log)
            mistakes += [] if seals_of(log)[-1].size == log.last_position() else ["sealing does not go on"]
            mistakes += [f"after the next seal: {finding.problem}" for finding in target.verified().findings]
            copied = {int(path.stem.rpartition("-")[2]) for path in target.copies.glob("seal-*.json")}
            mistakes += [f"no copy of the seal at {seal.size}" for seal in seals_of(log) if seal.size not in copied]
    return acknowledged, lost, mistakes


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    mistakes: list[str] = []
    acknowledged = lost = 0
    for number, begun in enumerate(range(0, count, _KILLS_A_LOG)):
        target = sealed_log(place.log(), place.folder / f"copies-{number}", chance, seals=1)
        found = _kill_on_one_log(target, min(_KILLS_A_LOG, count - begun), chance)
        acknowledged, lost, mistakes = acknowledged + found[0], lost + found[1], mistakes + found[2]
    return Outcome(
        count, acknowledged=acknowledged, lost=lost, wrong=len(mistakes), first_wrong=next(iter(mistakes), "")
    )


FAULTS = on_both(
    "kill_seal",
    "kill -9 while the log is sealed and the seals are copied",
    "after 0 to 400 ms, or as the 1st to 200th statement begins",
    "a seal stands whole or not at all, and so does its copy; the next process seals and copies what is missing",
    full=100,
    quick=2,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
