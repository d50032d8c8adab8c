"""The gap rule as a sensitivity: what is found after two missed visits may be much older. G19 is its golden stream."""

from datetime import date

from domain.endpoints import EFS, OS, EndpointRecord, derive
from domain.protocol.v2_0 import EDITION
from domain.visit_windows import Anchor, set_out
from events.event import Event
from tests.facts import assessed, death, randomised, recurrence, scheduled, visit, visit_missed
from tests.given import entry, patient_with

SCHEDULED = scheduled(*set_out(Anchor("radiotherapy-completed", date(2021, 2, 19)), EDITION))
FOUND = recurrence(on="2023-02-19")


def by_gap_rule(*later: Event) -> EndpointRecord:
    record = derive(patient_with(randomised(), *later), EFS, EDITION, "gap-rule")
    assert record is not None
    return record


def test_what_was_seen_regularly_counts() -> None:
    regular = (visit("6m", "2021-08-19"), visit("12m", "2022-02-01"), visit_missed("18m", "2022-08-19"))
    assert by_gap_rule(SCHEDULED, *regular, FOUND).end == date(2023, 2, 19)


def test_two_visits_missed_censor_before_the_gap() -> None:
    record = by_gap_rule(SCHEDULED, visit("6m", "2021-08-19"), FOUND)
    assert (record.end, record.reason, record.cnsr) == (date(2021, 8, 19), "gap-rule", 7)


def test_a_visit_made_before_its_window_was_made() -> None:
    early = visit("12m", "2022-01-03", status="NOT_ASSESSED")
    assert by_gap_rule(SCHEDULED, visit("6m", "2021-08-19"), early, FOUND).observed


def test_an_unscheduled_assessment_closes_the_gap() -> None:
    assert by_gap_rule(SCHEDULED, visit("6m", "2021-08-19"), assessed("2022-06-01"), FOUND).observed


def test_who_was_never_looked_at_is_censored_at_randomisation() -> None:
    record = by_gap_rule(SCHEDULED, FOUND)
    assert (record.days, record.cnsr, record.event_ids) == (0, 7, (entry(1),))


def test_it_follows_her_own_schedule() -> None:
    assert by_gap_rule(assessed("2021-08-19"), FOUND).observed


def test_a_competing_death_and_overall_survival_know_no_gap() -> None:
    assert by_gap_rule(SCHEDULED, death("2023-02-19", "OTHER")).reason == "competing-death"
    record = derive(patient_with(randomised(), SCHEDULED, death("2023-02-19")), OS, EDITION, "gap-rule")
    assert record is not None
    assert record.observed
