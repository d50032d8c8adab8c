"""Consumers of the log: one leads at a time, and who lost the lead moves nothing any more."""

from __future__ import annotations

import os

import pytest

from store.checkpoints import Checkpoints
from store.event_log import EventLog, Fenced
from store.open_log import open_log
from tests.store.envelopes import NOW, minutes_later
from tests.store.processes import meet, together

_MINUTE = 60


@pytest.fixture
def checkpoints(log: EventLog) -> Checkpoints:
    """The checkpoints of a new log."""
    return log.checkpoints()


def test_a_consumer_begins_at_the_beginning(checkpoints: Checkpoints) -> None:
    assert checkpoints.read("reactor") == 0


def test_a_consumer_nobody_leads_moves_from_where_it_is(checkpoints: Checkpoints) -> None:
    checkpoints.advance("projection/patients", 0, 0, 7)
    checkpoints.advance("projection/patients", 0, 7, 9)
    assert checkpoints.read("projection/patients") == 9
    with pytest.raises(Fenced, match="no longer at 7"):
        checkpoints.advance("projection/patients", 0, 7, 12)
    assert checkpoints.read("projection/patients") == 9
    assert checkpoints.read("projection/others") == 0


def test_one_owner_leads_while_its_lease_lasts(checkpoints: Checkpoints) -> None:
    assert checkpoints.lead("reactor", "a", _MINUTE, NOW) == 1
    assert checkpoints.lead("reactor", "b", _MINUTE, minutes_later(0.9)) is None
    assert checkpoints.lead("reactor", "a", _MINUTE, minutes_later(0.9)) == 1
    assert checkpoints.lead("reactor", "b", _MINUTE, minutes_later(1.5)) is None
    assert checkpoints.lead("reactor", "b", _MINUTE, minutes_later(1.9)) == 2
    assert checkpoints.lead("reactor", "a", _MINUTE, minutes_later(2)) is None


def test_nobody_waits_for_a_lease_that_was_taken_by_a_clock_that_stood_wrong(checkpoints: Checkpoints) -> None:
    assert checkpoints.lead("reactor", "a", _MINUTE, minutes_later(60)) == 1, "and then it is killed, and the clock set"
    assert checkpoints.lead("reactor", "b", _MINUTE, minutes_later(56)) is None, "clocks of two machines may differ"
    assert checkpoints.lead("reactor", "b", _MINUTE, NOW) == 2


def test_who_lost_the_lead_moves_nothing_any_more(checkpoints: Checkpoints) -> None:
    first = checkpoints.lead("reactor", "a", _MINUTE, NOW)
    assert first is not None
    checkpoints.advance("reactor", first, 0, 3)
    second = checkpoints.lead("reactor", "b", _MINUTE, minutes_later(2))
    assert second is not None
    with pytest.raises(Fenced):
        checkpoints.advance("reactor", first, 3, 4)
    checkpoints.advance("reactor", second, 3, 5)
    assert checkpoints.read("reactor") == 5


def test_a_lead_given_up_is_free_at_once_and_only_its_holder_gives_it_up(checkpoints: Checkpoints) -> None:
    first = checkpoints.lead("reactor", "a", _MINUTE, NOW)
    assert first is not None
    checkpoints.release("reactor", first + 1)
    assert checkpoints.lead("reactor", "b", _MINUTE, NOW) is None
    checkpoints.release("reactor", first)
    assert checkpoints.lead("reactor", "b", _MINUTE, NOW) == first + 1
    with pytest.raises(Fenced):
        checkpoints.advance("reactor", first, 0, 1)


def test_consumers_do_not_know_each_other(checkpoints: Checkpoints) -> None:
    assert checkpoints.lead("reactor", "a", _MINUTE, NOW) == 1
    assert checkpoints.lead("catch-up", "b", _MINUTE, NOW) == 1


def _lead_and_move(url: str, rounds: int) -> list[int]:
    """The positions this process moved the checkpoint to, one in each round in which it got the lead."""
    moved: list[int] = []
    with open_log(url) as log:
        checkpoints = log.checkpoints()
        for number in range(rounds):
            meet()
            epoch = checkpoints.lead("reactor", f"{os.getpid()}/{number}", _MINUTE, NOW)
            if epoch is not None:
                since = checkpoints.read("reactor")
                checkpoints.advance("reactor", epoch, since, since + 1)
                moved.append(since + 1)
            meet()
            if epoch is not None:
                checkpoints.release("reactor", epoch)
    return moved


def test_of_processes_that_want_the_lead_exactly_one_has_it(log: EventLog, url: str) -> None:
    moved = [to for some in together(4, _lead_and_move, url, 25) for to in some]
    assert sorted(moved) == list(range(1, 26))
    assert log.checkpoints().read("reactor") == 25


def test_a_checkpoint_outlives_the_process(url: str) -> None:
    with open_log(url) as log:
        log.checkpoints().advance("projection/patients", 0, 0, 4)
    with open_log(url) as log:
        assert log.checkpoints().read("projection/patients") == 4
