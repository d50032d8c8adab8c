"""A laboratory that keeps the engine waiting."""

from __future__ import annotations

from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import cast

_NOBODY = b'{"resourceType": "Bundle", "type": "searchset", "total": 0}'


class SlowLaboratory(ThreadingHTTPServer):
    """Takes an order and reports nothing. Until told to `answer` it says again and again that it is working on it.

    `asked` has the key of the order, each time it was asked for.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.asked: list[str] = []
        self.answer = Event()
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Counter(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        laboratory = cast("SlowLaboratory", self.server)
        self.rfile.read(int(self.headers["Content-Length"]))
        laboratory.asked.append(self.headers["If-None-Exist"])
        with suppress(BrokenPipeError, ConnectionResetError):
            while not laboratory.answer.wait(0.2):
                self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            self.send_response(201 if laboratory.asked.count(laboratory.asked[-1]) == 1 else 200)
            self.send_header("Location", f"{laboratory.url}/ServiceRequest/1")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(_NOBODY)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its given name
        pass
