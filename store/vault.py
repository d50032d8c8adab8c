"""The vault: who a patient is, encrypted with a key of her own, which is wrapped by a master key outside the database.

AES-256-GCM twice (NIST SP 800-38D): once with the patient's key over her identity, bound to her id and to the type of
event that carries it, and once with the master key over her key, bound to her id. Neither can be moved to another
patient. The database destroys her key in the transaction that records her forgetting (`r0002_patient_keys`).

VaultError
├── OtherMasterKey   the master key is not the one the keys were wrapped with: restore it from its safe copy
└── KeyMissing       what is on record of the patient cannot be read: her key is not in this database, or another one
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.consent import EncryptedIdentity, PatientIdentified
from store.encryption import KEY_BYTES, decrypted, encrypted
from store.event_log import EventLog
from store.identity import Identity, read_identity

_ANY = "select patient_id, wrapped_key from patient_key where wrapped_key is not null limit 1"
_KEY = "select wrapped_key from patient_key where patient_id = :patient_id"
_MAKE = """insert into patient_key(patient_id, wrapped_key)
    select :patient_id, :wrapped_key where not exists(select 1 from patient_key where patient_id = :patient_id)
    on conflict(patient_id) do nothing"""


class VaultError(Exception):
    """An identity can be neither kept nor read."""


class OtherMasterKey(VaultError):
    """The master key does not open the patients' keys."""


class KeyMissing(VaultError):
    """The key of what is on record is not there."""


def holds_keys(log: EventLog) -> bool:
    """Whether any patient's key is wrapped already: the master key must then be the one it was wrapped with."""
    return bool(log.execute(_ANY, {}))


class Vault:
    """Encrypts and decrypts identities. Raises `OtherMasterKey` when it cannot read the keys that are there."""

    def __init__(self, log: EventLog, master_key: bytes) -> None:
        self._log = log
        self._master = AESGCM(master_key)
        for patient_id, wrapped in log.execute(_ANY, {}):
            self._unwrapped(patient_id, wrapped)

    def encrypt(self, patient_id: str, identity: Identity) -> EncryptedIdentity:
        """An identity with the patient's key, which is made when she has none. Raises `KeyMissing` once forgotten."""
        key = self._key(patient_id) or self._made(patient_id)
        ciphertext = b64encode(encrypted(AESGCM(key), identity.canonical(), _about(patient_id))).decode()
        return EncryptedIdentity(key_id=_id_of(key), ciphertext=ciphertext)

    def decrypt(self, patient_id: str, encrypted: EncryptedIdentity | PatientIdentified) -> Identity:
        """Who the patient is. Raises `KeyMissing`."""
        key = self._key(patient_id)
        if key is None or _id_of(key) != encrypted.key_id:
            raise KeyMissing(
                f"the key {encrypted.key_id} of patient {patient_id} is not in this database: if she was not "
                "forgotten, restore the database from a backup that holds it"
            )
        try:
            return read_identity(decrypted(AESGCM(key), b64decode(encrypted.ciphertext), _about(patient_id)))
        except (InvalidTag, ValueError):
            raise KeyMissing(
                f"what is on record of patient {patient_id} was not encrypted for her with the key {encrypted.key_id}: "
                "say again who she is"
            ) from None

    def _key(self, patient_id: str) -> bytes | None:
        found = self._log.execute(_KEY, {"patient_id": patient_id})
        wrapped = found[0][0] if found else None
        return None if wrapped is None else self._unwrapped(patient_id, wrapped)

    def _made(self, patient_id: str) -> bytes:
        """A new key; of several processes that make one at once, the one that was first."""
        wrapped = encrypted(self._master, secrets.token_bytes(KEY_BYTES), patient_id.encode())
        self._log.execute(_MAKE, {"patient_id": patient_id, "wrapped_key": wrapped})
        key = self._key(patient_id)
        if key is None:
            raise KeyMissing(f"patient {patient_id} was forgotten: she never has a key again")
        return key

    def _unwrapped(self, patient_id: str, wrapped: bytes) -> bytes:
        try:
            return decrypted(self._master, wrapped, patient_id.encode())
        except (InvalidTag, ValueError):
            raise OtherMasterKey(
                "keys/master-key is not the one the patients' keys were wrapped with: restore it from its safe copy"
            ) from None


def _about(patient_id: str) -> bytes:
    return f"{patient_id}\n{PatientIdentified.type}".encode()


def _id_of(key: bytes) -> str:
    return sha256(b"imni patient key" + key).hexdigest()[:16]
