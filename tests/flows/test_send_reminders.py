"""Reminders over several channels: each gets each reminder once, whichever of them is down."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from deployments.mailbox import Mailbox
from deployments.reactions import ANSWERS
from domain.protocol.reminder_steps import Asked
from domain.set_aside import set_aside
from domain.work_item import Work, WorkItem
from events.follow_up import FollowUpScheduled, ReminderSent
from flows.gateways.errors import MessageRefused, NotDelivered
from flows.gateways.mail import Message, Notifier
from flows.pace import Pace
from flows.reactions import Reactions
from flows.reactor import Reactor
from flows.remind_of_trial import tell_of_trial
from flows.reminder_message import message_of
from flows.resources import Resources
from flows.send_reminders import send_reminder
from flows.work_off import open_items
from store.event_log import LogUnavailable
from store.sqlite_event_log import open_sqlite_log
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
        at.given, notifier=Notifier([mailbox.url(f"ward{mailbox.port}@imni.example") for mailbox in mailboxes], "LOG")
    )


async def test_a_channel_that_took_a_reminder_does_not_get_it_again_when_another_failed(at: Site) -> None:
    item = await _due(at)
    with Mailbox() as other:
        given = _through(at, at.mailbox, other)
        other.refuse("451 later")
        with pytest.raises(NotDelivered):
            await send_reminder(given, item)
        assert not at.patient("RJ-1").has(ReminderSent)
        await send_reminder(given, item)
        assert (len(at.mailbox.received), len(other.received)) == (1, 1)
    (sent,) = at.patient("RJ-1").every(ReminderSent)
    assert (sent.event.subject, sent.event.step, sent.event.channel) == ("4w", "before", "mail, mail-2")


async def test_a_dead_address_beside_a_good_one_waits_for_a_person_once_and_holds_no_reminder_up(at: Site) -> None:
    item = await _due(at)
    with Mailbox() as dead:
        given = _through(at, at.mailbox, dead)
        dead.refuse("550 no such user", times=2)
        await send_reminder(given, item)
        (sent,) = at.patient("RJ-1").every(ReminderSent)
        assert sent.event.channel == "mail"
        assert set_aside(at.patient("RJ-1")) == {}
        await send_reminder(given, replace(item, key=f"{item.key}/again"))
        (aside,) = set_aside(at.given.trial_log.trial()).values()
        assert aside.event.key == "channel/coordinator"
        assert aside.event.problem.startswith("mail-2: ")
    assert len(at.mailbox.received) == 2


async def test_a_reminder_that_every_channel_refuses_has_not_gone_out(at: Site) -> None:
    item = await _due(at)
    at.mailbox.refuse("550 no such user")
    with pytest.raises(MessageRefused):
        await send_reminder(at.given, item)
    assert not at.patient("RJ-1").has(ReminderSent)


@pytest.mark.parametrize("either_database", ["sqlite"], indirect=True)
async def test_a_reminder_that_the_log_did_not_take_goes_on_record_later_and_out_once(at: Site) -> None:
    item = await _due(at)
    path = at.given.settings.log_path
    assert path is not None
    with open_sqlite_log(path) as impatient:
        with impatient.transaction() as database:
            database.execute("pragma busy_timeout=50")
        holding = sqlite3.connect(path, isolation_level=None)
        holding.execute("begin immediate")
        given = replace(at.given, trial_log=replace(at.given.trial_log, log=impatient))
        with pytest.raises(LogUnavailable):
            await send_reminder(given, item)
        holding.close()
        await send_reminder(given, item)
    assert len(at.mailbox.received) == 1
    assert len(at.patient("RJ-1").every(ReminderSent)) == 1


async def test_without_a_channel_it_is_on_record_that_nobody_was_told(at: Site) -> None:
    item = await _due(at)
    await send_reminder(_through(at), item)
    (sent,) = at.patient("RJ-1").every(ReminderSent)
    assert sent.event.channel == "not configured"


_CHINESE = "致：研究协调员。\n访视 4w（2021-01-01 至 2021-01-15）：窗口将于两周后开放，请预约。"
_ENGLISH = (
    "For the coordinator.\n"
    "Visit 4w, 2021-01-01 to 2021-01-15. The window opens in two weeks: please make the appointment."
)


async def test_a_reminder_names_visit_and_patient_by_her_pseudonymous_id_in_the_languages_of_the_site(at: Site) -> None:
    item = await _due(at)
    assert "2021-01-08" in item.key
    assert message_of(item, "zh") == Message(item.key, "RJ-1: 访视 4w", _CHINESE)
    assert message_of(item, "en") == Message(item.key, "RJ-1: visit 4w", _ENGLISH)
    assert message_of(item) == Message(item.key, "RJ-1: 访视 4w / visit 4w", f"{_CHINESE}\n\n{_ENGLISH}")


async def test_who_has_a_channel_of_her_own_is_reached_by_it(at: Site) -> None:
    at.has_seen("RJ-2", *facts.enrolled(facts.planned("2020-12-10"), on="2020-12-01"))
    with Mailbox() as investigators:
        ladder: dict[Asked, Notifier] = {
            "investigator": Notifier([investigators.url("investigator@imni.example")], "LOG")
        }
        (item,) = open_items(at.given, ["RJ-2"], Work.SEND_REMINDER)
        assert item.subject == "plan-review/investigator"
        await send_reminder(replace(at.given, ladder=ladder), item)
        assert (len(at.mailbox.received), len(investigators.received)) == (0, 1)


async def test_the_trial_is_told_of_once_a_day_and_not_at_night(at: Site) -> None:
    async def nothing(names: list[str]) -> None:
        return None

    reactions = Reactions(ANSWERS, nothing, nothing, remind=lambda: tell_of_trial(at.given))
    reactor = Reactor(at.given, reactions, Pace(listen_every=timedelta(days=9)))
    # 9 in the morning, 10, 23, and 8 o'clock the next day.
    for hours, told in ((0, 1), (1, 1), (13, 1), (9, 2)):
        at.later(hours=hours)
        await reactor.settle()
        assert len(at.given.trial_log.trial().every(ReminderSent)) == told, at.given.now_at_site
    assert [mail.message_id for mail in at.mailbox.received] == list(
        dict.fromkeys(m.message_id for m in at.mailbox.received)
    )
    assert len(at.mailbox.received) == 2
