"""`/health` and `/ready`, for whoever watches over the installation: answered to everybody, saying nothing of patients.

Alive is a process that answers. Ready is one whose Prefect keeps what it is told, and whose reactor leads: its lease is
renewed in the log every few seconds, so a lease that holds says that the log can be written as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from deployments.prefect_server import PrefectServer
from flows.clock import Clock, SystemClock
from flows.lead import CONSUMER
from flows.settings import Settings
from store.event_log import EventLogError
from store.lease import Lease, lease_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HEALTH, READY = "/health", "/ready"
_PATIENCE_SECONDS = 4.0
_GOOD_FOR = timedelta(seconds=1)
"""So long an answer is given again, that asking often costs nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the installation: whether it does its work, and what was found."""

    ok: bool
    found: str


Look = Callable[[], Awaitable[Mapping[str, Part]]]


class Readiness:
    """An ASGI layer that answers the two questions by a `look` at the parts, and hands everything else on."""

    def __init__(self, app: ASGIApp, look: Look, clock: Clock | None = None) -> None:
        self._app, self._look, self._clock = app, look, clock or SystemClock()
        self._one_at_a_time = asyncio.Lock()
        self._last: tuple[datetime, Mapping[str, Part]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (HEALTH, READY):
            await self._app(scope, receive, send)
            return
        from starlette.responses import JSONResponse

        told = {"alive": True} if scope["path"] == HEALTH else _told(await self._parts())
        answer = JSONResponse(told, 200 if told.get("ready", True) else 503, headers={"cache-control": "no-store"})
        await answer(scope, receive, send)

    async def _parts(self) -> Mapping[str, Part]:
        async with self._one_at_a_time:
            if self._last is None or self._clock.now() - self._last[0] >= _GOOD_FOR:
                self._last = self._clock.now(), await self._look()
            return self._last[1]


def _told(parts: Mapping[str, Part]) -> dict[str, Any]:
    return {"ready": all(part.ok for part in parts.values()), **{name: asdict(part) for name, part in parts.items()}}


def looking_at(log_url: str, prefect_answers: Callable[[], Awaitable[bool]], clock: Clock | None = None) -> Look:
    """A look at Prefect's database and at the lease of the reactor; a lease of before this moment is not believed."""
    ticking = clock or SystemClock()
    since = ticking.now()

    async def look() -> Mapping[str, Part]:
        prefect, reactor = await asyncio.gather(_prefect(prefect_answers), _log_and_reactor(log_url, since, ticking))
        return {"prefect": prefect, **reactor}

    return look


async def _prefect(answers: Callable[[], Awaitable[bool]]) -> Part:
    try:
        ok = await asyncio.wait_for(answers(), _PATIENCE_SECONDS)
    except TimeoutError:
        ok = False
    return Part(ok, "its database answers" if ok else "its database does not answer")


async def _log_and_reactor(log_url: str, since: datetime, clock: Clock) -> Mapping[str, Part]:
    try:
        lease = await asyncio.wait_for(asyncio.to_thread(lease_of, log_url, CONSUMER), _PATIENCE_SECONDS)
    except (EventLogError, TimeoutError):
        return {"log": Part(False, "cannot be read"), "reactor": Part(False, "unknown while the log cannot be read")}
    return {"log": Part(True, "can be read"), "reactor": _reactor(lease, since, clock.now())}


def _reactor(lease: Lease, since: datetime, now: datetime) -> Part:
    until = f"{lease.until:%Y-%m-%dT%H:%M:%SZ}"
    if lease.renewed_at < since or lease.until < lease.renewed_at:
        return Part(False, "does not lead yet, or no longer")
    if lease.until <= now:
        return Part(False, f"led until {until}: it has died, hangs, or cannot write the log")
    return Part(True, f"leads until {until}")


def asked(settings: Settings) -> dict[str, Any]:
    """What a running installation says of itself; not ready when nobody answers where it should listen."""
    address = PrefectServer(settings).ui_url
    try:
        told: dict[str, Any] = httpx.get(address + READY, timeout=2 * _PATIENCE_SECONDS, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return _told({"engine": Part(False, f"nobody answers at {address}: is `imni up` running?")})
    return told
