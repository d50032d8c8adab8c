"""A proof that one event stands in the log as it was sealed: all that is needed to check it, without the database.

ProofError
├── NotSealed      the event is not sealed yet: seal the log first
├── NoSuchEvent    the log holds no event with this id
└── NotAProof      the file is no proof, or was damaged
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.merkle import inclusion_proof, verify_inclusion
from store.event_lines import event_line, row_of
from store.event_log import EventLog
from store.rows import Row, digest_of
from store.seal import PublicKeys, Seal, key_id
from store.sealed_copies import seal_from, seal_json
from store.sealing import seals_of

_FORMAT = "imni-proof-v1"


class ProofError(Exception):
    """The root of what can go wrong with a proof."""


class NotSealed(ProofError):
    """The event was recorded after the last seal."""


class NoSuchEvent(ProofError):
    """No event has this id."""


class NotAProof(ProofError):
    """What was given is not a proof."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a proof says, and every reason not to believe it."""

    position: int
    event: dict[str, Any]
    seal: Seal
    problems: tuple[str, ...]


def prove(log: EventLog, event_id: UUID, keys: PublicKeys) -> dict[str, Any]:
    """The proof of an event, as JSON. Raises `NoSuchEvent`, `NotSealed`."""
    position = _position(log, event_id)
    seal = next((seal for seal in seals_of(log, position - 1)), None)
    if seal is None:
        raise NotSealed(f"event {event_id} was recorded after the last seal: run `imni seal`, then ask again")
    rows = list(islice(log.rows(), seal.size))
    key = keys.get(seal.key_id)
    return {
        "format": _FORMAT,
        "event": json.loads(event_line(rows[position - 1])),
        "path": [node.hex() for node in inclusion_proof([row[12] for row in rows], position - 1)],
        "seal": seal_json(seal),
        "public_key": b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode() if key else None,
    }


def check_proof(text: str, keys: PublicKeys | None) -> Checked:
    """Check a proof by itself, under the public keys given or, None, the one it brings. Raises `NotAProof`."""
    try:
        told = json.loads(text)
        if told["format"] != _FORMAT:
            raise ValueError(f"it is of format {told['format']}, this program knows {_FORMAT}")
        row, seal = row_of(json.dumps(told["event"]).encode()), seal_from(told["seal"])
        path = [bytes.fromhex(node) for node in told["path"]]
        known = _brought(told["public_key"]) if keys is None else keys
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as problem:
        raise NotAProof(f"this is no proof: {problem}. Give the file that `imni prove` wrote") from None
    return Checked(row[0], told["event"], seal, tuple(_problems(row, path, seal, known)))


def _problems(row: Row, path: list[bytes], seal: Seal, keys: PublicKeys) -> list[str]:
    found: list[str] = []
    if digest_of(row) != row[12]:
        found.append("the event's digest does not match: it was changed")
    if not verify_inclusion(row[12], row[0] - 1, seal.size, path, seal.root):
        found.append(f"the path does not lead from event {row[0]} to the root that was sealed")
    key = keys.get(seal.key_id)
    if key is None:
        found.append(f"the seal bears the key {seal.key_id}, which is not the one given")
    elif not seal.is_signed_by(key):
        found.append("the seal bears no valid signature")
    return found


def _brought(public_key: str | None) -> PublicKeys:
    if public_key is None:
        return {}
    key = Ed25519PublicKey.from_public_bytes(b64decode(public_key))
    return {key_id(key): key}


def _position(log: EventLog, event_id: UUID) -> int:
    found = log.execute("select position from event where event_id = :event_id", {"event_id": event_id.bytes})
    if not found:
        raise NoSuchEvent(f"no event has the id {event_id}: take it from `imni history PATIENT --json`")
    return found[0][0]
