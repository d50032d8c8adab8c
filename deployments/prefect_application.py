"""Prefect's own server and both its interfaces, kept from calling anyone outside; runs as a child of `imni up`.

Started by `deployments.prefect_server` as `python -P -m deployments.prefect_application SOCKET`, where SOCKET is the
inherited descriptor of a listening socket and standard input is the life line: it ends when the parent does.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time
from http.client import OK
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from flows.settings import read_settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "connect-src 'self'",
        "script-src 'self' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
    )
)
"""What a browser showing the interface may reach: this server only. Prefect's V2 interface calls an analytics service
from the browser even when the server's analytics are off; this is what stops it. The run graph needs `unsafe-eval`."""

_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_HASHED = ("/assets/", "/v2/assets/")
"""Where both interfaces keep files whose names carry a digest of what they say."""
_FOR_GOOD = ((b"cache-control", b"public, max-age=31536000, immutable"),)
"""A page consists of sixty such files; a browser that asks for each again waits for half a second."""
_LAST_REQUESTS_SECONDS = 3
_POLICY_VIOLATION = 1008
_LIFE_AFTER_PARENT_SECONDS = 10.0


class KeptInside:
    """An ASGI layer that forbids the browser every address but this server's own, and other sites its websockets.

    The interface itself it may keep.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and _comes_from_another_site(scope):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = _FOR_GOOD if scope["path"].startswith(_HASHED) and _is_file(message) else ()
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS, *kept]}
            await send(message)

        await self._app(scope, receive, send_guarded if scope["type"] == "http" else send)


def _is_file(begun: Message) -> bool:
    """Whether an answer is the file that was asked for, and not an error, or the first page in its place."""
    kinds = (value for name, value in begun.get("headers", ()) if name == b"content-type")
    return begun["status"] == OK and not any(kind.startswith(b"text/html") for kind in kinds)


def _comes_from_another_site(scope: Scope) -> bool:
    """Whether a browser opens a websocket for a page of another site, to which it may tell everything it hears."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin).netloc != headers.get(b"host")


def serve(listener: socket.socket, life_line: BinaryIO) -> None:
    """Serve Prefect on `listener` until told to stop by SIGTERM or SIGINT, or the life line ends."""
    from deployments.prefect_database import (
        TablesBeingMade,
        let_schedules_be_kept,
        let_writers_queue,
        sqlite_of_prefect,
    )

    being_made = TablesBeingMade() if sqlite_of_prefect() else None
    end_with_parent(life_line)  # a thread, so not before

    import uvicorn
    from prefect.server.api.server import create_app

    from deployments.prefect_shortcuts import ShortCuts
    from deployments.readiness import Readiness, looking_at

    let_writers_queue()
    let_schedules_be_kept()
    look = looking_at(read_settings().log_url, _prefect_answers)

    config = uvicorn.Config(
        KeptInside(Readiness(ShortCuts(create_app(final=True)), look)),
        log_level="warning",
        log_config=None,  # Prefect's, which is the installation's: text or JSON
        timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
        lifespan="on",
    )
    if being_made:
        being_made.wait()
    gc.freeze()  # what is loaded stays: no collection need go through it again
    uvicorn.Server(config).run(sockets=[listener])


async def _prefect_answers() -> bool:
    from prefect.server.database import provide_database_interface

    return await provide_database_interface().is_db_connectable()


def end_with_parent(life_line: BinaryIO) -> None:
    """End this process when the other end of `life_line` closes, however the parent died, also by kill -9.

    A pipe and not Linux's parent death signal: that one also fires when only the thread that started us ends.
    """

    def watch() -> None:
        life_line.read()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_LIFE_AFTER_PARENT_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="life-line", daemon=True).start()


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0))
