"""What people are told about the trial: one message that cannot go out silences no other, and news goes out at once."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from deployments.mailbox import Mailbox
from domain.decide import TrialCommand
from domain.decisions.conduct import OpenQuery, RecordDrift, ReleaseWork
from domain.protocol.reminder_steps import Asked
from domain.set_aside import set_aside
from events.follow_up import ReminderSent
from events.recorded import Source
from flows.gateways.errors import NotDelivered
from flows.gateways.mail import Notifier
from flows.pace import Pace
from flows.reactions import Reactions
from flows.reactor import Reactor
from flows.remind_of_trial import tell_of_trial
from flows.resources import Resources
from store.transact import Entry
from tests.flows.site import LI, Site

AUDIT = "reminder/trial/audit/2021-06-10/2021-06-10/investigator"


def _says(at: Site, command: TrialCommand) -> None:
    at.given.trial_log.transact_trial(command, Entry(LI, Source(kind="form"), at.clock.now()))


def _sent(at: Site) -> list[str]:
    return [entry.event.key for entry in at.given.trial_log.trial().every(ReminderSent)]


@contextmanager
def _with_an_investigator(at: Site) -> Generator[tuple[Resources, Mailbox]]:
    """On the day an audit is due, which the investigator is asked for at an address of her own."""
    at.later(days=181)
    with Mailbox() as hers:
        ladder: dict[Asked, Notifier] = {"investigator": Notifier([hers.url("investigator@imni.example")], "LOG")}
        yield replace(at.given, ladder=ladder), hers


async def test_an_address_that_refuses_waits_for_a_person_and_silences_nobody_else(at: Site) -> None:
    with _with_an_investigator(at) as (given, hers):
        hers.refuse("550 no such user", times=2)
        assert await tell_of_trial(given) == 1
        assert _sent(at) == ["reminder/trial/digest/2021-06-11"]
        assert list(set_aside(at.given.trial_log.trial())) == [AUDIT]
        assert await tell_of_trial(given) == 0, "it is not tried again before somebody has looked"
        _says(at, ReleaseWork(occurred_on=at.today, key=AUDIT))
        assert await tell_of_trial(given) == 0, "refused once more"
        _says(at, ReleaseWork(occurred_on=at.today, key=AUDIT))
        assert await tell_of_trial(given) == 1
        assert (len(hers.received), len(at.mailbox.received)) == (1, 1)


async def test_what_nobody_took_for_now_is_tried_again_and_the_rest_goes_out(at: Site) -> None:
    with _with_an_investigator(at) as (given, hers):
        hers.refuse("451 later")
        with pytest.raises(NotDelivered):
            await tell_of_trial(given)
        assert _sent(at) == ["reminder/trial/digest/2021-06-11"]
        assert set_aside(at.given.trial_log.trial()) == {}
        assert await tell_of_trial(given) == 1
        assert not at.mailbox.duplicates()


async def test_a_drift_is_told_in_both_languages_and_waits_out_a_mailbox_that_is_down(at: Site) -> None:
    _says(
        at,
        RecordDrift(occurred_on=at.today, projection="patients", position=7, code_version="1", digest="a" * 64),
    )
    at.mailbox.refuse("451 later", times=2)
    with pytest.raises(NotDelivered):
        await tell_of_trial(at.given)
    assert await tell_of_trial(at.given) == 2
    drift = next(mail for mail in at.mailbox.received if "drift" in mail.subject)
    assert "数据表与事件日志不一致" in drift.subject
    assert "a table did not show what the log says" in drift.body


async def test_news_of_the_trial_goes_out_on_the_same_day_and_at_night_it_waits(at: Site) -> None:
    shown: list[list[str]] = []

    async def show(names: list[str]) -> None:
        shown.append(names)

    async def nothing(names: list[str]) -> None:
        return None

    reactions = Reactions({}, show, nothing, remind=lambda: tell_of_trial(at.given))
    reactor = Reactor(at.given, reactions, Pace(refresh_every=timedelta(0), remind_every=timedelta(minutes=5)))
    await reactor.settle()
    assert _sent(at) == ["reminder/trial/digest/2020-12-12"]
    at.later(hours=2)
    _says(at, OpenQuery(occurred_on=at.today, query_id="A-1", question="Consent forms of June are not filed"))
    await reactor.settle()
    assert _sent(at)[1:] == ["reminder/trial/query/A-1/2020-12-12/request"]
    assert shown[-1] == [], "the pages of the trial, and nobody's"
    at.later(hours=12)
    _says(at, OpenQuery(occurred_on=at.today, query_id="A-2", question="And those of July?"))
    await reactor.settle()
    assert len(_sent(at)) == 2, "it is 23 o'clock"
    at.later(hours=9)
    await reactor.settle()
    assert sorted(_sent(at)[2:]) == ["reminder/trial/digest/2020-12-13", "reminder/trial/query/A-2/2020-12-12/request"]
