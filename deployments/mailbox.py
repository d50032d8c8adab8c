"""The demonstration mailbox: a real SMTP server on loopback that keeps what it receives and counts repetitions."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True, slots=True)
class Mail:
    """A received mail, read. `recipients` are those of the envelope."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class _Refusal:
    reply: str
    after_keeping: bool


class Mailbox:
    """Receives mail on a free loopback port while started. Use `with Mailbox() as mailbox`.

    `login`: the user and password it asks for (None: it takes mail from anyone).
    """

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self._login = login
        self._lock = threading.Lock()
        self._received: list[Mail] = []
        self._refusals: list[_Refusal] = []
        self._controller: _Loopback | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Open the port: a free one the first time, the same one again after a stop."""
        self._controller = _Loopback(self, _listen(self.port))
        self.port = self._controller.port
        self._controller.start()

    def stop(self) -> None:
        """Close the port; what was received stays readable. A second stop does nothing."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def url(self, to: str = "coordinator@imni.example") -> str:
        """The mailbox as a channel address in Apprise's notation."""
        login = ":".join(self._login) + "@" if self._login else ""
        return f"mailto://{login}127.0.0.1:{self.port}?from=imni@imni.example&to={to}"

    @property
    def received(self) -> tuple[Mail, ...]:
        """Everything received, in order."""
        with self._lock:
            return tuple(self._received)

    def copies(self) -> Counter[tuple[str, str]]:
        """How often each (Message-ID, recipient) was received."""
        return Counter((mail.message_id, recipient) for mail in self.received for recipient in mail.recipients)

    def duplicates(self) -> dict[tuple[str, str], int]:
        """What was received more than once."""
        return {copy: times for copy, times in self.copies().items() if times > 1}

    def refuse(self, reply: str = "451 try again later", times: int = 1, after_keeping: bool = False) -> None:
        """Refuse the next mails with this SMTP reply; `after_keeping` keeps them all the same (a lost answer)."""
        with self._lock:
            self._refusals.extend([_Refusal(reply, after_keeping)] * times)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Receive one mail."""
        if self._login is not None and not session.authenticated:
            return "530 log in first"
        with self._lock:
            refusal = self._refusals.pop(0) if self._refusals else None
            if refusal is None or refusal.after_keeping:
                self._received.append(_read(envelope))
        return refusal.reply if refusal else "250 OK"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object
    ) -> AuthResult:
        """Check a login."""
        given = (login.login.decode(), login.password.decode()) if isinstance(login, LoginPassword) else None
        return AuthResult(success=given is not None and given == self._login, handled=False)


class _Loopback(Controller):
    """aiosmtpd looks for its own port by number, so port 0 needs the listening socket made first."""

    def __init__(self, mailbox: Mailbox, listener: socket.socket) -> None:
        super().__init__(
            mailbox,
            hostname="127.0.0.1",
            port=listener.getsockname()[1],
            authenticator=mailbox.authenticate,
            auth_require_tls=False,
        )
        self._listener = listener

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _read(envelope: Envelope) -> Mail:
    content = envelope.content or b""
    mail = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.default)
    text = mail.get_body(("plain", "html"))
    return Mail(
        message_id=", ".join(str(value).strip() for value in mail.get_all("Message-ID", [])),
        sender=envelope.mail_from or "",
        recipients=tuple(envelope.rcpt_tos),
        subject=str(mail["Subject"]),
        body=text.get_content() if text is not None else "",
    )
