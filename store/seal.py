"""A seal: a signed statement that the log held these events, in this order, at this time.

Its root is that of the Merkle tree over the leaf hashes of all events up to `size`: whoever holds a seal and the public
key can tell whether a log still begins with exactly those events. Source: RFC 9162; RFC 8032 (Ed25519).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass(frozen=True, slots=True)
class Seal:
    """Events `previous_size` + 1 to `size` of a log were sealed at an instant; `root` binds all events up to `size`."""

    log_id: str
    size: int
    previous_size: int
    root: bytes
    sealed_at: datetime
    key_id: str
    signature: bytes = b""

    def statement(self) -> bytes:
        """What is signed: five lines of text."""
        return statement(self.log_id, self.size, self.root, self.sealed_at)

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is that key's."""
        try:
            key.verify(self.signature, self.statement())
        except InvalidSignature:
            return False
        return True


def statement(log_id: str, size: int, root: bytes, sealed_at: datetime) -> bytes:
    """What a seal's signature is over; the root in base64, the instant in UTC to the microsecond."""
    lines = ("imni-seal-v1", log_id, str(size), b64encode(root).decode(), sealed_at.isoformat(timespec="microseconds"))
    return ("\n".join(lines) + "\n").encode()


PublicKeys = Mapping[str, Ed25519PublicKey]
"""The keys a log's seals may bear, by `key_id`."""


class SealingKey:
    """The private half of a key pair, which signs; made from 32 secret bytes."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)

    @property
    def public(self) -> Ed25519PublicKey:
        """The half that auditors hold."""
        return self._key.public_key()

    @property
    def id(self) -> str:
        """See `key_id`."""
        return key_id(self.public)

    def sign(self, text: bytes) -> bytes:
        """The signature of a text."""
        return self._key.sign(text)


def key_id(key: Ed25519PublicKey) -> str:
    """A public key's name: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]
