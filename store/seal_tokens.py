"""Time stamps of seals: what a third party signed about when it saw them. One row a stamped seal."""

from __future__ import annotations

from dataclasses import dataclass

from store.event_log import EventLog

TOKENS = "select size, authority, token from seal_token order by size"
_NEWEST = "select size, authority, token from seal_token order by size desc limit 1"
_KEEP = """insert into seal_token(size, authority, token)
    select :size, :authority, :token where not exists(select 1 from seal_token where size = :size)"""


@dataclass(frozen=True, slots=True)
class SealToken:
    """An authority's signed answer (RFC 3161, DER) about the seal that ends at event `size`."""

    size: int
    authority: str
    token: bytes


def newest_token(log: EventLog) -> SealToken | None:
    """The last time stamp, when there is one."""
    found = log.execute(_NEWEST, {})
    return SealToken(*found[0]) if found else None


def keep_token(log: EventLog, token: SealToken) -> None:
    """Keep a time stamp; a seal has one."""
    log.execute(_KEEP, {"size": token.size, "authority": token.authority, "token": token.token})
