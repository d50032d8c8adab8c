"""Authenticated encryption of what the database holds but nobody may read in it: AES-256-GCM (NIST SP 800-38D)."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


def encrypted(cipher: AESGCM, plain: bytes, about: bytes) -> bytes:
    """What `decrypted` reads again, bound to what it is about: a random nonce, and the ciphertext with its tag."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, about)


def decrypted(cipher: AESGCM, kept: bytes, about: bytes) -> bytes:
    """What was encrypted. Raises `InvalidTag` or `ValueError` under another key, about another thing, or damaged."""
    return cipher.decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], about)
