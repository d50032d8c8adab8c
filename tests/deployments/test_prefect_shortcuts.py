"""Addresses that stay lead to the newest page and to a form, in the interface the operator has switched to."""

import httpx
import pytest

from deployments.forms import form_deployments
from deployments.prefect_server import PrefectServer

pytestmark = pytest.mark.prefect


def _leads_to(server: PrefectServer, address: str, interface: str = "") -> str:
    chosen = {"cookie": f"prefect_ui_version={interface}"} if interface else {}
    asked = httpx.get(f"{server.ui_url}{address}", headers=chosen, trust_env=False)
    assert asked.headers["cache-control"] == "no-store"
    return asked.headers["location"]


def _version(server: PrefectServer, text: str) -> str:
    """Another version of a page."""
    page = {"key": "shortcut", "type": "markdown", "data": text}
    return httpx.post(f"{server.api_url}/artifacts/", json=page, trust_env=False).json()["id"]


async def test_a_page_and_a_form_open_in_the_interface_that_is_used(prefect_server: PrefectServer) -> None:
    _version(prefect_server, "# Old")
    newest = _version(prefect_server, "# New")
    assert _leads_to(prefect_server, "/pages/shortcut") == f"/v2/artifacts/artifact/{newest}"
    assert _leads_to(prefect_server, "/pages/shortcut", "v2") == f"/v2/artifacts/artifact/{newest}"
    assert _leads_to(prefect_server, "/pages/shortcut", "v1") == f"/artifacts/artifact/{newest}"
    assert _leads_to(prefect_server, "/pages/nowhere", "v1") == "/artifacts/key/nowhere"

    visit = next(each for each in await form_deployments() if each.flow_name == "record-visit")
    form = await visit.aapply()
    asked = "parameters=%7B%22form%22%3A%7B%7D%7D"
    assert _leads_to(prefect_server, f"/forms/record-visit?{asked}") == f"/v2/deployments/deployment/{form}/run?{asked}"
    assert _leads_to(prefect_server, "/forms/record-visit", "v1") == f"/deployments/deployment/{form}/run"
