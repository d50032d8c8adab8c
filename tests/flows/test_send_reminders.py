"""Reminders over several channels: each gets each reminder once, whichever of them is down."""

from dataclasses import replace

import pytest

from deployments.mailbox import Mailbox
from domain.work_item import Work, WorkItem
from events.follow_up import FollowUpScheduled, ReminderSent
from flows.gateways.errors import MessageRefused, NotDelivered
from flows.gateways.mail import Notifier
from flows.resources import Resources
from flows.send_reminders import message_of, send_reminder
from flows.work_off import open_items
from tests import facts
from tests.flows.direct_reactor import direct_reactor
from tests.flows.site import Site

TREATED = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")


async def _due(at: Site) -> WorkItem:
    at.has_seen("RJ-1", *TREATED)
    await direct_reactor(at.given).settle()
    assert at.patient("RJ-1").has(FollowUpScheduled)
    at.later(days=15)
    (item,) = open_items(at.given, ["RJ-1"], Work.SEND_REMINDER)
    return item


def _through(at: Site, *mailboxes: Mailbox) -> Resources:
    return replace(
        at.given, notifier=Notifier([mailbox.url(f"ward{mailbox.port}@imni.example") for mailbox in mailboxes])
    )


@pytest.mark.parametrize(("reply", "kind"), [("451 later", NotDelivered), ("550 no such user", MessageRefused)])
async def test_a_channel_that_took_a_reminder_does_not_get_it_again_when_another_failed(
    at: Site, reply: str, kind: type[Exception]
) -> None:
    item = await _due(at)
    with Mailbox() as other:
        given = _through(at, at.mailbox, other)
        other.refuse(reply)
        with pytest.raises(kind):
            await send_reminder(given, item)
        assert not at.patient("RJ-1").has(ReminderSent)
        await send_reminder(given, item)
        assert (len(at.mailbox.received), len(other.received)) == (1, 1)
    (sent,) = at.patient("RJ-1").every(ReminderSent)
    assert (sent.event.visit, sent.event.step, sent.event.channel) == ("4w", "before", "mail, mail-2")


async def test_without_a_channel_it_is_on_record_that_nobody_was_told(at: Site) -> None:
    item = await _due(at)
    await send_reminder(_through(at), item)
    (sent,) = at.patient("RJ-1").every(ReminderSent)
    assert sent.event.channel == "not configured"


async def test_a_reminder_names_visit_and_patient_by_her_pseudonymous_id(at: Site) -> None:
    message = message_of(await _due(at))
    assert message.subject == "RJ-1: visit 4w"
    assert "2021-01-08" in message.key
    assert message.body
