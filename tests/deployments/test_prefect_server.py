"""The Prefect server as `imni up` runs it. Also the guard of the pin on FastAPI: from 0.155 on it does not start."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.events.filters import EventFilter, EventNameFilter
from prefect.states import Scheduled
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from deployments.prefect_server import CannotListen, NoTrigrams, PortInUse, PrefectServer, ServerFailed
from flows.settings import read_settings
from tests.postgres import Postgres

pytestmark = pytest.mark.prefect

SOCKETS = (
    "events/in",
    "events/out",
    "logs/out",
    "task_runs/subscriptions/scheduled",
    "work_pools/any/workers/connect",
)
"""Every websocket of Prefect 3.8.8."""


@flow
async def count_patients(patients: int) -> int:
    return patients


async def test_a_second_home_answers_to_its_own_login_knows_nothing_of_the_first_and_stops_without_a_listener(
    tmp_path: Path, prefect_server: PrefectServer
) -> None:
    await count_patients(1)
    server = PrefectServer(read_settings(home=tmp_path / "new", port=0, auth="trial:secret-word", keep_runs_days=30))
    server.start()
    server.wait_until_healthy()
    assert (tmp_path / "new" / "prefect" / "prefect.db").exists()
    ours, theirs = httpx.Client(base_url=server.api_url), httpx.Client(base_url=prefect_server.api_url)
    with ours, theirs:
        assert ours.post("/flow_runs/count", json={}).status_code == 401
        assert ours.get(f"{server.ui_url}/health").status_code == 200
        assert ours.get(f"{server.ui_url}/ready").status_code == 503
        ours.auth = ("trial", "secret-word")
        assert ours.post("/flow_runs/count", json={}).json() == 0
        assert theirs.post("/flow_runs/count", json={}).json() > 0
        kept = ours.get("/admin/settings").json()["server"]["services"]["db_vacuum"]
    assert "flow_runs" in kept["enabled"]
    assert kept["retention_period"] == "P30D"
    for socket_path in SOCKETS:
        assert not await _lets_in(f"{server.api_url}/{socket_path}", None), socket_path
        assert not await _lets_in(f"{server.api_url}/{socket_path}", "trial:wrong"), socket_path
    assert await _lets_in(f"{server.api_url}/events/out", "trial:secret-word")
    server.stop()
    assert not _listens(server)


async def _lets_in(address: str, login: str | None) -> bool:
    """Whether a websocket may be used with a login; None for a client that gives none."""
    protocols = [Subprotocol("prefect")] if login else None
    try:
        async with connect(address.replace("http", "ws", 1), subprotocols=protocols, proxy=None) as client:
            if login:
                await client.send(json.dumps({"type": "auth", "token": login}))
            answer = json.loads(await asyncio.wait_for(client.recv(), 10))
    except (ConnectionClosed, InvalidStatus):
        return False
    return bool(answer["type"] == "auth_success")


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_page_of_another_site_hears_nothing(prefect_server: PrefectServer, path: str) -> None:
    address = f"{prefect_server.api_url.replace('http', 'ws')}/{path}"
    with pytest.raises(InvalidStatus, match="403"):
        async with connect(address, origin=Origin("http://another.example"), subprotocols=[Subprotocol("prefect")]):
            pass
    async with connect(address, origin=Origin(prefect_server.ui_url), subprotocols=[Subprotocol("prefect")]):
        pass


def test_a_postgresql_that_prefect_cannot_use_is_said_so_at_once(tmp_path: Path, postgres: Postgres) -> None:
    """The server out of the wheel comes without contributed extensions."""
    with pytest.raises(NoTrigrams, match="postgresql-contrib"):
        PrefectServer(read_settings(home=tmp_path / "new", port=0, database_url=postgres.new_log())).start()


@pytest.mark.parametrize("page", ["/v2/", "/", "/v2/runs", "/runs"])
def test_both_interfaces_are_served_and_may_reach_this_server_only(prefect_server: PrefectServer, page: str) -> None:
    version = "v2" if page.startswith("/v2") else "v1"
    answer = httpx.get(
        prefect_server.ui_url + page, headers={"accept": "text/html"}, cookies={"prefect_ui_version": version}
    )
    assert answer.status_code == 200
    assert "<title>Prefect Server</title>" in answer.text
    assert "connect-src 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("page", ["/v2/", "/"])
def test_a_browser_keeps_the_interface_for_good_and_asks_for_its_first_page_each_time(
    prefect_server: PrefectServer, page: str
) -> None:
    version = "v2" if page.startswith("/v2") else "v1"
    first = httpx.get(prefect_server.ui_url + page, cookies={"prefect_ui_version": version})
    assert "cache-control" not in first.headers
    (script, *_) = re.findall(r'src="([^"]*/assets/[^"]+\.js)"', first.text)
    assert "immutable" in httpx.get(prefect_server.ui_url + script).headers["cache-control"]
    gone = httpx.get(f"{prefect_server.ui_url}{page}assets/of-yesterday-00000000.js")
    assert "cache-control" not in gone.headers, "the first page may be given in its place"


def test_the_second_interface_is_the_one_an_operator_meets(prefect_server: PrefectServer) -> None:
    answer = httpx.get(prefect_server.ui_url, headers={"accept": "text/html"})
    assert answer.headers["location"] == "/v2/"


def test_no_analytics_and_no_other_site_may_use_the_interface(prefect_server: PrefectServer) -> None:
    assert httpx.get(f"{prefect_server.api_url}/admin/settings").json()["server"]["analytics_enabled"] is False
    elsewhere = httpx.get(f"{prefect_server.api_url}/health", headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in elsewhere.headers


async def test_a_flow_run_is_recorded(prefect_server: PrefectServer) -> None:
    assert await count_patients(214) == 214
    async with get_client() as client:
        runs = await client.read_flow_runs()
        assert [run.state_name for run in runs if run.parameters == {"patients": 214}] == ["Completed"]
        assert str(client.api_url).rstrip("/") == prefect_server.api_url


async def test_writers_wait_for_each_other_and_none_is_turned_away(prefect_server: PrefectServer) -> None:
    async with get_client() as client:
        wanted = {"flow_id": str(await client.create_flow(count_patients)), "state": {"type": "PENDING"}}
    async with httpx.AsyncClient(timeout=60) as browser:
        address = f"{prefect_server.api_url}/flow_runs/"
        answers = await asyncio.gather(*(browser.post(address, json=wanted) for _ in range(32)))
    assert {answer.status_code for answer in answers} == {201}


async def test_the_services_behind_the_server_run(prefect_server: PrefectServer) -> None:
    await count_patients(1)
    async with get_client() as client:
        past = Scheduled(scheduled_time=datetime.now(UTC) - timedelta(minutes=5))
        run = await client.create_flow_run(count_patients, parameters={"patients": 1}, state=past)

        async def is_late() -> bool:
            return (await client.read_flow_run(run.id)).state_name == "Late"

        await _eventually(is_late)

    def event_is_kept() -> bool:
        wanted = EventFilter(event=EventNameFilter(name=["prefect.flow-run.Completed"])).model_dump(mode="json")
        answer = httpx.post(f"{prefect_server.api_url}/events/filter", json={"filter": wanted})
        return bool(answer.json()["events"])

    await _eventually(event_is_kept)


def test_a_busy_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"port {port} on 127\.0\.0\.1 is in use.*IMNI_PORT="):
            PrefectServer(read_settings(home=tmp_path, port=port)).start()


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path, host="192.0.2.1", auth="trial:secret-word")
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1.*IMNI_HOST"):
        PrefectServer(settings).start()


def test_a_server_that_ends_early_says_why(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"this is no database" * 100)
    with (
        PrefectServer(read_settings(home=tmp_path, port=0)) as server,
        pytest.raises(ServerFailed, match=r"(?s)has ended.*prefect-server\.log.*file is not a database"),
    ):
        server.wait_until_healthy()


def test_the_server_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert _lives(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 20
    while _lives(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _lives(child)


_PARENT = """
import sys, time
from pathlib import Path
from deployments.prefect_server import PrefectServer
from flows.settings import read_settings
server = PrefectServer(read_settings(home=Path(sys.argv[1]), port=0))
server.start()
server.wait_until_healthy()
print(server.pid, flush=True)
time.sleep(600)
"""


async def _eventually(holds: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = holds()
        if await answer if asyncio.iscoroutine(answer) else answer:
            return
        await asyncio.sleep(0.2)
    pytest.fail(f"did not become true within {seconds:g} s")


def _listens(server: PrefectServer) -> bool:
    address = httpx.URL(server.api_url)
    with socket.socket() as probe:
        return probe.connect_ex((address.host, address.port or 80)) == 0


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
