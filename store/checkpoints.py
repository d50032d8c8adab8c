"""How far each consumer of the log has read, and which process may move it on.

A consumer is led by one owner at a time. The lease says for how long, the epoch says whose turn it is: whoever lost the
lead holds an old epoch and can move nothing any more, however late its last write arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from store.event_log import Fenced
from store.rows import microseconds

Execute = Callable[[str, Mapping[str, Any]], Sequence[Sequence[Any]]]
"""Runs one statement with `:named` parameters and gives all rows it returns."""

_READ = "select position from checkpoint where consumer = :consumer"
_BEGIN = """insert into checkpoint(consumer)
    select :consumer where not exists(select 1 from checkpoint where consumer = :consumer)
    on conflict(consumer) do nothing"""
_ADVANCE = """update checkpoint set position = :to
    where consumer = :consumer and epoch = :epoch and position = :since returning position"""
_LEAD = """update checkpoint set
        epoch = case when owner = :owner then epoch else epoch + 1 end,
        owner = :owner, lease_until = :until, updated_at = :now
    where consumer = :consumer and (owner is null or owner = :owner or lease_until <= :now or lease_until > :far)
    returning epoch"""
_RELEASE = """update checkpoint set owner = null, lease_until = 0
    where consumer = :consumer and epoch = :epoch returning epoch"""

_FAR = 6
"""A lease that ends so many times its length ahead was taken by a clock that stood wrong: nobody waits for it."""


class Checkpoints:
    """The checkpoints of a log's consumers, through whatever connection and transaction `execute` stands for."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    def read(self, consumer: str) -> int:
        """The last position a consumer has taken in; 0 before the first."""
        found = self._execute(_READ, {"consumer": consumer})
        return found[0][0] if found else 0

    def lead(self, consumer: str, owner: str, lease_seconds: float, now: datetime) -> int | None:
        """Take or renew the lead of a consumer: the epoch, or None while another owner's lease lasts.

        `owner` names one run of one process; the same owner keeps its epoch, a new one gets the next.
        """
        self._execute(_BEGIN, {"consumer": consumer})
        lease = timedelta(seconds=lease_seconds)
        until, far = microseconds(now + lease), microseconds(now + _FAR * lease)
        asked = {"consumer": consumer, "owner": owner, "until": until, "far": far, "now": microseconds(now)}
        found = self._execute(_LEAD, asked)
        return found[0][0] if found else None

    def advance(self, consumer: str, epoch: int, since: int, to: int) -> None:
        """Move a checkpoint from where the caller believes it is; epoch 0 for a consumer nobody leads.

        Raises `Fenced` when it is elsewhere, or when another owner leads by now; then nothing is moved.
        """
        self._execute(_BEGIN, {"consumer": consumer})
        if not self._execute(_ADVANCE, {"consumer": consumer, "epoch": epoch, "since": since, "to": to}):
            raise Fenced(consumer, epoch, since)

    def release(self, consumer: str, epoch: int) -> None:
        """Give up the lead, so that another owner need not wait for the lease to end; nothing when it is lost."""
        self._execute(_RELEASE, {"consumer": consumer, "epoch": epoch})
