"""A log with seals and copies of them outside, as an auditor holds them; and what `imni verify` says of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from store.event_log import EventLog
from store.integrity import Verified, verify_log
from store.open_log import open_log
from store.seal import SealingKey, key_id
from store.seal_checks import Witness
from store.sealed_copies import export_seals, sealed_copies
from store.sealing import seal
from store.table_checks import Known
from tests.store.envelopes import NOW, append

_STREAMS = 6
_SECONDS_BETWEEN = 60


@dataclass(frozen=True)
class SealedLog:
    """A log, the folder of the copies of its seals, and the secret of the key that signs them."""

    url: str
    copies: Path
    secret: bytes

    @property
    def key(self) -> SealingKey:
        """The key that signs the seals."""
        return SealingKey(self.secret)

    def grow(self, log: EventLog, events: int, chance: Random) -> None:
        """Record so many events of a few patients, a minute apart."""
        for _ in range(events):
            stream = f"patient/RJ-{chance.randrange(_STREAMS):04}"
            at = NOW + timedelta(seconds=_SECONDS_BETWEEN * log.last_position())
            log.append(append(stream, log.version(stream), at=at, note=f"{chance.random()}"))

    def seal(self, log: EventLog) -> None:
        """Seal what is new, and copy the seal to where no user of the database writes."""
        seal(log, self.key, NOW + timedelta(seconds=_SECONDS_BETWEEN * log.last_position()))
        export_seals(log, self.copies)

    def verified(self) -> Verified:
        """What `imni verify` says, with the public key and the copies."""
        keys = {key_id(self.key.public): self.key.public}
        return verify_log(self.url, Known(lambda log_id: Witness(keys, tuple(sealed_copies(self.copies, log_id)))))


def sealed_log(url: str, copies: Path, chance: Random, *, seals: int = 3, events: int = 30, tail: int = 5) -> SealedLog:
    """A new log of so many seals over so many events each, and a tail that is not sealed yet."""
    made = SealedLog(url, copies, chance.randbytes(32))
    with open_log(url) as log:
        for _ in range(seals):
            made.grow(log, events, chance)
            made.seal(log)
        made.grow(log, tail, chance)
    return made
