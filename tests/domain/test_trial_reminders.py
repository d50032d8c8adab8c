"""What people are reminded of about the trial as a whole."""

from __future__ import annotations

from datetime import date

import pytest

from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.trial_matters import next_audit, trial_worklist
from domain.trial_reminders import is_told, trial_reminders
from domain.work_item import ENGINE_WORK, Work
from events.conduct import AuditPerformed
from events.event import Event
from tests.facts import (
    edition_activated,
    enrolled,
    planned,
    query,
    query_answered,
    reminded,
    screened,
    work_released,
    work_set_aside,
)
from tests.given import patient_with, trial_with

DIGEST = "reminder/trial/digest/2021-03-20"
PATIENTS = (
    patient_with(*enrolled(planned()), patient_id="RJ-0001"),
    patient_with(*enrolled(query()), patient_id="RJ-0002"),
    patient_with(screened("2021-03-18"), patient_id="RJ-0003"),
)


def audited(on: str) -> AuditPerformed:
    return AuditPerformed.model_validate({"occurred_on": on})


def due(*events: Event, on: str, patients: tuple[Patient, ...] = ()) -> list[str]:
    return [item.key for item in trial_reminders(trial_with(*events), patients, EDITION, date.fromisoformat(on))]


def test_the_digest_counts_open_work_and_names_no_patient() -> None:
    (item,) = trial_reminders(trial_with(), PATIENTS, EDITION, date(2021, 3, 20))
    assert (item.key, item.note.asked if item.note else None) == (DIGEST, "coordinator")
    assert (
        item.wording.splitlines()
        == [
            "Queries to answer: 1 open, 1 overdue",
            "Screening to complete: 1 open, 0 overdue",
        ]
        or "RJ-" not in item.wording
    )
    assert item.note is not None
    assert "待答复的质疑：待办 1 项" in item.note.words.chinese
    assert "RJ-000" not in f"{item.note.words}{item.note.title}"


def test_a_day_without_work_says_so() -> None:
    (item,) = trial_reminders(trial_with(), (), EDITION, date(2021, 3, 20))
    assert item.wording == "Nothing is open"


def test_a_digest_goes_out_once_a_day() -> None:
    told = reminded(DIGEST, "digest", "daily", "2021-03-20")
    assert due(on="2021-03-20") == [DIGEST]
    assert due(told, on="2021-03-20") == []
    assert due(told, on="2021-03-21") == ["reminder/trial/digest/2021-03-21"]
    assert is_told(trial_with(told), date(2021, 3, 20))


def test_every_kind_of_work_of_people_has_words_for_the_digest() -> None:
    assert {work.value for work in Work if work not in ENGINE_WORK} <= set(EDITION.reminders.works)


class TestAudit:
    """Protocol: Data management."""

    @pytest.mark.parametrize(
        ("audits", "due"),
        [
            ((), "2021-06-10"),
            (("2021-03-09",), "2021-06-10"),
            (("2021-03-10",), "2021-12-10"),
            (("2021-06-20",), "2021-12-10"),
            (("2021-06-20", "2021-09-09"), "2021-12-10"),
            (("2021-06-20", "2021-09-10"), "2022-06-10"),
            (("2022-01-05",), "2022-06-10"),
        ],
        ids=["none", "too-early", "early", "late", "once-more", "next-one-early", "one-left-out"],
    )
    def test_its_days_are_fixed_and_each_audit_is_of_the_nearest(self, audits: tuple[str, ...], due: str) -> None:
        begun = edition_activated(on="2020-12-10")
        found = next_audit(trial_with(begun, *map(audited, audits)), EDITION)
        assert found is not None
        assert str(found.since) == due

    def test_before_the_protocol_is_in_force_nothing_is_audited(self) -> None:
        assert next_audit(trial_with(), EDITION) is None

    def test_the_coordinator_is_asked_before_it_then_the_investigators(self) -> None:
        begun = edition_activated(on="2020-12-10")
        found = {
            on: [key for key in due(begun, on=on) if "audit" in key]
            for on in ("2021-05-26", "2021-05-27", "2021-06-24")
        }
        at = "reminder/trial/audit/2021-06-10/2021-06-10"
        assert found == {
            "2021-05-26": [],
            "2021-05-27": [f"{at}/before"],
            "2021-06-24": [f"{at}/principal-investigator"],
        }


