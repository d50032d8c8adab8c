"""How one channel takes a message: mail by SMTP with our Message-ID, any other channel as Apprise does it."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from email import message_from_string, policy
from email.message import Message as MimeMessage
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase
    from apprise.plugins.email.base import NotifyEmail

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]")


class NotTaken(Exception):
    """A channel did not take a message; `for_good` when the same message would be refused again. Holds no address."""

    def __init__(self, problem: str, for_good: bool = False) -> None:
        super().__init__(problem, for_good)
        self.problem, self.for_good = problem, for_good


class Channel(Protocol):
    """Somewhere a message can be sent to. `send` blocks, and raises `NotTaken`."""

    def send(self, key: str, subject: str, body: str) -> None:
        """Hand the message over."""
        ...


def message_id(key: str, log_id: str) -> str:
    """The Message-ID of a key: `reminder/RJ-0042/12m` in log L becomes `<reminder.RJ-0042.12m@L.imni>`.

    Two trials may write to one mailbox, and two keys never share an id: what may not stand in one is written as its
    bytes in hexadecimal.
    """
    return f"<{'.'.join(_atom(part) for part in key.split('/'))}@{_atom(log_id)}.imni>"


class ChatChannel:
    """A channel that Apprise sends to: WeCom, DingTalk and the like. They know no message keys."""

    def __init__(self, plugin: NotifyBase) -> None:
        self._plugin = plugin

    def send(self, key: str, subject: str, body: str) -> None:
        """Hand the message over. Raises `NotTaken`."""
        try:
            taken = self._plugin.notify(body=body, title=subject)
        except Exception as problem:  # a plugin may raise whatever its protocol's library does
            raise NotTaken(type(problem).__name__) from None
        if not taken:
            raise NotTaken("not taken")


class MailChannel:
    """A mail address in Apprise's notation, written to about the trial of one log. `timeout` in seconds.

    Apprise reads the address and writes the mail; it is sent from here because Apprise gives every mail a random
    Message-ID, waits 5.5 s between two mails, and hides why one was not taken.
    """

    def __init__(self, plugin: NotifyBase, log_id: str, timeout: float) -> None:
        self._plugin = cast("NotifyEmail", plugin)
        self._log_id, self._timeout = log_id, timeout

    def send(self, key: str, subject: str, body: str) -> None:
        """Hand the mail over, one copy a recipient. Raises `NotTaken`."""
        try:
            with self._connected() as server:
                sender = str(self._plugin.from_addr[1])
                for recipients, mail in self._mails(key, subject, body):
                    refused = server.sendmail(sender, recipients, mail.as_bytes(policy=policy.SMTP))
                    if refused:
                        raise smtplib.SMTPRecipientsRefused(refused)
        except smtplib.SMTPException as problem:
            raise _not_taken(problem) from None
        except (OSError, RuntimeError) as problem:
            raise NotTaken(type(problem).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        plugin = self._plugin
        host, port = str(plugin.smtp_host), cast("int", plugin.port)
        if plugin.secure_mode == "ssl":
            server = smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=self._authorities)
        else:
            server = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            self._introduce(server)
        except BaseException:
            server.close()
            raise
        return server

    @cached_property
    def _authorities(self) -> ssl.SSLContext:
        """Whom we believe about who a server is. Loading them takes longer than sending a mail."""
        context = ssl.create_default_context()
        if not self._plugin.verify_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _introduce(self, server: smtplib.SMTP) -> None:
        if self._plugin.secure_mode == "starttls":
            server.starttls(context=self._authorities)
        if self._plugin.user and self._plugin.password:
            server.login(str(self._plugin.user), str(self._plugin.password))

    def _mails(self, key: str, subject: str, body: str) -> Iterator[tuple[list[str], MimeMessage]]:
        from apprise import NotifyFormat

        plugin = self._plugin
        written = plugin.prepare_emails(
            subject=subject,
            body=body,
            from_addr=plugin.from_addr,
            to=plugin.targets,
            cc=plugin.cc,
            bcc=plugin.bcc,
            reply_to=plugin.reply_to,
            smtp_host=plugin.smtp_host,
            notify_format=NotifyFormat.TEXT,
            headers=plugin.headers,
            names=plugin.names,
            pgp=plugin.pgp,
            pgp_mode=plugin.pgp_mode,
            tzinfo=plugin.tzinfo,
        )
        for draft in written:
            mail = message_from_string(draft.body)
            del mail["Message-ID"]
            mail["Message-ID"] = message_id(key, self._log_id)
            yield list(draft.to_addrs), mail


def _not_taken(problem: smtplib.SMTPException) -> NotTaken:
    """The kind of failure and its SMTP code; the server's words may repeat an address or a login, so they are left."""
    codes = (
        [code for code, _ in problem.recipients.values()] if isinstance(problem, smtplib.SMTPRecipientsRefused) else []
    )
    if isinstance(problem, smtplib.SMTPResponseException):
        codes = sorted(_codes(problem))
    said = " ".join([type(problem).__name__, *map(str, codes)])
    return NotTaken(said, for_good=bool(codes) and all(500 <= code < 600 for code in codes))


def _codes(problem: smtplib.SMTPException) -> set[int]:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return {code for code, _ in problem.recipients.values()}
    return {problem.smtp_code} if isinstance(problem, smtplib.SMTPResponseException) else set()


def _atom(part: str) -> str:
    """One part of a key as an atom of an address (RFC 5322); an empty part is written as a lone equals sign."""
    return "".join(_letter(letter) for letter in part) or "="


def _letter(letter: str) -> str:
    return letter if _PLAIN.fullmatch(letter) else "".join(f"={byte:02X}" for byte in letter.encode())
