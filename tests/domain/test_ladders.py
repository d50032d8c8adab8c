"""Ladders: whom work is asked of on which day, the topics that came late to them, and that no message tells an arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from domain.awaited import Awaited, awaited_of_trial
from domain.decisions.conduct import RecordDrift
from domain.protocol.edition import Edition
from domain.protocol.editions import EDITIONS
from domain.protocol.reminder_steps import Asked, Topic
from domain.protocol.v2_0 import EDITION
from domain.trial_reminders import trial_reminders
from domain.work_item import Note, Work
from domain.worklist import engine_worklist
from events.clinical_date import ClinicalDate
from events.conduct import AuditPerformed, ProjectionDrifted
from events.event import Event
from events.genomics import GenomicResultReported
from tests.facts import (
    cancelled,
    completed,
    consented_to_test,
    death,
    disputed,
    edition_activated,
    eligible,
    enrolled,
    fraction,
    fractions,
    lost,
    never_started,
    plan_reviewed,
    planned,
    query,
    query_answered,
    recurrence,
    scheduled,
    serious,
    withdrew,
    work_set_aside,
)
from tests.given import given_trial, patient_with, trial_with
from tests.schedules import TABLE_1

SINCE = date(2021, 3, 1)
UNTESTED = eligible(consented_to_test(), without=[GenomicResultReported])
TREATED = enrolled(planned(), plan_reviewed(), *fractions(15))


def notes(*events: Event, on: str) -> Mapping[str, Note]:
    """What goes out about a patient on a day, by subject and step."""
    items = engine_worklist(patient_with(*events), EDITION, date.fromisoformat(on))
    return {f"{item.note.subject}/{item.note.step}": item.note for item in items if item.note}


def asked(topic: str, *events: Event, on: str) -> list[Asked]:
    return [note.asked for subject, note in notes(*events, on=on).items() if subject.startswith(f"{topic}/")]


class TestWhoseTurn:
    @pytest.mark.parametrize("topic", ["plan-review", "adjudication", "query", "set-aside", "order", "drift"])
    def test_who_is_asked_first_is_asked_until_the_day_the_next_one_is(self, topic: Topic) -> None:
        ladder = EDITION.reminders.ladders[topic]
        last_good_day = ladder.due_on(SINCE)
        assert ladder.asked(SINCE, last_good_day) == ladder.steps[0].asked
        assert ladder.asked(SINCE, last_good_day + timedelta(days=1)) == ladder.steps[1].asked
        assert ladder.asked(SINCE, SINCE + timedelta(days=400)) == "principal-investigator"

    @pytest.mark.parametrize("edition", EDITIONS.values(), ids=EDITIONS)
    def test_a_query_is_old_on_the_day_it_goes_up_its_ladder(self, edition: Edition) -> None:
        assert edition.reminders.ladders["query"].due_on(SINCE) == SINCE + timedelta(days=edition.query_answer_days)


class TestQueries:
    """Protocol: Data management. The engine itself asks about what is dated after a death."""

    @pytest.mark.parametrize(
        ("since", "told"),
        [(death("2021-03-02"), True), (lost("2021-03-02"), True), (withdrew("DATA_USE", on="2021-03-02"), False)],
        ids=["death", "loss", "data-use"],
    )
    def test_somebody_hears_of_a_query_about_who_is_dead_or_lost(self, since: Event, told: bool) -> None:
        events = enrolled(query("after-death/1", "2021-03-01"), since)
        assert asked("query", *events, on="2021-03-02") == (["coordinator"] if told else [])
        assert asked("query", *events, on="2021-03-30") == (["principal-investigator"] if told else [])
        assert asked("query", *events, query_answered("after-death/1"), on="2021-03-30") == []


class TestTopics:
    def test_an_order_to_settle_is_asked_for(self) -> None:
        waits = (*UNTESTED, disputed("2020-12-11"))
        turns = {on: asked("order", *waits, on=on) for on in ("2020-12-11", "2020-12-14", "2020-12-21")}
        assert turns == {
            "2020-12-11": ["coordinator"],
            "2020-12-14": ["investigator"],
            "2020-12-21": ["principal-investigator"],
        }
        assert asked("order", *waits, cancelled(), on="2020-12-21") == []

    def test_without_the_end_of_radiotherapy_there_is_no_follow_up_and_somebody_is_told(self) -> None:
        turns = [asked("treatment-end", *TREATED, on=on) for on in ("2021-02-21", "2021-02-22", "2021-02-26")]
        assert turns == [[], ["radiation-oncologist"], ["investigator"]]
        assert asked("treatment-end", *TREATED, completed(), on="2021-03-05") == []

    def test_of_who_withdrew_from_treatment_it_is_counted_from_the_last_she_had(self) -> None:
        begun = enrolled(planned(), *fractions(3), withdrew("TREATMENT", on="2021-02-02"))
        found = notes(*begun, on="2021-02-06")["treatment-end/request"]
        assert found.words.english.startswith("Radiotherapy ended on 2021-02-03 by what is on record")
        never = enrolled(withdrew("TREATMENT", on="2021-02-02"))
        assert asked("treatment-end", *never, on="2021-02-05") == ["radiation-oncologist"]
        assert asked("treatment-end", *never, never_started("2021-02-05"), on="2021-02-05") == []

    def test_a_weekly_visit_goes_up_to_the_principal_investigator(self) -> None:
        treated = enrolled(planned(), plan_reviewed(), *fractions(6))
        turns = [asked("week-1", *treated, on=on) for on in ("2021-02-08", "2021-02-10", "2021-02-13")]
        assert turns == [["coordinator"], ["investigator"], ["principal-investigator"]]


class TestAudit:
    """Protocol: Data management."""

    BEGUN = edition_activated(on="2020-12-10")

    def waits(self, *events: Event, on: str) -> list[tuple[str, Asked, date]]:
        today = date.fromisoformat(on)
        found = awaited_of_trial(trial_with(self.BEGUN, *events), EDITION, today)
        return [(each.form, each.asked(today), each.due_on) for each in found]

    def test_it_is_a_decision_that_waits_from_two_weeks_before_its_day(self) -> None:
        due = date(2021, 6, 10)
        assert self.waits(on="2021-05-26") == []
        assert self.waits(on="2021-05-27") == [("record-audit", "coordinator", due)]
        assert self.waits(on="2021-06-10") == [("record-audit", "investigator", due)]
        assert self.waits(on="2021-06-24") == [("record-audit", "principal-investigator", due)]
        held = AuditPerformed(occurred_on=ClinicalDate.parse("2021-06-11"))
        assert self.waits(held, on="2021-06-24") == []


class TestDrift:
    """A projection that differed from the log: on record, and a question to somebody until it is answered."""

    RECORD = RecordDrift(
        occurred_on=ClinicalDate.parse("2021-03-01"),
        projection="patients",
        position=7,
        code_version="1",
        digest="a" * 64,
    )
    DRIFTED = ProjectionDrifted(**RECORD.model_dump())
    ASKED = query(
        "drift/1",
        question="Projection patients did not show what the log says at event 7. It was made anew; what was read from "
        "it before may have been wrong. Who wrote to the database beside the program, and what does imni verify say?",
    )

    def test_its_record_opens_a_query(self) -> None:
        given_trial().when(self.RECORD).then(self.DRIFTED, self.ASKED)

    def test_while_one_waits_another_opens_none_after_its_answer_it_does(self) -> None:
        later = self.RECORD.model_copy(update={"position": 9})
        again = ProjectionDrifted(**later.model_dump())
        given_trial(self.DRIFTED, self.ASKED).when(later).then(again)
        second = query("drift/2", question=self.ASKED.question.replace("event 7", "event 9"))
        given_trial(self.DRIFTED, self.ASKED, query_answered("drift/1")).when(later).then(again, second)

    def test_it_is_asked_up_the_ladder_until_it_is_answered(self) -> None:
        found = {
            on: [each.asked(date.fromisoformat(on)) for each in self.waits(on)]
            for on in ("2021-03-01", "2021-03-03", "2021-03-10")
        }
        assert found == {
            "2021-03-01": ["coordinator"],
            "2021-03-03": ["investigator"],
            "2021-03-10": ["principal-investigator"],
        }
        assert awaited_of_trial(trial_with(self.ASKED, query_answered("drift/1")), EDITION, SINCE) == ()

    def waits(self, on: str) -> Sequence[Awaited]:
        return awaited_of_trial(trial_with(self.DRIFTED, self.ASKED), EDITION, date.fromisoformat(on))


LIVES: Mapping[str, tuple[Event, ...]] = {
    "planned": (planned(),),
    "treated": (planned(), plan_reviewed(), fraction(1), fraction(2, cbct="no")),
    "end-missing": (planned(), plan_reviewed(), *fractions(15)),
    "followed": (completed(), scheduled(*TABLE_1), query(), work_set_aside("follow-up/RJ-0001/2021-02-19/1")),
    "recurred": (completed(), scheduled(*TABLE_1), recurrence("CHEST_WALL", on="2021-03-01"), serious("2021-03-12")),
    "dead": (serious("2021-03-01"), query("after-death/1"), death("2021-03-02")),
}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_no_message_tells_an_arm(life: tuple[Event, ...]) -> None:
    """Exchange the arms, and on every day the same messages go out, in the same words."""
    days = [date(2021, 1, 20) + timedelta(days=number) for number in range(0, 150, 3)]
    of_arm = {
        arm: [_messages(patient_events, day) for day in days]
        for arm in ("OMIT", "IMNI")
        for patient_events in [enrolled(*life, arm=arm)]
    }
    assert of_arm["OMIT"] == of_arm["IMNI"]
    assert any(of_arm["OMIT"])
    assert not any(arm in str(of_arm["OMIT"]) for arm in ("OMIT", "IMNI", "omit", "internal mammary"))


def _messages(events: tuple[Event, ...], today: date) -> list[tuple[str, Note | None]]:
    patient = patient_with(*events)
    of_her = [item for item in engine_worklist(patient, EDITION, today) if item.work is Work.SEND_REMINDER]
    of_the_trial = trial_reminders(trial_with(edition_activated()), [patient], EDITION, today)
    return [(item.key, item.note) for item in (*of_her, *of_the_trial)]
