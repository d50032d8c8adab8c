"""Starting and stopping the demonstration laboratory: in a thread of this process, on a loopback port."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import uvicorn

from deployments.laboratory.application import application
from deployments.laboratory.book import Book
from deployments.laboratory.faults import Fault, Faults
from deployments.laboratory.practice import Practice
from deployments.laboratory.scores import ScoreSource


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one order key: how many orders the laboratory holds, and how often it was asked."""

    orders: int
    posts: int


def system_clock() -> datetime:
    """The laboratory is another house with its own clock (UTC)."""
    return datetime.now(UTC)  # noqa: TID251 - not the trial's clock


class DemonstrationLaboratory:
    """A laboratory to practise with, at `url` while started. Use `with DemonstrationLaboratory() as laboratory`.

    `data`: the SQLite file that survives a restart (None: memory). `port`: 0 takes a free one. `scores`: from order key
    and patient to scores (None: drawn by the told seed). `clock`: the time at the laboratory until it is told another.
    """

    def __init__(
        self,
        data: Path | None = None,
        port: int = 0,
        scores: ScoreSource | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        self._data, self._port, self._scores, self._clock = data, port, scores, clock
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Open the port and answer from now on. Raises `OSError` when the port is taken."""
        listener = listen(self._port)
        self._port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._client = httpx.Client(trust_env=False, timeout=10, headers={"Content-Type": "application/json"})
        self._thread = threading.Thread(target=self._serve, args=(listener,), name="laboratory", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests under way, close the port and the data. A second stop does nothing."""
        if self._thread is None:
            return
        self._client.close()
        while self._server is None and self._thread.is_alive():
            self._thread.join(0.01)
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join()
        self._thread = self._server = None

    def orders(self) -> dict[str, Tally]:
        """Every order key the laboratory ever saw."""
        answer: dict[str, dict[str, int]] = self._control("GET", "$orders").json()
        return {key: Tally(**counted) for key, counted in answer.items()}

    def suffer(self, fault: Fault) -> None:
        """Get something wrong; about an `order_key` already reported, at once."""
        self._control("POST", "$faults", fault.model_dump_json(exclude_unset=True))

    def recover(self) -> None:
        """Forget the faults still to come."""
        self._control("DELETE", "$faults")

    def set_clock(self, now: datetime) -> None:
        """Tell the laboratory the time."""
        self._control("PUT", "$clock", f'{{"now": "{now.isoformat()}"}}')

    def set_turn_around(self, days: float) -> None:
        """Tell how many days pass from order to report."""
        self._control("PUT", "$clock", f'{{"turn_around_days": {days}}}')

    def fix_scores(self, table: Mapping[str, Mapping[str, Decimal | str]]) -> None:
        """Tell the scores of order keys or patients, instead of drawing them."""
        self._control("PUT", "$scores", json.dumps(table, default=str))

    def _control(self, method: str, path: str, content: str | None = None) -> httpx.Response:
        answer = self._client.request(method, f"{self.url}/{path}", content=content)
        if answer.is_error:
            raise ValueError(f"the demonstration laboratory does not understand this: {answer.text}")
        return answer

    def _serve(self, listener: socket.socket) -> None:
        book = Book(self._data)
        try:
            serve(book, self._scores, self._clock, listener, self._started)
        finally:
            listener.close()
            book.close()

    def _started(self, server: uvicorn.Server) -> None:
        self._server = server


def listen(port: int) -> socket.socket:
    """An open loopback port; 0 takes a free one."""
    # The protocol is named because asyncio sends small answers at once only on sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def serve(
    book: Book,
    scores: ScoreSource | None,
    clock: Callable[[], datetime],
    listener: socket.socket,
    started: Callable[[uvicorn.Server], None] = lambda _: None,
) -> None:
    """Answer on an open port until told to exit (or, in the main thread, until Ctrl-C)."""
    app = application(Practice(book, Faults(), scores, clock))
    config = uvicorn.Config(
        app, lifespan="off", ws="none", log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    started(server)
    server.run(sockets=[listener])
