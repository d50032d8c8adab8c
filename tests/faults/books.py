"""What was acknowledged, held against what the log gives back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from store.event_log import EventLog, EventLogError
from store.rows import Row, digest_of
from tests.faults.fault import Outcome


def sixteens(ids: bytes) -> list[bytes]:
    """Event ids that were said in one go."""
    return [ids[at : at + 16] for at in range(0, len(ids), 16)]


@dataclass
class Books:
    """The books of one log: read on as often as you like, each event is looked at once."""

    acknowledged: set[bytes] = field(default_factory=set[bytes])
    stored: set[bytes] = field(default_factory=set[bytes])
    order: list[bytes] = field(default_factory=list[bytes])
    position: int = 0
    doubled: int = 0
    gaps: int = 0
    mistakes: list[str] = field(default_factory=list[str])
    _versions: dict[str, int] = field(default_factory=dict[str, int])
    _instant: int = -(2**62)

    def acknowledge(self, event_ids: Iterable[bytes]) -> None:
        """Note what the log said it had taken."""
        self.acknowledged.update(event_ids)

    def read_on(self, log: EventLog) -> None:
        """Read what the log holds after the last reading."""
        try:
            for row in log.rows(self.position):
                self.take(row)
        except EventLogError as problem:
            self.mistakes.append(str(problem))

    def take(self, row: Row) -> None:
        """Look at the next row."""
        position, stream, version, event_id = row[:4]
        due = self._versions.get(stream, 0)
        self.gaps += (position != self.position + 1) + (version != due)
        self.doubled += event_id in self.stored
        if digest_of(row) != row[12]:
            self.mistakes.append(f"event {position} is not what was recorded")
        if row[6] < self._instant:
            self.mistakes.append(f"event {position} was recorded before the one ahead of it")
        self.position, self._instant = position, row[6]
        self._versions[stream] = version + 1
        self.stored.add(event_id)
        self.order.append(event_id)

    @property
    def lost(self) -> int:
        """How many acknowledged events the log does not hold."""
        return len(self.acknowledged - self.stored)

    def version(self, stream: str) -> int:
        """How many events of a stream were read."""
        return self._versions.get(stream, 0)


def outcome_of(books: Iterable[Books], count: int, seen: str = "") -> Outcome:
    """What the books of one log, or of several, add up to."""
    every = list(books)
    mistakes = [mistake for each in every for mistake in each.mistakes]
    return Outcome(
        count,
        acknowledged=sum(len(each.acknowledged) for each in every),
        lost=sum(each.lost for each in every),
        doubled=sum(each.doubled for each in every),
        gaps=sum(each.gaps for each in every),
        wrong=len(mistakes),
        first_wrong=mistakes[0] if mistakes else "",
        seen=seen,
    )
