"""What people have to do: each item appears when and only when it should, and goes with the event that reports it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.protocol.v2_0 import EDITION
from domain.work_item import Doer, WorkItem
from domain.worklist import worklist
from events.consent import ConsentSigned
from events.event import Event
from events.genomics import GenomicResultReported
from events.screening import MedicalHistoryRecorded, PathologyReported
from tests.facts import (
    adjudicated,
    amended,
    cancelled,
    completed,
    consented,
    consented_to_test,
    death,
    disputed,
    eligibility_confirmed,
    eligible,
    enrolled,
    fraction,
    fractions,
    lost,
    never_started,
    ordered,
    pathology,
    plan_reviewed,
    planned,
    query,
    query_answered,
    query_closed,
    randomised,
    recurrence,
    result,
    scheduled,
    screened,
    screening_failed,
    started,
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


def people(*events: Event, on: str = "2021-01-08", recorded: datetime | None = None) -> list[WorkItem]:
    patient = patient_with(*events, recorded=recorded)
    return [item for item in worklist(patient, EDITION, date.fromisoformat(on)) if item.doer != "engine"]


def keys(*events: Event, on: str = "2021-01-08", recorded: datetime | None = None) -> list[str]:
    return [item.key for item in people(*events, on=on, recorded=recorded)]


def only(*events: Event, on: str = "2021-01-08") -> WorkItem:
    (item,) = people(*events, on=on)
    return item


COMPLETE, CONFIRM, RANDOMISE = (
    f"{work}/RJ-0001" for work in ("complete-screening", "confirm-eligibility", "randomise")
)
TEST_CONSENT, TRIAL_CONSENT = (f"obtain-consent/RJ-0001/{kind}" for kind in ("GENOMIC_TEST", "TRIAL"))

GONE = {
    "screening-failed": screening_failed("IC08"),
    "taken-over": taken_over(),
    "withdrew": withdrew("TREATMENT", on="2021-01-06"),
    "died": death("2021-01-06", "OTHER"),
    "lost": lost("2021-01-06"),
}


class TestScreening:
    def test_missing_facts_are_asked_for_by_criterion(self) -> None:
        item = only(*eligible(without=[MedicalHistoryRecorded, GenomicResultReported]))
        assert (item.key, item.doer) == (COMPLETE, "coordinator")
        assert item.wording == "Record facts for IC07, IC10, EC03, EC05, EC06, EC08, EC09"

    def test_the_first_day_asks_for_everything_but_score_and_consent(self) -> None:
        wording = only(screened()).wording
        assert "IC01" in wording
        assert "DR02" not in wording
        assert "IC11" not in wording

    def test_nothing_is_asked_of_a_patient_who_cannot_enter(self) -> None:
        assert keys(screened(), pathology(margin="POSITIVE")) == [CONFIRM]

    def test_it_is_done_with_the_last_fact(self) -> None:
        assert COMPLETE not in keys(*eligible())

    @pytest.mark.parametrize("since", GONE.values(), ids=GONE)
    def test_not_any_more_for_who_is_gone(self, since: Event) -> None:
        assert COMPLETE not in keys(*eligible(without=[MedicalHistoryRecorded]), since)


class TestConsent:
    def test_the_clinically_high_risk_are_asked_to_agree_to_the_test(self) -> None:
        item = only(*eligible(without=[ConsentSigned, GenomicResultReported]))
        assert (item.key, item.subject, item.doer) == (TEST_CONSENT, "GENOMIC_TEST", "coordinator")
        assert item.wording == "Obtain consent to the genomic test"

    def test_the_genomically_low_risk_are_asked_to_agree_to_the_trial(self) -> None:
        item = only(*eligible(without=[ConsentSigned]))
        assert (item.key, item.wording) == (TRIAL_CONSENT, "Obtain trial consent")
        assert keys(*eligible(consented_to_test())) == [TRIAL_CONSENT]

    @pytest.mark.parametrize(
        "events",
        [
            pytest.param(eligible(consented_to_test(), without=[GenomicResultReported]), id="test-under-way"),
            pytest.param(eligible(consented()), id="trial-consent-signed"),
            pytest.param(eligible(result(score_18gene=None), without=[ConsentSigned]), id="result-without-score"),
            pytest.param(eligible(result(45), without=[ConsentSigned]), id="genomically-high"),
            pytest.param(eligible(result(44, class_reported="high"), without=[ConsentSigned]), id="class-in-doubt"),
            pytest.param(
                eligible(pathology(ki67_pct="5"), without=[ConsentSigned, GenomicResultReported]), id="clinically-low"
            ),
            pytest.param(
                eligible(without=[ConsentSigned, GenomicResultReported, PathologyReported]), id="risk-not-known"
            ),
        ],
    )
    def test_otherwise_nobody_is_asked(self, events: tuple[Event, ...]) -> None:
        assert not [key for key in keys(*events) if key.startswith("obtain-consent")]

    @pytest.mark.parametrize("since", GONE.values(), ids=GONE)
    def test_not_any_more_for_who_is_gone(self, since: Event) -> None:
        assert TRIAL_CONSENT not in keys(*eligible(without=[ConsentSigned]), since)


class TestEntering:
    def test_eligibility_is_confirmed_then_the_patient_is_randomised(self) -> None:
        confirm = only(*eligible())
        assert (confirm.key, confirm.doer, confirm.wording) == (CONFIRM, "investigator", "Confirm eligibility")
        randomise = only(*eligible(), eligibility_confirmed())
        assert (randomise.key, randomise.doer) == (RANDOMISE, "coordinator")
        assert randomise.wording == "Randomise: every criterion is met"
        assert RANDOMISE not in keys(*enrolled())

    def test_a_failure_is_recorded_by_an_investigator(self) -> None:
        item = only(*eligible(pathology(margin="POSITIVE"), result(45)))
        assert (item.key, item.wording) == (CONFIRM, "Record the screening failure: IC08, DR02")
        assert keys(*eligible(result(45)), screening_failed("DR02")) == []

    def test_nobody_is_randomised_while_a_criterion_is_not_known(self) -> None:
        no_score = eligible(without=[GenomicResultReported])
        assert keys(*no_score, eligibility_confirmed()) == []

    def test_nobody_is_randomised_while_score_and_class_disagree(self) -> None:
        events = (*eligible(result(44, class_reported="high")), eligibility_confirmed())
        assert keys(*events) == ["settle-risk-class/RJ-0001/R-1"]
        assert only(*events).wording == "Score 44 is low, reported as high"
        assert keys(*events, amended(44, class_reported="low", on="2021-01-06")) == [RANDOMISE]

    def test_a_class_in_doubt_after_randomisation_is_a_deviation_no_longer_work(self) -> None:
        assert "settle-risk-class/RJ-0001/R-1" not in keys(*enrolled(amended(44, class_reported="high")))

    @pytest.mark.parametrize("since", GONE.values(), ids=GONE)
    def test_not_any_more_for_who_is_gone(self, since: Event) -> None:
        left = keys(*eligible(), eligibility_confirmed(), since)
        assert RANDOMISE not in left
        assert CONFIRM not in left


class TestTreatment:
    PLAN, REVIEW, END = (f"{work}/RJ-0001" for work in ("plan-radiotherapy", "review-plan", "record-treatment-end"))

    @staticmethod
    def next_fraction(number: int, phase: str = "MAIN") -> str:
        return f"deliver-fraction/RJ-0001/{phase}-{number}"

    def test_a_randomised_patient_is_planned(self) -> None:
        item = only(*enrolled())
        assert (item.key, item.doer) == (self.PLAN, "radiation-oncologist")

    def test_the_first_plans_are_reviewed_before_the_first_fraction(self) -> None:
        assert keys(*enrolled(planned())) == [self.REVIEW]
        assert self.REVIEW in keys(*enrolled(planned(), plan_reviewed(verdict="revise")))
        assert keys(*enrolled(planned(), plan_reviewed())) == [self.next_fraction(1)]

    @pytest.mark.parametrize(
        ("allocation", "reviewed"),
        [(randomised(sequence_number=20), True), (randomised(sequence_number=21), False), (taken_over(), False)],
        ids=["20th", "21st", "taken-over"],
    )
    def test_only_the_first_20_randomised_here(self, allocation: Event, reviewed: bool) -> None:
        assert (self.REVIEW in keys(*eligible(), allocation, planned())) == reviewed

    def test_one_fraction_after_the_other_each_its_own_item(self) -> None:
        first = only(*enrolled(planned(), plan_reviewed()))
        assert (first.due_on, first.wording) == (
            date(2021, 1, 21),
            "Deliver fraction 1 of 15 (MAIN), with cone-beam CT",
        )
        fourth = people(*enrolled(planned(), plan_reviewed(), *fractions(3)))[-1]
        assert (fourth.key, fourth.wording) == (self.next_fraction(4), "Deliver fraction 4 of 15 (MAIN)")
        assert fourth.due_on == date(2021, 2, 4)

    def test_the_boost_follows_the_main_phase_with_numbers_and_dose_of_its_own(self) -> None:
        boosted = enrolled(planned(boost="yes"), plan_reviewed(), *fractions(15))
        item = people(*boosted)[-1]
        assert (item.key, item.wording) == (
            self.next_fraction(1, "BOOST"),
            "Deliver fraction 1 of 4 (BOOST), with cone-beam CT",
        )
        assert dict(item.known) == {"phase": "BOOST", "number": 1, "dose_cgy": 267}
        boost = [fraction(n, f"2021-02-{21 + n}", phase="BOOST") for n in range(1, 5)]
        assert only(*boosted, *boost).key == self.END

    def test_a_fraction_left_out_comes_next(self) -> None:
        """After fractions 1 and 3 the second is asked for: either it was given, or the plan was changed."""
        first, _, third = fractions(3)
        item = people(*enrolled(planned(), plan_reviewed(), first, third))[-1]
        assert (item.key, item.due_on) == (self.next_fraction(2), date(2021, 2, 4))

    def test_after_the_last_fraction_its_end_is_recorded(self) -> None:
        item = only(*enrolled(planned(), plan_reviewed(), *fractions(15)))
        assert (item.key, item.due_on, item.wording) == (self.END, date(2021, 2, 19), "Record how radiotherapy ended")

    @pytest.mark.parametrize("ended", [completed(), stopped_early(), never_started()])
    def test_treatment_is_over_when_its_end_is_on_record(self, ended: Event) -> None:
        assert keys(*enrolled(planned(), *fractions(3), ended)) == []

    def test_who_withdraws_from_treatment_is_not_treated_but_followed_from_its_end(self) -> None:
        for course in ((), (planned(),), (planned(), *fractions(3))):
            withdrawn = enrolled(*course, withdrew("TREATMENT", on="2021-02-08"))
            assert keys(*withdrawn) == [self.END]
        assert keys(*enrolled(withdrew("TREATMENT", on="2021-02-08"), never_started())) == []

    def test_who_is_not_in_the_trial_is_not_treated(self) -> None:
        assert keys(*eligible(), planned()) == [CONFIRM]


class TestVisits:
    FOLLOWED = enrolled(completed(), scheduled(*TABLE_1), visit("4w", "2021-03-19"))

    @pytest.mark.parametrize(
        ("on", "wording"),
        [
            ("2021-07-20", "Visit 6m: window open until 2021-09-18; PHYSICAL_EXAM, CBC, TOXICITY"),
            ("2021-09-18", "Visit 6m: window open until 2021-09-18; PHYSICAL_EXAM, CBC, TOXICITY"),
            ("2021-09-19", "Visit 6m: overdue since 2021-09-18; PHYSICAL_EXAM, CBC, TOXICITY"),
        ],
    )
    def test_a_visit_is_due_from_the_day_its_window_opens_until_it_is_on_record(self, on: str, wording: str) -> None:
        item = only(*self.FOLLOWED, on=on)
        assert (item.key, item.doer, item.subject) == ("see-patient/RJ-0001/6m", "coordinator", "6m")
        assert item.wording.startswith(wording)
        assert item.due_on == date(2021, 9, 18)

    def test_not_before_its_window(self) -> None:
        assert keys(*self.FOLLOWED, on="2021-07-19") == []

    @pytest.mark.parametrize("settled", [visit("6m", "2021-07-25"), visit_missed("6m", "2021-07-25")])
    def test_done_or_missed_it_is_settled(self, settled: Event) -> None:
        assert keys(*self.FOLLOWED, settled, on="2021-12-01") == []
        assert keys(*self.FOLLOWED, settled, voided(entry(len(self.FOLLOWED) + 1)), on="2021-12-01") != []

    @pytest.mark.parametrize(
        ("since", "still"),
        [
            (withdrew("TREATMENT", on="2021-07-01"), ["see-patient/RJ-0001/6m"]),
            (withdrew("VISITS", on="2021-07-01"), []),
            (withdrew("DATA_COLLECTION", on="2021-07-01"), []),
            (withdrew("DATA_USE", on="2021-07-01"), []),
            (death("2021-07-01"), [f"adjudicate-outcome/RJ-0001/{len(FOLLOWED)}"]),
            (lost("2021-07-01"), []),
        ],
        ids=["treatment", "visits", "data-collection", "data-use", "death", "loss"],
    )
    def test_who_is_no_longer_seen(self, since: Event, still: list[str]) -> None:
        assert keys(*self.FOLLOWED, since, on="2021-08-01") == still

    def test_weekly_visits_during_treatment(self) -> None:
        treated = enrolled(planned(), plan_reviewed(), started(), *fractions(6))
        weekly = [key for key in keys(*treated, on="2021-02-09") if key.startswith("see")]
        assert weekly == ["see-patient/RJ-0001/week-1", "see-patient/RJ-0001/week-2"]
        assert "see-patient/RJ-0001/week-1" not in keys(*treated, visit("week-1", "2021-02-05"), on="2021-02-09")

    def test_weekly_visits_end_with_treatment_or_with_visits(self) -> None:
        treated = enrolled(planned(), plan_reviewed(), started(), *fractions(6))
        for since in (completed(), withdrew("VISITS", on="2021-02-06")):
            assert not [key for key in keys(*treated, since, on="2021-02-08") if key.startswith("see")]

    def test_a_patient_taken_over_is_not_asked_for_visits_of_long_ago(self) -> None:
        imported = datetime(2022, 3, 1, 4, tzinfo=UTC)
        under_way = (screened(), consented(), taken_over(), started())
        assert not [key for key in keys(*under_way, on="2022-03-01", recorded=imported) if key.startswith("see")]
        followed = (*under_way, completed(), scheduled(*TABLE_1))
        assert keys(*followed, on="2022-03-01", recorded=imported) == ["see-patient/RJ-0001/12m"]


class TestDeciding:
    """Answers and adjudications are asked for whatever became of her, but of nobody who withdrew her data."""

    ASKED = enrolled(query(on="2021-03-01"))

    @pytest.mark.parametrize(
        ("since", "asked"),
        [
            (death("2021-03-02"), True),
            (lost("2021-03-02"), True),
            (withdrew("TREATMENT", "VISITS", on="2021-03-02"), True),
            (withdrew("DATA_COLLECTION", on="2021-03-02"), False),
            (withdrew("DATA_USE", on="2021-03-02"), False),
        ],
        ids=["death", "loss", "visits", "data-collection", "data-use"],
    )
    def test_a_query_waits_on_whatever_became_of_her(self, since: Event, asked: bool) -> None:
        assert ("answer-query/RJ-0001/Q-1" in keys(*self.ASKED, since, on="2021-03-10")) is asked

    def test_with_her_a_query_about_the_risk_class_is_settled_first_after_her_death_it_is_a_query(self) -> None:
        doubtful = (*eligible(result(44, class_reported="high")), query("risk-class/1", "2021-01-05"))
        assert keys(*doubtful) == ["settle-risk-class/RJ-0001/R-1"]
        assert keys(*doubtful, death("2021-01-06")) == ["answer-query/RJ-0001/risk-class/1"]

    def test_an_outcome_waits_for_its_adjudicator(self) -> None:
        recurred = enrolled(recurrence("CHEST_WALL", on="2021-03-01"))
        (item,) = (each for each in people(*recurred, on="2021-03-10") if each.doer == "adjudicator")
        assert item.key == "adjudicate-outcome/RJ-0001/11"
        assert item.wording == "Adjudicate: recurrence confirmed 2021-03-01"
        assert (item.subject, item.due_on) == (str(entry(12)), date(2021, 3, 29))
        assert not [key for key in keys(*recurred, adjudicated(entry(12)), on="2021-03-10") if "adjudicate" in key]


class TestSettling:
    def test_a_disputed_order_until_it_is_cancelled_or_found(self) -> None:
        ready = eligible(consented_to_test(), without=[GenomicResultReported])
        item = only(*ready, disputed())
        assert (item.key, item.subject) == ("settle-order/RJ-0001/recurindex/RJ-0001/1", "recurindex/RJ-0001/1")
        assert item.wording == "Settle the order with the laboratory: two orders match"
        assert keys(*ready, disputed(), cancelled()) == []
        assert keys(*ready, disputed(), ordered()) == []

    @pytest.mark.parametrize("answer", [query_answered(), query_closed()])
    def test_a_query_until_it_is_answered_or_closed(self, answer: Event) -> None:
        asked = (*enrolled(completed(), scheduled(*TABLE_1)), query(), query("Q-2", question="And the margin?"))
        assert keys(*asked, on="2021-03-01") == ["answer-query/RJ-0001/Q-1", "answer-query/RJ-0001/Q-2"]
        item = only(*asked, answer, on="2021-03-01")
        assert (item.key, item.wording) == ("answer-query/RJ-0001/Q-2", "And the margin? (0 days open)")
        assert str(item.due_on) == "2021-03-15"
        assert people(*asked, answer, on="2021-03-20")[0].wording == "And the margin? (19 days open)"

    def test_work_set_aside_until_it_is_released(self) -> None:
        waiting = (*eligible(consented_to_test(), without=[GenomicResultReported]), ordered())
        aside = work_set_aside("result/recurindex/RJ-0001/1")
        item = only(*waiting, aside)
        assert (item.key, item.subject) == (
            "release-work/RJ-0001/result/recurindex/RJ-0001/1",
            "result/recurindex/RJ-0001/1",
        )
        assert item.wording == "result/recurindex/RJ-0001/1: refused five times"
        assert keys(*waiting, aside, work_released("result/recurindex/RJ-0001/1")) == []

    def test_work_set_aside_needs_no_release_once_it_is_done_otherwise(self) -> None:
        waiting = (*eligible(consented_to_test(), without=[GenomicResultReported]), ordered())
        assert keys(*waiting, work_set_aside("result/recurindex/RJ-0001/1"), result()) == [TRIAL_CONSENT]


def test_the_most_urgent_comes_first() -> None:
    late = enrolled(completed(), scheduled(*TABLE_1), query())
    items = worklist(patient_with(*late), EDITION, date(2022, 3, 1))
    assert [item.due_on for item in items] == sorted(item.due_on for item in items)
    owed = [item for item in items if item.doer != "engine"]
    assert [item.subject.split("/")[0] for item in owed[:2]] == ["Q-1", "4w"]


def test_every_item_names_its_patient_and_a_known_doer() -> None:
    doers: set[Doer] = {"engine", "coordinator", "radiation-oncologist", "investigator", "adjudicator"}
    for item in worklist(patient_with(*enrolled(planned(), started(), fraction())), EDITION, date(2021, 2, 2)):
        assert item.patient_id == "RJ-0001"
        assert item.doer in doers
