"""`/health` and `/ready`: whether the engine does its work, told to whoever asks, on either database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from deployments.prefect_server import PrefectServer
from deployments.readiness import Readiness, looking_at
from flows.clock import SimulatedClock
from flows.home import open_home
from flows.lead import Lead
from flows.settings import Settings, read_settings

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

NINE = datetime(2021, 3, 1, 9, tzinfo=UTC)
READS = {"ok": True, "found": "can be read"}
ANSWERS = {"ok": True, "found": "its database answers"}


class Watched:
    """An installation that somebody asks whether it is ready, at nine o'clock or later."""

    def __init__(self, settings: Settings) -> None:
        self.clock = SimulatedClock(NINE)
        self.prefect = True
        look = looking_at(settings.log_url, self._prefect_answers, self.clock)
        self._application = Readiness(_prefect, look, self.clock)

    async def _prefect_answers(self) -> bool:
        return self.prefect

    def later(self, seconds: float) -> None:
        self.clock.advance_to(self.clock.now() + timedelta(seconds=seconds))

    async def ask(self, path: str = "/ready") -> httpx.Response:
        transport = httpx.ASGITransport(self._application)
        async with httpx.AsyncClient(transport=transport, base_url="http://engine") as client:
            return await client.get(path)

    async def reactor(self) -> Any:
        self.later(1)  # the same answer is given for a second
        answer = await self.ask()
        assert answer.status_code == (200 if answer.json()["ready"] else 503)
        assert answer.json() == {
            "ready": answer.json()["reactor"]["ok"],
            "prefect": ANSWERS,
            "log": READS,
            "reactor": answer.json()["reactor"],
        }, "nothing else is told, least of all about patients"
        return answer.json()["reactor"]["found"]


async def _prefect(scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import PlainTextResponse

    await PlainTextResponse("Prefect's own")(scope, receive, send)


@pytest.mark.usefixtures("either_database")
async def test_it_is_ready_while_a_reactor_leads_and_not_before_or_after(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    with open_home(settings, NINE).log as log:
        earlier = SimulatedClock(NINE - timedelta(seconds=3))
        dead = Lead(log, earlier)
        assert dead.take()
        watched = Watched(settings)
        assert await watched.reactor() == "does not lead yet, or no longer", "a lease of before the start says nothing"
        watched.later(10)
        lead = Lead(log, watched.clock)
        assert lead.take()
        assert await watched.reactor() == "leads until 2021-03-01T09:00:21Z"
        watched.later(10)
        assert await watched.reactor() == (
            "led until 2021-03-01T09:00:21Z: it has died, hangs, or cannot write the log"
        )
        assert lead.take()
        assert (await watched.reactor()).startswith("leads until")
        lead.let_go()
        assert await watched.reactor() == "does not lead yet, or no longer"


async def test_each_part_is_named_and_being_alive_is_another_question(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "missing")
    watched = Watched(settings)
    watched.prefect = False
    answer = await watched.ask()
    assert (answer.status_code, answer.json()) == (
        503,
        {
            "ready": False,
            "prefect": {"ok": False, "found": "its database does not answer"},
            "log": {"ok": False, "found": "cannot be read"},
            "reactor": {"ok": False, "found": "unknown while the log cannot be read"},
        },
    )
    alive = await watched.ask("/health")
    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (await watched.ask("/runs")).text == "Prefect's own"
    assert not settings.home.exists(), "asking makes nothing"


@pytest.mark.prefect
def test_a_server_without_an_engine_is_alive_and_not_ready(prefect_server: PrefectServer) -> None:
    assert httpx.get(f"{prefect_server.ui_url}/health").json() == {"alive": True}
    answer = httpx.get(f"{prefect_server.ui_url}/ready")
    assert answer.status_code == 503
    assert answer.json()["prefect"] == ANSWERS
    assert "connect-src 'self';" in answer.headers["content-security-policy"]
