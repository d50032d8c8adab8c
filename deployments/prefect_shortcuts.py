"""Addresses that stay: `/pages/KEY` leads to a page's newest version, `/forms/COMMAND` to a form.

Prefect's interface knows a page by the number of each version, and a form by a number that every installation makes
anew; nobody can write those into a link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flows.reports.links import FORMS, PAGES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


_CHOSEN = "prefect_ui_version"
"""The cookie in which Prefect's interfaces remember which of the two an operator switched to."""


class ShortCuts:
    """An ASGI layer that sends a browser on to where Prefect keeps a page or a form, in the interface it uses.

    It reveals that a page of that name exists, and nothing of what it says: for that Prefect asks for the login.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = await _target(scope["path"]) if scope["type"] == "http" else None
        if target is None:
            await self._app(scope, receive, send)
            return
        from starlette.requests import Request
        from starlette.responses import RedirectResponse

        begins = "" if Request(scope).cookies.get(_CHOSEN) == "v1" else "/v2"
        asked = scope["query_string"].decode("latin-1")
        address = f"{begins}{target}?{asked}" if asked else f"{begins}{target}"
        leads_to = RedirectResponse(address, headers={"cache-control": "no-store"})
        await leads_to(scope, receive, send)


async def _target(path: str) -> str | None:
    if path.startswith(PAGES):
        return await _newest(path.removeprefix(PAGES))
    if path.startswith(FORMS):
        return await _form(path.removeprefix(FORMS))
    return None


async def _newest(key: str) -> str:
    from prefect.server.database import provide_database_interface
    from prefect.server.models.artifacts import read_latest_artifact

    async with provide_database_interface().session_context() as session:
        found = await read_latest_artifact(session=session, key=key)
    return f"/artifacts/artifact/{found.latest_id}" if found else f"/artifacts/key/{quote(key, safe='')}"


async def _form(wire: str) -> str:
    from prefect.server.database import provide_database_interface
    from prefect.server.models.deployments import read_deployments
    from prefect.server.schemas.filters import FlowFilter, FlowFilterName

    named = FlowFilter(name=FlowFilterName(any_=[wire]))
    async with provide_database_interface().session_context() as session:
        found = await read_deployments(session=session, flow_filter=named, limit=1)
        return f"/deployments/deployment/{found[0].id}/run" if found else "/deployments"
