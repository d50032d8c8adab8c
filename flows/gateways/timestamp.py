"""A time-stamping authority: a third party that signs when it saw a text. Source: RFC 3161."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from flows.gateways.errors import AskAPerson, TryAgain

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_QUERY, _SECONDS = "application/timestamp-query", 15.0


class AuthorityUnavailable(TryAgain):
    """The time-stamping authority gave no usable answer."""


class NotStamped(AskAPerson):
    """A time stamp is not of this text, or not by this authority."""


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """An authority at an address, believed by these root certificates."""

    url: str
    roots: Sequence[Certificate]

    async def stamp(self, text: bytes) -> bytes:
        """The authority's signed answer for a text (DER). Raises `AuthorityUnavailable`, `NotStamped`."""
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

        request = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
        try:
            async with httpx.AsyncClient(timeout=_SECONDS) as client:
                answer = await client.post(self.url, content=request.as_bytes(), headers={"content-type": _QUERY})
                answer.raise_for_status()
        except httpx.HTTPError as problem:
            raise AuthorityUnavailable(f"the time-stamping authority did not answer: {problem}") from None
        stamped_at(answer.content, text, self.roots)
        return answer.content


def stamped_at(token: bytes, text: bytes, roots: Sequence[Certificate]) -> datetime:
    """When an authority saw a text. Raises `NotStamped` when it did not, or is not believed."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        answer = decode_timestamp_response(token)
        builder.build().verify_message(answer, text)
    except (VerificationError, ValueError) as problem:
        raise NotStamped(f"this is no time stamp of it: {problem}") from None
    return answer.tst_info.gen_time


def root_certificates(path: Path) -> Sequence[Certificate]:
    """The certificates of a PEM file. Raises `NotStamped` naming the file."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise NotStamped(f"{path} holds no certificate: {problem}. Give the authority's root as PEM") from None
