"""What a machine that dies leaves behind: nothing is lost, nothing stands twice."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import NoReturn

import httpx
import pytest

from domain.work_item import Work, WorkItem
from events.follow_up import FollowUpScheduled, ReminderSent
from events.genomics import GenomicResultReported, GenomicTestOrdered
from flows.gateways.laboratory import Laboratory
from flows.resources import Resources
from flows.send_reminders import message_of
from tests import facts
from tests.flows.direct_reactor import direct_reactor, directly
from tests.flows.site import Site

READY = (*facts.eligible()[:7], facts.consented_to_test())
TREATED = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")
ORDER = "recurindex/RJ-1/1"


class MachineDied(BaseException):
    """Nothing that catches exceptions catches this."""


async def test_however_often_it_is_restarted_everything_is_done_once(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.has_seen("RJ-2", *TREATED)
    for _ in range(20):
        await direct_reactor(at.given).settle()
        at.later(days=2)
    assert at.laboratory.orders()[ORDER].orders == 1
    assert len(at.patient("RJ-1").every(GenomicTestOrdered)) == 1
    assert len(at.patient("RJ-1").every(GenomicResultReported)) == 1
    assert len(at.patient("RJ-2").every(FollowUpScheduled)) == 1
    assert len(at.mailbox.received) == len(at.patient("RJ-2").every(ReminderSent)) == 4
    assert not at.mailbox.duplicates()


@pytest.fixture
async def dying(at: Site) -> AsyncIterator[Resources]:
    """A machine that dies once the laboratory has answered an order, before it reads the answer."""

    async def die(answer: httpx.Response) -> None:
        if answer.request.method == "POST":
            raise MachineDied

    async with httpx.AsyncClient(event_hooks={"response": [die]}) as client:
        yield replace(at.given, laboratory=Laboratory(at.laboratory.url, at.given.trial_log.log.log_id, client))


async def test_a_machine_that_dies_after_the_laboratory_accepted_orders_nothing_twice(
    at: Site, dying: Resources
) -> None:
    at.has_seen("RJ-1", *READY)
    with pytest.raises(MachineDied):
        await direct_reactor(dying).settle()
    assert at.laboratory.orders()[ORDER].orders == 1
    assert at.open_keys("RJ-1") == [ORDER], "the log does not know of the order"
    await direct_reactor(at.given).settle()
    tally = at.laboratory.orders()[ORDER]
    assert (tally.orders, tally.posts) == (1, 2)
    assert len(at.patient("RJ-1").every(GenomicTestOrdered)) == 1
    assert len(at.patient("RJ-1").every(GenomicResultReported)) == 1, "what was reported meanwhile is read at once"


async def test_a_machine_that_dies_after_the_mail_went_out_repeats_it_under_the_same_message_id(at: Site) -> None:
    async def send_and_die(given: Resources, item: WorkItem) -> NoReturn:
        await given.notifier.send(message_of(item))
        raise MachineDied

    at.has_seen("RJ-1", *TREATED)
    await direct_reactor(at.given).settle()
    at.later(days=15)
    dies = {Work.SEND_REMINDER: directly(at.given, Work.SEND_REMINDER, send_and_die)}
    with pytest.raises(MachineDied):
        await direct_reactor(at.given, instead=dies).settle()
    await direct_reactor(at.given).settle()
    assert len(at.patient("RJ-1").every(ReminderSent)) == 1
    first, again = at.mailbox.received
    assert first.message_id == again.message_id
