"""What is seen of a patient, until when, and what date it counts at."""

from __future__ import annotations

from datetime import date

import pytest

from domain.endpoint import Endpoint
from domain.endpoints import CNSR, EFS, ENDPOINTS, LRRFS, OS, EndpointRecord, derive
from domain.protocol.v2_0 import EDITION
from events.event import Event
from tests.facts import (
    assessed,
    contact,
    contralateral,
    death,
    lost,
    randomised,
    recurrence,
    returned,
    suspicion,
    visit,
    withdrew,
)
from tests.given import edition_with, entry, patient_with

CUT = date(2022, 7, 30)


def record_of(endpoint: Endpoint, *later: Event, cut: date | None = CUT, **readings: str) -> EndpointRecord:
    named = {question.replace("_", "-"): option for question, option in readings.items()}
    record = derive(patient_with(randomised(), *later, cutoff=cut), endpoint, edition_with(named))
    assert record is not None
    return record


def test_who_was_not_randomised_by_the_cutoff_has_no_record() -> None:
    assert derive(patient_with(assessed("2021-01-01")), EFS, EDITION) is None
    assert derive(patient_with(randomised("2022-08-01"), cutoff=CUT), EFS, EDITION) is None


def test_who_was_randomised_on_the_cutoff_has_a_record_of_day_0() -> None:
    record = derive(patient_with(randomised("2022-07-30"), cutoff=CUT), EFS, EDITION)
    assert record is not None
    assert (record.days, record.reason) == (0, "no-assessment")


def test_no_assessment_since_randomisation_is_censored_at_day_0() -> None:
    phoned = record_of(EFS, contact("2022-07-20"))
    assert (phoned.days, phoned.reason, phoned.cnsr) == (0, "no-assessment", 6)
    assert (record_of(OS, contact("2022-07-20")).end, phoned.event_ids) == (date(2022, 7, 20), (entry(1),))


@pytest.mark.parametrize("on", ["2021-01-05", "2021-01-10"])
def test_an_assessment_up_to_the_day_of_randomisation_is_none_since(on: str) -> None:
    assert record_of(EFS, visit("baseline", on)).reason == "no-assessment"


def test_a_visit_without_a_look_at_the_disease_moves_survival_only() -> None:
    unseen = visit("12m", "2022-02-19", status="NOT_ASSESSED")
    assert record_of(EFS, assessed("2021-08-19"), unseen, assessed("2022-03-01", "NOT_ASSESSED")).end == date(
        2021, 8, 19
    )
    assert record_of(OS, assessed("2021-08-19"), unseen).end == date(2022, 2, 19)


@pytest.mark.parametrize(
    ("scopes", "reason"),
    [
        (("TREATMENT",), "end-of-follow-up"),
        (("VISITS",), "withdrew"),
        (("DATA_COLLECTION",), "withdrew"),
        (("DATA_USE",), "withdrew"),
    ],
)
def test_why_the_observation_ended_follows_the_scope_of_withdrawal(scopes: tuple[str, ...], reason: str) -> None:
    assert record_of(EFS, assessed("2022-03-01"), withdrew(*scopes)).reason == reason


def test_lost_and_found_again() -> None:
    seen, gone = assessed("2022-03-01"), lost("2022-05-01")
    assert record_of(EFS, seen, gone).reason == "lost"
    back = record_of(OS, seen, gone, returned("2022-06-15"))
    assert (back.reason, back.end) == ("end-of-follow-up", date(2022, 6, 15))


def test_an_event_counts_before_a_competing_one_of_the_same_day() -> None:
    both = record_of(LRRFS, contralateral("2021-12-01"), recurrence("AXILLA", on="2021-12-01"))
    assert (both.reason, both.cnsr) == ("event: AXILLA", 0)


def test_the_earlier_competing_event_counts_before_the_later_event() -> None:
    other = record_of(EFS, death("2021-12-01", "OTHER"), recurrence(on="2021-12-02"))
    assert (other.end, other.reason) == (date(2021, 12, 1), "competing-death")


