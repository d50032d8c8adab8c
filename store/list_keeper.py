"""The allocation lists' secrets: in the log as ciphertext only, under a key that is in no database and no backup.

Whoever holds the database alone, or the key alone, knows no place that was not revealed.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.allocation.allocation_list import AllocationList
from domain.allocation.design import ListDesign
from domain.allocation.generator import GENERATOR
from domain.allocation.record import design_of
from domain.rejections import NotPermitted
from events.randomisation import AllocationListCommitted, Arm, CommittedList
from store.encryption import KEY_BYTES, decrypted, encrypted

ALLOCATION_KEY = "allocation-key"
FIRST_SEED = "allocation-seed"
"""The file of the seed itself, in homes made before lists were encrypted."""

_LETTERS = {Arm.OMIT: b"O", Arm.IMNI: b"I"}
_ARMS = {letter[0]: arm for arm, letter in _LETTERS.items()}


def new_list(design: ListDesign, prepared: tuple[Arm, ...] = ()) -> AllocationList:
    """A list from a seed nobody has seen; `prepared` are the arms of a list prepared elsewhere."""
    return AllocationList(design, secrets.token_bytes(KEY_BYTES), prepared)


@dataclass(frozen=True, slots=True, repr=False)
class ListKeeper:
    """Encrypts and decrypts lists. `first_seed` is that of a list whose secret was a file of its own."""

    key: bytes
    first_seed: bytes | None = None

    def kept(self, allocation_list: AllocationList) -> CommittedList:
        """A list as it is committed: bound for everybody, readable with the key only."""
        design, bound = allocation_list.design, allocation_list.committed()
        secret = allocation_list.seed + b"".join(_LETTERS[arm] for arm in allocation_list.prepared)
        ciphertext = encrypted(AESGCM(self.key), secret, _about(bound["commitment"]))
        return CommittedList(
            scheme=design.scheme,
            capacity=design.capacity,
            generator=GENERATOR,
            ciphertext=b64encode(ciphertext).decode(),
            **bound,
        )

    def opened(self, committed: AllocationListCommitted) -> AllocationList:
        """The secret list that was committed. Raises `NotPermitted` when the key is not the one it was kept with."""
        secret = self._secret(committed)
        prepared = tuple(_ARMS[letter] for letter in secret[KEY_BYTES:])
        found = AllocationList(design_of(committed), secret[:KEY_BYTES], prepared)
        if found.committed() != {"commitment": committed.commitment, "merkle_root": committed.merkle_root}:
            raise _not_the_one(committed, FIRST_SEED)
        return found

    def _secret(self, committed: AllocationListCommitted) -> bytes:
        if not committed.ciphertext:
            if self.first_seed is None:
                raise _not_the_one(committed, FIRST_SEED)
            return self.first_seed
        try:
            return decrypted(AESGCM(self.key), b64decode(committed.ciphertext), _about(committed.commitment))
        except (InvalidTag, ValueError):
            raise _not_the_one(committed, ALLOCATION_KEY) from None


def _about(commitment: str) -> bytes:
    return f"allocation list {commitment}".encode()


def _not_the_one(committed: AllocationListCommitted, name: str) -> NotPermitted:
    return NotPermitted(
        "allocation list",
        f"number {committed.number}",
        f"{name} in the home's keys folder is not the one this log was opened with",
        f"Restore keys/{name} from its safe copy before anything else",
    )
