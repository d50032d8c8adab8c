"""Is the log still the one that was sealed? Its seals, and the copies of them outside, held against every event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from domain.merkle import Frontier
from store.continuity import Finding
from store.rows import Row
from store.seal import PublicKeys, Seal
from store.seal_tokens import SealToken
from store.sealed_copies import SealedCopy


@dataclass(frozen=True, slots=True)
class Witness:
    """What is known of a log's seals outside its database: public keys (None: no signature is checked) and copies."""

    keys: PublicKeys | None = None
    copies: Sequence[SealedCopy] = ()
    remembered: Seal | None = None
    """The newest seal up to which this installation found the log whole."""
    others: Sequence[Seal] = ()
    """Seals outside the database that are of a log with another id."""
    stamp_problem: Callable[[bytes, bytes], str | None] | None = None
    """What is wrong with a time stamp of a text; None: no time stamp is checked."""


@dataclass
class SealWatch:
    """Watches the events of a log go by, in order, and says where they are not what was sealed."""

    seals: Sequence[Seal]
    witness: Witness
    tokens: Sequence[SealToken] = ()
    frontier: Frontier = field(default_factory=Frontier)

    def __post_init__(self) -> None:
        self._root_due = {seal.size: seal for seal in self.seals}
        self._digest_due = {
            position: (digest, copy.seal)
            for copy in self.witness.copies
            for position, digest in enumerate(copy.digests, start=copy.seal.previous_size + 1)
        }
        self._broken = False
        self._last = self.frontier.size

    def take(self, row: Row) -> Iterator[Finding]:
        """What the seals say of the next event."""
        position, digest = row[0], row[12]
        self._last = position
        if isinstance(digest, bytes):
            self.frontier.take(digest)
        if position in self._digest_due:
            due, seal = self._digest_due[position]
            if digest != due:
                yield Finding(
                    position, f"it is not the event that was sealed on {_time(seal)}: an exported seal says so"
                )
        seal = self._root_due.get(position)
        if seal and not self._broken and self.frontier.root() != seal.root:
            self._broken = True
            yield Finding(seal.previous_size + 1, f"{_events(seal)}: not what was sealed on {_time(seal)}")

    def end(self) -> Iterator[Finding]:
        """What is left to say when the last event has gone by."""
        known = [*self.seals, *(copy.seal for copy in self.witness.copies)]
        known += [self.witness.remembered] if self.witness.remembered else []
        furthest = max(known, key=lambda seal: seal.size, default=None)
        if furthest and furthest.size > self._last:
            yield Finding(
                self._last + 1,
                f"the end of the log was cut off: {furthest.size} events were sealed on {_time(furthest)}",
            )
        yield from self._of_seals()
        yield from self._of_tokens()
        yield from self._of_copies()
        yield from self._of_remembered()
        yield from self._of_others()

    def _of_seals(self) -> Iterator[Finding]:
        size = 0
        for seal in self.seals:
            if seal.previous_size != size:
                yield Finding(size + 1, f"the seal of events {size + 1} to {seal.previous_size} is missing")
            size = seal.size
            yield from self._signature(seal, "seal")

    def _of_tokens(self) -> Iterator[Finding]:
        if self.witness.stamp_problem is None:
            return
        for token in self.tokens:
            seal = self._root_due.get(token.size)
            problem = self.witness.stamp_problem(token.token, seal.statement()) if seal else "its seal is missing"
            if problem:
                yield Finding(token.size, f"the time stamp by {token.authority}: {problem}")

    def _of_copies(self) -> Iterator[Finding]:
        kept = {seal.size: seal for seal in self.seals}
        tree = Frontier()
        for copy in self.witness.copies:
            seal = copy.seal
            yield from self._signature(seal, "exported seal")
            if seal.size > self._last:
                continue
            if seal.size not in kept:
                yield Finding(
                    seal.previous_size + 1, f"{_events(seal)}: their seal was exported, and is not in the log"
                )
            elif (kept[seal.size].root, kept[seal.size].sealed_at) != (seal.root, seal.sealed_at):
                yield Finding(seal.previous_size + 1, f"{_events(seal)}: their seal is not the one that was exported")
            if tree.size == seal.previous_size:
                for digest in copy.digests:
                    tree.take(digest)
                if tree.size != seal.size or tree.root() != seal.root:
                    yield Finding(seal.previous_size + 1, f"{_events(seal)}: the exported seal was altered")

    def _of_remembered(self) -> Iterator[Finding]:
        seal = self.witness.remembered
        if seal is None or seal.size > self._last:
            return
        kept = next((each for each in self.seals if each.size == seal.size), None)
        if kept is None or kept.root != seal.root:
            yield Finding(1, f"{_upto(seal)} were found whole before, and their seal is no longer in the log")

    def _of_others(self) -> Iterator[Finding]:
        """Whoever gives the log another id hides every seal of it; what bears our key says which log it was."""
        for seal in self.witness.others:
            key = (self.witness.keys or {}).get(seal.key_id)
            if key and seal.is_signed_by(key):
                yield Finding(1, f"the log has another id: {_upto(seal)} were sealed as log {seal.log_id}")
                return

    def _signature(self, seal: Seal, what: str) -> Iterator[Finding]:
        if self.witness.keys is None:
            return
        key = self.witness.keys.get(seal.key_id)
        if key is None:
            problem = f"the {what} bears the key {seal.key_id}, which is none of the public keys known here"
            yield Finding(seal.previous_size + 1, f"{_events(seal)}: {problem}")
        elif not seal.is_signed_by(key):
            yield Finding(seal.previous_size + 1, f"{_events(seal)}: the {what} bears no valid signature")


def _events(seal: Seal) -> str:
    first = seal.previous_size + 1
    return f"event {first}" if first == seal.size else f"events {first} to {seal.size}"


def _upto(seal: Seal) -> str:
    return f"events 1 to {seal.size}"


def _time(seal: Seal) -> str:
    return seal.sealed_at.isoformat(timespec="seconds")
