"""What the engine itself has to do: each item when it should, under the same key every day, until it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.protocol.edition import Edition
from domain.protocol.v2_0 import EDITION
from domain.visit_windows import Anchor, set_out
from domain.work_item import ENGINE_WORK, Work, WorkItem
from domain.worklist import engine_worklist, worklist
from events.event import Event
from events.genomics import GenomicResultReported
from tests.facts import (
    cancelled,
    completed,
    consented,
    consented_to_test,
    corrected,
    death,
    disputed,
    eligible,
    enrolled,
    fraction,
    lost,
    never_started,
    ordered,
    pathology,
    randomised,
    reminded,
    result,
    result_withdrawn,
    returned,
    scheduled,
    screened,
    screening_failed,
    stopped_early,
    taken_over,
    visit,
    visit_missed,
    voided,
    withdrew,
    work_released,
    work_set_aside,
)
from tests.given import entry, patient_with
from tests.schedules import TABLE_1

ORDER, RESULT = "recurindex/RJ-0001/1", "result/recurindex/RJ-0001/1"
SCHEDULE = "follow-up/RJ-0001/2021-02-19/1"


def engine(*events: Event, on: str, edition: Edition = EDITION) -> list[WorkItem]:
    return list(engine_worklist(patient_with(*events), edition, date.fromisoformat(on)))


def keys(*events: Event, on: str) -> list[str]:
    return [item.key for item in engine(*events, on=on)]


READY = eligible(consented_to_test(), without=[GenomicResultReported])


class TestOrdering:
    def test_the_test_is_ordered_for_a_clinically_high_risk_patient_who_agreed(self) -> None:
        assert engine(*READY, on="2020-12-10") == [
            WorkItem(
                work=Work.ORDER_GENOMIC_TEST,
                key=ORDER,
                patient_id="RJ-0001",
                due_on=date(2020, 12, 10),
                doer="engine",
                wording="Order the RecurIndex test",
                subject=ORDER,
            )
        ]

    def test_trial_consent_covers_the_test(self) -> None:
        assert keys(*eligible(without=[GenomicResultReported]), on="2021-01-05") == [ORDER]

    @pytest.mark.parametrize(
        "instead",
        [
            pytest.param(pathology(ki67_pct="10"), id="one-risk-factor"),
            pytest.param(pathology(ki67_pct=None), id="risk-not-known"),
            pytest.param(pathology(margin="POSITIVE"), id="another-criterion-failed"),
        ],
    )
    def test_not_for_who_cannot_enter_or_whose_risk_is_not_known(self, instead: Event) -> None:
        events = eligible(consented_to_test(), instead, without=[GenomicResultReported])
        assert keys(*events, on="2020-12-10") == []

    def test_not_without_consent(self) -> None:
        assert keys(*READY[:-1], on="2020-12-10") == []

    @pytest.mark.parametrize(
        "since",
        [
            pytest.param(result(30), id="a-result-is-there"),
            pytest.param(randomised(), id="randomised"),
            pytest.param(taken_over(), id="taken-over"),
            pytest.param(screening_failed("IC08"), id="screening-failed"),
            pytest.param(disputed(), id="disputed"),
            pytest.param(withdrew("TREATMENT"), id="withdrew-from-treatment"),
            pytest.param(withdrew("VISITS"), id="withdrew-from-visits"),
            pytest.param(withdrew("DATA_USE"), id="withdrew-her-data"),
            pytest.param(death("2020-12-11", "OTHER"), id="died"),
        ],
    )
    def test_not_any_more_once(self, since: Event) -> None:
        assert Work.ORDER_GENOMIC_TEST not in {item.work for item in engine(*READY, since, on="2020-12-12")}

    def test_the_order_on_record_ends_it_and_a_cancelled_one_is_placed_anew(self) -> None:
        assert ORDER not in keys(*READY, ordered(), on="2020-12-11")
        assert keys(*READY, ordered(), cancelled(), on="2020-12-14") == ["recurindex/RJ-0001/2"]
        assert keys(*READY, disputed(), cancelled(), on="2020-12-14") == ["recurindex/RJ-0001/2"]


class TestCollecting:
    def test_a_result_is_awaited_for_two_weeks_and_then_overdue(self) -> None:
        (waiting,) = engine(*READY, ordered(), on="2020-12-25")
        (overdue, _chasing) = engine(*READY, ordered(), on="2020-12-26")
        assert (waiting.key, waiting.subject, waiting.due_on) == (RESULT, ORDER, date(2020, 12, 25))
        assert (overdue.key, overdue.due_on) == (waiting.key, waiting.due_on)
        assert waiting.wording == "Collect the RecurIndex result"
        assert overdue.wording == "RecurIndex result overdue: chase the laboratory"

    def test_a_result_or_a_cancellation_ends_the_wait(self) -> None:
        assert RESULT not in keys(*READY, ordered(), result(), on="2020-12-28")
        assert RESULT not in keys(*READY, ordered(), cancelled(), on="2020-12-28")

    def test_a_withdrawn_result_is_awaited_again_not_ordered_again(self) -> None:
        assert RESULT in keys(*READY, ordered(), result(), result_withdrawn(), on="2021-01-03")
        assert ORDER not in keys(*READY, ordered(), result(), result_withdrawn(), on="2021-01-03")

    def test_a_second_order_is_awaited_under_its_own_key(self) -> None:
        events = (*READY, ordered(), cancelled(), ordered("2020-12-15", attempt=2))
        assert keys(*events, on="2020-12-20") == ["result/recurindex/RJ-0001/2"]

    def test_withdrawal_from_treatment_or_visits_does_not_stop_the_laboratory(self) -> None:
        assert keys(*READY, ordered(), withdrew("TREATMENT", "VISITS", on="2020-12-15"), on="2020-12-20") == [RESULT]


class TestScheduling:
    def test_follow_up_is_set_out_when_radiotherapy_has_ended(self) -> None:
        assert keys(*enrolled(), on="2021-02-19") == []
        (item,) = engine(*enrolled(completed()), on="2021-02-19")
        assert (item.work, item.key, item.subject) == (Work.SCHEDULE_FOLLOW_UP, SCHEDULE, "radiotherapy-completed")
        assert keys(*enrolled(completed(), scheduled(*TABLE_1)), on="2021-02-19") == []

    def test_it_is_counted_from_the_last_fraction_of_a_course_stopped_early(self) -> None:
        (item,) = engine(*enrolled(fraction(7, "2021-02-09"), stopped_early("2021-02-12")), on="2021-02-12")
        assert (item.key, item.subject) == ("follow-up/RJ-0001/2021-02-09/1", "last-fraction")

    def test_it_is_counted_from_randomisation_for_who_is_never_treated(self) -> None:
        (item,) = engine(*enrolled(never_started()), on="2021-02-12")
        assert item.subject == "randomised-plus-planned-radiotherapy"

    def test_who_is_not_in_the_trial_has_no_follow_up(self) -> None:
        assert keys(screened(), completed(), on="2021-02-19") == []

    def test_a_corrected_end_sets_it_out_anew_under_a_new_key_each_time_it_moves(self) -> None:
        end = len(enrolled()) + 1
        life = enrolled(completed(), scheduled(*TABLE_1), corrected(entry(end), completed("2021-02-26")))
        assert keys(*life, on="2021-03-01") == ["follow-up/RJ-0001/2021-02-26/2"]
        later = set_out(Anchor("radiotherapy-completed", date(2021, 2, 26)), EDITION)
        back = (*life, scheduled(*later, anchored_on="2021-02-26"), corrected(entry(end), completed("2021-02-19")))
        assert keys(*back, on="2021-03-01") == ["follow-up/RJ-0001/2021-02-19/3"]

    def test_nobody_is_reminded_of_visits_about_to_be_set_out_anew(self) -> None:
        life = enrolled(
            completed(), scheduled(*TABLE_1), corrected(entry(len(enrolled()) + 1), completed("2021-02-26"))
        )
        assert keys(*life, on="2021-08-01") == ["follow-up/RJ-0001/2021-02-26/2"]

    def test_a_voided_schedule_is_set_out_anew_under_a_new_key(self) -> None:
        made = len(enrolled()) + 2
        life = enrolled(completed(), scheduled(*TABLE_1), voided(entry(made)))
        assert keys(*life, on="2021-03-01") == ["follow-up/RJ-0001/2021-02-19/2"]

    def test_an_amendment_of_table_1_sets_it_out_anew(self) -> None:
        amendment = replace(EDITION, columns=EDITION.columns[:-1])
        (item,) = engine(*enrolled(completed(), scheduled(*TABLE_1)), on="2021-03-01", edition=amendment)
        assert item.key == "follow-up/RJ-0001/2021-02-19/2"


FOLLOWED = enrolled(completed(), scheduled(*TABLE_1), visit("4w", "2021-03-19"))
"""Her next visit is at 6 months: due 2021-08-19, open from 2021-07-20 to 2021-09-18."""


def key_of(step: str, target: str = "2021-08-19", name: str = "6m") -> str:
    return f"reminder/RJ-0001/{name}/{target}/{step}"


class TestReminding:
    @pytest.mark.parametrize(
        ("on", "step"),
        [
            ("2021-07-05", None),
            ("2021-07-06", "before"),
            ("2021-07-19", "before"),
            ("2021-07-20", "open"),
            ("2021-09-10", "open"),
            ("2021-09-11", "closing"),
            ("2021-09-18", "closing"),
            ("2021-09-19", "overdue"),
            ("2021-09-25", "overdue"),
            ("2021-09-26", "investigator"),
            ("2021-10-09", "investigator"),
            ("2021-10-10", "principal-investigator"),
            ("2021-12-31", "principal-investigator"),
        ],
    )
    def test_the_newest_step_due_is_the_only_one(self, on: str, step: str | None) -> None:
        assert keys(*FOLLOWED, on=on) == ([key_of(step)] if step else [])

    def test_a_reminder_says_which_visit_and_until_when(self) -> None:
        (item,) = engine(*FOLLOWED, on="2021-09-11")
        assert (item.work, item.subject, item.due_on) == (Work.SEND_REMINDER, "6m/closing", date(2021, 9, 18))
        assert item.wording == "Visit 6m, 2021-07-20 to 2021-09-18. The window closes in a week."
        assert item.note is not None
        assert item.note.words.chinese == "访视 6m（2021-07-20 至 2021-09-18）：窗口将于一周后关闭。"

    def test_a_reminder_sent_is_not_sent_again_and_the_next_step_follows(self) -> None:
        sent = (*FOLLOWED, reminded(key_of("open")))
        assert keys(*sent, on="2021-07-20") == []
        assert keys(*sent, on="2021-09-10") == []
        assert keys(*sent, on="2021-09-11") == [key_of("closing")]

    @pytest.mark.parametrize("settled", [visit("6m", "2021-07-25"), visit_missed("6m", "2021-07-25")])
    def test_a_visit_done_or_missed_needs_no_reminder(self, settled: Event) -> None:
        assert keys(*FOLLOWED, settled, on="2021-09-11") == []

    def test_each_open_visit_is_reminded_of(self) -> None:
        assert keys(*FOLLOWED, on="2022-01-20") == [
            key_of("principal-investigator"),
            key_of("open", "2022-02-19", "12m"),
        ]

    def test_a_schedule_that_moves_reminds_anew(self) -> None:
        end = len(enrolled()) + 1
        later = set_out(Anchor("radiotherapy-completed", date(2021, 2, 26)), EDITION)
        moved = (corrected(entry(end), completed("2021-02-26")), scheduled(*later, anchored_on="2021-02-26"))
        sent = (*FOLLOWED, reminded(key_of("open")))
        assert keys(*sent, *moved, on="2021-08-01") == [key_of("open", "2021-08-26")]


class TestTakingOver:
    LIFE = (screened(), consented(), taken_over(), completed(), scheduled(*TABLE_1))

    def keys(self, imported_at: datetime, on: str) -> list[str]:
        patient = patient_with(*self.LIFE, recorded=imported_at)
        return [item.key for item in engine_worklist(patient, EDITION, date.fromisoformat(on))]

    def test_visits_that_closed_before_the_import_are_not_reminded_of(self) -> None:
        assert self.keys(datetime(2022, 3, 1, tzinfo=UTC), "2022-03-01") == [key_of("open", "2022-02-19", "12m")]

    @pytest.mark.parametrize(
        ("imported_at", "reminded_of"),
        [
            (datetime(2022, 3, 21, 15, 59, tzinfo=UTC), [key_of("overdue", "2022-02-19", "12m")]),
            (datetime(2022, 3, 21, 16, 0, tzinfo=UTC), []),
        ],
        ids=["last-minute-in-Shanghai", "midnight-in-Shanghai"],
    )
    def test_the_day_of_the_import_is_the_sites_day(self, imported_at: datetime, reminded_of: list[str]) -> None:
        assert self.keys(imported_at, "2022-03-22") == reminded_of


class TestWhoIsNoLongerFollowed:
    @pytest.mark.parametrize(
        ("since", "still"),
        [
            (withdrew("TREATMENT", on="2021-07-01"), [key_of("open")]),
            (withdrew("VISITS", on="2021-07-01"), []),
            (withdrew("DATA_COLLECTION", on="2021-07-01"), []),
            (withdrew("DATA_USE", on="2021-07-01"), []),
            (lost("2021-07-01"), []),
        ],
        ids=["treatment", "visits", "data-collection", "data-use", "loss"],
    )
    def test_reminders_stop(self, since: Event, still: list[str]) -> None:
        assert keys(*FOLLOWED, since, on="2021-07-20") == still

    @pytest.mark.parametrize("scope", ["DATA_COLLECTION", "DATA_USE"])
    def test_withdrawn_data_stops_everything(self, scope: str) -> None:
        assert keys(*READY, ordered(), withdrew(scope, on="2020-12-15"), on="2020-12-20") == []
        assert keys(*enrolled(completed(), withdrew(scope, on="2021-02-20")), on="2021-02-20") == []

    def test_of_who_died_only_the_death_is_left_to_adjudicate(self) -> None:
        (item,) = engine(*FOLLOWED, death("2021-07-01"), on="2021-07-20")
        assert item.subject == "adjudication/request"

    def test_who_comes_back_is_followed_again(self) -> None:
        away = (*FOLLOWED, lost("2021-07-01"))
        assert keys(*away, returned("2021-07-15"), on="2021-07-20") == [key_of("open")]
        assert keys(*away, returned("2021-07-15"), lost("2021-07-16"), on="2021-07-20") == []

    def test_a_voided_death_brings_the_work_back(self) -> None:
        died = (*FOLLOWED, death("2021-07-01"))
        assert keys(*died, voided(entry(len(died))), on="2021-07-20") == [key_of("open")]

    def test_nobody_has_no_work(self) -> None:
        assert engine(on="2021-07-20") == []


class TestSettingAside:
    def test_the_engine_leaves_alone_what_was_set_aside_until_it_is_released(self) -> None:
        aside = (*READY, ordered(), work_set_aside(RESULT))
        assert keys(*aside, on="2020-12-20") == []
        assert keys(*aside, work_released(RESULT), on="2020-12-20") == [RESULT]
        assert keys(*aside, work_released(RESULT), work_set_aside(RESULT, on="2021-03-03"), on="2020-12-20") == []

    def test_other_work_goes_on(self) -> None:
        assert keys(*FOLLOWED, work_set_aside(key_of("before")), on="2021-07-20") == [key_of("open")]


def test_engine_work_is_the_part_of_the_worklist_that_flows_answer() -> None:
    patient = patient_with(*FOLLOWED)
    today = date(2022, 1, 20)
    everything = worklist(patient, EDITION, today)
    assert engine_worklist(patient, EDITION, today) == tuple(i for i in everything if i.work in ENGINE_WORK)
    assert len(everything) > len(engine_worklist(patient, EDITION, today))


def test_the_same_work_has_the_same_key_tomorrow() -> None:
    for events, first in ((READY, date(2020, 12, 10)), (enrolled(completed()), date(2021, 2, 19))):
        patient = patient_with(*events)
        days = {engine_worklist(patient, EDITION, first.replace(day=first.day + later))[0].key for later in range(9)}
        assert len(days) == 1
