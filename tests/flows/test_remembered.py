"""What is remembered of a patient is never old."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain.protocol.v2_0 import EDITION
from domain.visit_windows import Anchor, set_out
from domain.work_item import Work
from domain.worklist import engine_worklist
from events.follow_up import FollowUpScheduled
from flows.remembered import Remembered
from tests import facts
from tests.given import patient_with

TREATED = patient_with(*facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01"))
TODAY = date(2020, 12, 12)


def _set_out(ended_on: str) -> FollowUpScheduled:
    visits = set_out(Anchor("radiotherapy-completed", date.fromisoformat(ended_on)), EDITION, TODAY)
    return facts.scheduled(*visits, on=str(TODAY), anchored_on=ended_on)


def test_the_same_question_is_answered_from_memory() -> None:
    remembered = Remembered()
    first = remembered.of(engine_worklist, TREATED, EDITION, TODAY)
    assert [item.work for item in first] == [Work.SCHEDULE_FOLLOW_UP]
    assert remembered.of(engine_worklist, TREATED, EDITION, TODAY) is first


def test_news_of_her_another_day_and_another_edition_are_looked_at_anew() -> None:
    remembered = Remembered()
    remembered.of(engine_worklist, TREATED, EDITION, TODAY)
    followed = patient_with(*(entry.event for entry in TREATED.history), _set_out("2020-12-11"))
    assert remembered.of(engine_worklist, followed, EDITION, TODAY) == engine_worklist(followed, EDITION, TODAY) == ()
    later = date(2021, 6, 10)
    assert remembered.of(engine_worklist, followed, EDITION, later) == engine_worklist(followed, EDITION, later) != ()
    silent = replace(EDITION, reminders=replace(EDITION.reminders, visits=()))
    assert remembered.of(engine_worklist, followed, silent, later) == engine_worklist(followed, silent, later) == ()