class TestQueriesToTheTrial:
    """What an audit found, and a projection that differed from the log: nobody's patient, and somebody's work."""

    FINDING = query("A-1", "2021-03-01", question="Consent forms of June are not filed")

    @pytest.mark.parametrize(
        ("on", "step"),
        [
            ("2021-03-01", ["request"]),
            ("2021-03-15", ["request"]),
            ("2021-03-16", ["investigator"]),
            ("2021-03-23", ["principal-investigator"]),
        ],
    )
    def test_they_go_up_the_ladder_until_they_are_answered(self, on: str, step: list[str]) -> None:
        at = "reminder/trial/query/A-1/2021-03-01"
        found = [key for key in due(self.FINDING, on=on) if "/query/" in key]
        assert found == [f"{at}/{each}" for each in step]
        answered = due(self.FINDING, query_answered("A-1"), on=on)
        assert [key for key in answered if "/query/" in key] == []

    def test_a_drift_has_words_of_its_own(self) -> None:
        drift = query("drift/1", "2021-03-01", question="Who wrote to the database?")
        (item, _) = trial_reminders(trial_with(drift), (), EDITION, date(2021, 3, 1))
        assert item.key == "reminder/trial/drift/drift/1/2021-03-01/request"
        assert item.note is not None
        assert item.note.words.english.startswith("On 2021-03-01 a table did not show what the log says.")
        assert "drift/1" in item.note.words.chinese

    def test_they_are_on_the_worklist_and_in_the_digest(self) -> None:
        (item,) = trial_worklist(trial_with(self.FINDING), EDITION, date(2021, 3, 2))
        assert (item.key, item.patient_id, item.doer) == ("answer-query/A-1", "", "coordinator")
        assert (str(item.due_on), item.wording) == ("2021-03-15", "Consent forms of June are not filed (1 days open)")
        *_, digest = trial_reminders(trial_with(self.FINDING), PATIENTS, EDITION, date(2021, 3, 20))
        assert "Queries to answer: 2 open, 2 overdue" in digest.wording


class TestWorkSetAside:
    def test_somebody_is_reminded_until_it_is_released(self) -> None:
        aside = work_set_aside("collect/laboratory", "2021-03-01")
        at = "reminder/trial/set-aside/collect/laboratory/2021-03-01"
        assert due(aside, on="2021-03-01")[0] == f"{at}/request"
        assert due(aside, on="2021-03-10")[0] == f"{at}/principal-investigator"
        assert len(due(aside, work_released("collect/laboratory", "2021-03-02"), on="2021-03-02")) == 1
        (item,) = trial_worklist(trial_with(aside), EDITION, date(2021, 3, 2))
        assert (item.key, item.subject) == ("release-work/collect/laboratory", "collect/laboratory")

    def test_a_reminder_that_was_refused_is_not_tried_again_and_of_it_nobody_is_reminded(self) -> None:
        refused = work_set_aside(DIGEST, "2021-03-20")
        assert due(refused, on="2021-03-20") == []
        assert due(refused, work_released(DIGEST, "2021-03-20"), on="2021-03-20") == [DIGEST]
        begun = edition_activated(on="2020-12-10")
        audit = "reminder/trial/audit/2021-06-10/2021-06-10/investigator"
        assert audit not in due(begun, work_set_aside(audit, "2021-06-10"), on="2021-06-11")

    def test_it_waits_for_its_release_as_long_as_it_is_due(self) -> None:
        refused = trial_with(work_set_aside(DIGEST, "2021-03-20"))
        assert [item.subject for item in trial_worklist(refused, EDITION, date(2021, 3, 20))] == [DIGEST]
        assert trial_worklist(refused, EDITION, date(2021, 3, 21)) == ()
