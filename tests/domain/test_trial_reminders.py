"""What people are reminded of about the trial as a whole."""

from __future__ import annotations

from datetime import date

from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.trial_reminders import is_told, next_audit, trial_reminders
from domain.work_item import ENGINE_WORK, Work
from events.conduct import AuditPerformed
from events.event import Event
from tests.facts import edition_activated, enrolled, planned, query, reminded, screened
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

    def test_it_is_due_six_months_after_the_start_and_after_the_last(self) -> None:
        begun = edition_activated(on="2020-12-10")
        first, second = (
            next_audit(trial_with(begun), EDITION),
            next_audit(trial_with(begun, audited("2021-06-20")), EDITION),
        )
        assert first is not None
        assert first.since == date(2021, 6, 10)
        assert second is not None
        assert second.since == date(2021, 12, 20)

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
