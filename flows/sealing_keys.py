"""The key pair an installation seals its log with. The secret half signs here; the public half is for auditors."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flows.key_files import make_key, read_key, write_once
from flows.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from store.seal import PublicKeys, SealingKey

_SECRET = "sealing-key"  # noqa: S105 - the name of a file


class NotAKey(Exception):
    """A file is no public key of Ed25519."""


def sealing_key(settings: Settings) -> SealingKey:
    """The installation's own key, made at its first use. Raises `HomeRefused` for a damaged one."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from store.seal import SealingKey

    make_key(settings.keys, _SECRET)
    key = SealingKey(read_key(settings.keys, _SECRET))
    with suppress(FileExistsError):
        text = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_once(settings.keys / f"{_SECRET}-{key.id}.pem", text)
    return key


def public_keys(settings: Settings) -> PublicKeys:
    """Every public key this installation has sealed with, by its id."""
    from store.seal import key_id

    found = [read_public_key(path) for path in sorted(settings.keys.glob(f"{_SECRET}-*.pem"))]
    return {key_id(key): key for key in found}


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The public key of a PEM file. Raises `NotAKey`."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as problem:
        raise NotAKey(f"{path} is not a public key: {problem}. Give the PEM file of the sealing key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise NotAKey(f"{path} is a key of another kind: give the PEM file of the sealing key (Ed25519)")
    return key