def test_the_reason_names_what_competed() -> None:
    assert record_of(LRRFS, contralateral("2021-12-01")).reason == "competing-cancer: CONTRALATERAL_INVASIVE"


def test_an_event_before_randomisation_counts_at_day_0() -> None:
    early = record_of(EFS, recurrence(on="2021-01-02"))
    assert (early.days, early.observed) == (0, True)


def test_a_death_before_randomisation_counts_at_day_0() -> None:
    assert record_of(OS, contact("2021-01"), death("2021-01-05")).days == 0


def test_a_death_never_counts_before_the_last_sign_of_life() -> None:
    late_in_the_month = record_of(OS, contact("2021-12-28"), death("2021-12"))
    assert (late_in_the_month.end, late_in_the_month.date_flag) == (date(2021, 12, 28), "D")
    assert record_of(OS, contact("2021-03-28"), death("2021")).end == date(2021, 7, 1)


def test_a_known_day_of_death_stands_against_later_signs_of_life() -> None:
    assert record_of(OS, contact("2021-12-28"), death("2021-12-01")).end == date(2021, 12, 1)


@pytest.mark.parametrize(
    ("on", "counts_at", "flag"),
    [
        ("2021-11-20", date(2021, 11, 20), None),
        ("2021-11", date(2021, 11, 15), "D"),
        ("2021", date(2021, 7, 1), "M"),
        ("2022", date(2022, 7, 1), "M"),
        ("2020", date(2021, 1, 10), "M"),
        ("2022-07", date(2022, 7, 15), "D"),
    ],
)
def test_partial_dates_are_imputed_and_flagged(on: str, counts_at: date, flag: str | None) -> None:
    record = record_of(EFS, recurrence(on=on))
    assert (record.end, record.date_flag) == (counts_at, flag)


def test_a_partial_date_is_not_taken_past_the_cutoff_or_the_death() -> None:
    assert record_of(EFS, recurrence(on="2022"), cut=date(2022, 3, 1)).end == date(2022, 3, 1)
    assert record_of(EFS, recurrence(on="2021-12"), death("2021-12-05", "OTHER")).reason == "event: CHEST_WALL"


def test_a_partial_date_that_lies_after_the_death_stays_there() -> None:
    assert record_of(EFS, recurrence(on="2022-01"), death("2021-12-05", "OTHER")).reason == "competing-death"


def test_an_assessment_known_to_the_month_is_flagged_unless_a_known_day_says_the_same() -> None:
    month = assessed("2021-11")
    assert record_of(EFS, month).date_flag == "D"
    exact = record_of(EFS, assessed("2021-11-15"), month)
    assert (exact.end, exact.date_flag, exact.event_ids) == (date(2021, 11, 15), None, (entry(1), entry(2)))


def test_what_is_dated_after_the_death_is_no_sign_of_life() -> None:
    seen_again = record_of(EFS, assessed("2021-06-01"), death("2021-12-01", "OTHER"), assessed("2022-01-01"))
    assert seen_again.end == date(2021, 12, 1)


@pytest.mark.parametrize("option", ["interval", "survival"])
def test_pq_11_decides_whether_a_death_is_an_event_of_lrrfs(option: str) -> None:
    assert record_of(LRRFS, death("2021-12-01", "OTHER"), PQ_11=option).observed == (option == "survival")


def test_censoring_codes_are_told_apart() -> None:
    assert sorted(CNSR.values()) == list(range(8))


def test_the_records_name_the_entries_they_come_from() -> None:
    confirmed = record_of(EFS, suspicion(on="2021-09-01"), recurrence(on="2021-10-01"))
    assert confirmed.event_ids == (entry(1), entry(2), entry(3))
    censored = record_of(EFS, contact("2022-02-01"), assessed("2022-06-01"))
    assert censored.event_ids == (entry(1), entry(3))


def test_the_command_line_knows_the_protocols_endpoints() -> None:
    assert list(ENDPOINTS) == ["EFS", "LRRFS", "OS"]
