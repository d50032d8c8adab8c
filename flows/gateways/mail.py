"""Messages to the people of the trial: by mail, WeCom or DingTalk, each channel an address in Apprise's notation.

A channel address holds passwords: it appears in no log line, no exception and no representation.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Collection, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from flows.gateways.errors import ChannelUnreadable, MessageRefused, NotDelivered
from flows.gateways.mail_channels import Channel, ChatChannel, MailChannel, NotTaken
from flows.steps import step

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

_NAMES: Final = {"wecombot": "wecom", "dingtalk": "dingtalk"}
_SENDING: ContextVar[bool] = ContextVar("_SENDING", default=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message under the deterministic key of its work item, such as `reminder/RJ-0042/12m/opens`. Plain text."""

    key: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message: taken by these channels, or nobody was told because no channel is configured."""

    key: str
    outcome: Literal["delivered", "not configured"]
    channels: tuple[str, ...]


class Notifier:
    """Sends messages about the trial of one log to every configured channel. `timeout` in seconds, for mail.

    Raises `ChannelUnreadable` for an address that Apprise does not understand.
    """

    def __init__(self, urls: Sequence[str], log_id: str, timeout: float = 15.0) -> None:
        plugins = [_plugin(place, url) for place, url in enumerate(urls, start=1)]
        self._channels: dict[str, Channel] = {}
        for plugin in plugins:
            kind = _kind(plugin)
            same = sum(name.split("-")[0] == kind for name in self._channels)
            name = f"{kind}-{same + 1}" if same else kind
            self._channels[name] = MailChannel(plugin, log_id, timeout) if kind == "mail" else ChatChannel(plugin)

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the configured channels: mail, mail-2, wecom, dingtalk."""
        return tuple(self._channels)

    async def send(self, message: Message, leave_out: Collection[str] = ()) -> Delivery:
        """Send a message to every channel except those that already took it.

        Mail carries the same Message-ID however often it is sent, so that a mailbox can tell a repetition.
        Raises `NotDelivered` (send again, leaving out its `delivered`) when a channel may take it later, and
        `MessageRefused` when every channel that failed refuses for good.
        """
        if not self._channels:
            return Delivery(message.key, "not configured", ())
        taken: list[str] = [name for name in self._channels if name in leave_out]
        failed: list[tuple[str, NotTaken]] = []
        for name, channel in self._channels.items():
            if name in leave_out:
                continue
            try:
                with step("send a message", key=message.key, channel=name):
                    await asyncio.to_thread(_send_quietly, channel, message)
                taken.append(name)
            except NotTaken as problem:
                failed.append((name, problem))
        if failed:
            kind = MessageRefused if all(problem.for_good for _, problem in failed) else NotDelivered
            raise kind(message.key, tuple(f"{name}: {problem.problem}" for name, problem in failed), tuple(taken))
        return Delivery(message.key, "delivered", tuple(taken))


def _send_quietly(channel: Channel, message: Message) -> None:
    quiet = _SENDING.set(True)
    try:
        channel.send(message.key, message.subject, message.body)
    finally:
        _SENDING.reset(quiet)


def _plugin(place: int, url: str) -> NotifyBase:
    from apprise import Apprise

    _keep_addresses_out_of_logs()
    quiet = _SENDING.set(True)
    try:
        with warnings.catch_warnings():
            # The first use loads Apprise's plugins, one of which imports a deprecated module.
            warnings.simplefilter("ignore", DeprecationWarning)
            plugin = Apprise.instantiate(url)
    finally:
        _SENDING.reset(quiet)
    if plugin is None:
        raise ChannelUnreadable(place)
    return plugin


def _kind(plugin: NotifyBase) -> str:
    from apprise.plugins.email.base import NotifyEmail

    if isinstance(plugin, NotifyEmail):
        return "mail"
    schema = plugin.schema or "chat"
    return _NAMES.get(schema, schema)


def _keep_addresses_out_of_logs() -> None:
    """Apprise and the HTTP library below it log addresses: lines of our sending are dropped, others' are kept."""
    for name in ("apprise", "urllib3.connectionpool", "requests"):
        logger = logging.getLogger(name)
        if _not_ours not in logger.filters:
            logger.addFilter(_not_ours)


def _not_ours(record: logging.LogRecord) -> bool:
    return not _SENDING.get()
