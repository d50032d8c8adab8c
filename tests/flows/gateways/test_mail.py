"""Messages through a real SMTP server and a real chat webhook on loopback."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import pytest

from deployments.mailbox import Mailbox
from flows.gateways.errors import ChannelUnreadable, MessageRefused, NotDelivered
from flows.gateways.mail import Delivery, Message, Notifier
from flows.gateways.mail_channels import message_id

REMINDER = Message("reminder/RJ-0042/12m/opens", "12 个月随访 / 12-month visit", "窗口已开放。\n.\nThe window is open.")
ID = "<reminder.RJ-0042.12m.opens@LOG.imni>"


class Webhook(ThreadingHTTPServer):
    """A chat service: keeps what is posted, and answers with a status it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posted)
        self.posted: list[dict[str, str]] = []
        self.status = 200

    def url(self) -> str:
        return f"json://bot:s3cr3t-token@127.0.0.1:{self.server_port}/hidden-path"


class _Posted(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        webhook = cast("Webhook", self.server)
        webhook.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(webhook.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its given name
        pass


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as started:
        yield started


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def test_a_mail_arrives_once_in_chinese_and_english_under_its_key(mailbox: Mailbox) -> None:
    delivery = await Notifier([mailbox.url()], "LOG").send(REMINDER)

    assert delivery == Delivery(REMINDER.key, "delivered", ("mail",))
    (mail,) = mailbox.received
    assert (mail.message_id, mail.recipients) == (ID, ("coordinator@imni.example",))
    assert (mail.subject, mail.body.splitlines()) == (REMINDER.subject, REMINDER.body.splitlines())


async def test_a_lost_answer_makes_a_repetition_that_the_mailbox_can_tell(mailbox: Mailbox) -> None:
    mailbox.refuse("451 I have it, but", after_keeping=True)
    notifier = Notifier([mailbox.url()], "LOG")

    with pytest.raises(NotDelivered, match="mail: SMTPDataError 451"):
        await notifier.send(REMINDER)
    await notifier.send(REMINDER)

    assert mailbox.duplicates() == {(ID, "coordinator@imni.example"): 2}


async def test_a_busy_or_stopped_server_is_tried_again(mailbox: Mailbox) -> None:
    notifier = Notifier([mailbox.url()], "LOG")
    mailbox.refuse("451 later")
    with pytest.raises(NotDelivered):
        await notifier.send(REMINDER)
    mailbox.stop()
    with pytest.raises(NotDelivered, match="ConnectionRefusedError"):
        await notifier.send(REMINDER)
    mailbox.start()
    await notifier.send(REMINDER)

    assert mailbox.duplicates() == {}
    assert [mail.message_id for mail in mailbox.received] == [ID]


async def test_a_refusal_for_good_asks_a_person_without_the_servers_words(mailbox: Mailbox) -> None:
    mailbox.refuse("550 no such user coordinator@imni.example")

    with pytest.raises(MessageRefused) as refused:
        await Notifier([mailbox.url()], "LOG").send(REMINDER)
    assert "SMTPDataError 550" in str(refused.value)
    assert "coordinator" not in str(refused.value)


async def test_a_server_that_asks_for_a_login_gets_it() -> None:
    with Mailbox(login=("imni", "s3cr3t-word")) as mailbox:
        assert (await Notifier([mailbox.url()], "LOG").send(REMINDER)).channels == ("mail",)
        with pytest.raises(MessageRefused, match="SMTPAuthenticationError 535") as refused:
            await Notifier([mailbox.url().replace("s3cr3t-word", "wr0ng-word")], "LOG").send(REMINDER)
        assert "wr0ng" not in repr(refused.value)
        assert len(mailbox.received) == 1


async def test_every_recipient_gets_the_same_mail(mailbox: Mailbox) -> None:
    await Notifier([mailbox.url(to="a@imni.example,b@imni.example")], "LOG").send(REMINDER)

    assert mailbox.copies() == {(ID, "a@imni.example"): 1, (ID, "b@imni.example"): 1}


async def test_without_a_channel_nobody_is_told_and_the_caller_sees_it() -> None:
    assert await Notifier([], "LOG").send(REMINDER) == Delivery(REMINDER.key, "not configured", ())


async def test_a_channel_that_took_the_message_is_left_out_next_time(mailbox: Mailbox, webhook: Webhook) -> None:
    notifier = Notifier([mailbox.url(), webhook.url()], "LOG")
    webhook.status = 500
    with pytest.raises(NotDelivered) as failed:
        await notifier.send(REMINDER)
    webhook.status = 200
    delivery = await notifier.send(REMINDER, leave_out=failed.value.delivered)

    assert (failed.value.failed, failed.value.delivered) == (("json: not taken",), ("mail",))
    assert delivery.channels == ("mail", "json")
    assert (len(mailbox.received), mailbox.duplicates()) == (1, {})
    assert [post["message"] for post in webhook.posted] == [REMINDER.body] * 2


async def test_one_channel_for_good_and_one_for_now_is_tried_again(mailbox: Mailbox, webhook: Webhook) -> None:
    mailbox.refuse("550 no")
    webhook.status = 503
    with pytest.raises(NotDelivered):
        await Notifier([mailbox.url(), webhook.url()], "LOG").send(REMINDER)


async def test_no_address_is_ever_logged_or_raised(
    mailbox: Mailbox, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    secret = f"mailto://imni:s3cr3t-word@127.0.0.1:{mailbox.port}?from=imni@imni.example&to=a@imni.example"
    said: list[str] = []
    webhook.status = 500
    for url in (secret, webhook.url(), "nonsense://imni:s3cr3t-word@host", "s3cr3t-word", "mailto://:s3cr3t-word@"):
        try:
            notifier = Notifier([url], "LOG")
            said.append(repr(notifier))
            await notifier.send(REMINDER)
        except (NotDelivered, MessageRefused, ChannelUnreadable) as problem:
            said += [str(problem), repr(problem), repr(problem.__cause__)]

    assert len(said) >= 14
    everything = caplog.text + "".join(said)
    for hidden in ("s3cr3t", "hidden-path"):
        assert hidden not in everything


async def test_apprise_still_speaks_when_others_use_it(caplog: pytest.LogCaptureFixture) -> None:
    Notifier(["mailto://127.0.0.1?from=a@imni.example"], "LOG")
    logging.getLogger("apprise").warning("somebody else's message")
    assert "somebody else's message" in caplog.text


def test_an_address_that_is_not_understood_is_named_by_its_place() -> None:
    with pytest.raises(ChannelUnreadable, match="number 2"):
        Notifier(["mailto://127.0.0.1?from=a@imni.example", "carrier-pigeon://loft"], "LOG")


def test_channels_have_names_without_secrets() -> None:
    urls = [
        "mailto://127.0.0.1?from=a@imni.example",
        "mailtos://user:word@imni.example",
        "wecombot://abcdefgh12345678",
        "dingtalk://abcdefgh12345678",
    ]
    assert Notifier(urls, "LOG").channels == ("mail", "mail-2", "wecom", "dingtalk")


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("reminder/RJ-0042/12m/opens", "<reminder.RJ-0042.12m.opens@LOG.imni>"),
        ("a.b/c", "<a=2Eb.c@LOG.imni>"),
        ("a/b.c", "<a.b=2Ec@LOG.imni>"),
        ("a//b", "<a.=.b@LOG.imni>"),
        ("随访", "<=E9=9A=8F=E8=AE=BF@LOG.imni>"),
        ("a b<c>\r\n", "<a=20b=3Cc=3E=0D=0A@LOG.imni>"),
    ],
)
def test_a_message_id_is_an_address_and_different_for_every_key(key: str, written: str) -> None:
    assert message_id(key, "LOG") == written
