"""What happened, of which kind and since when: first evidence, refutation, adjudication."""

from datetime import date

import pytest

from domain.occurrences import Kind, Occurrence, occurrences
from domain.protocol.v2_0 import EDITION
from events.event import Event
from events.outcomes import RecurrenceSite
from tests.facts import (
    adjudicated,
    contralateral,
    corrected,
    day,
    death,
    recurrence,
    refutation,
    screened,
    second_primary,
    suspicion,
    voided,
)
from tests.given import entry, patient_with


def happened(*events: Event, cutoff: date | None = None) -> tuple[Occurrence, ...]:
    return occurrences(patient_with(screened(), *events, cutoff=cutoff), EDITION)


def only(*events: Event) -> Occurrence:
    (occurrence,) = happened(*events)
    return occurrence


SITES = {
    "BREAST": Kind.LOCAL,
    "CHEST_WALL": Kind.LOCAL,
    "AXILLA": Kind.REGIONAL,
    "SUPRACLAVICULAR": Kind.REGIONAL,
    "INFRACLAVICULAR": Kind.REGIONAL,
    "INTERNAL_MAMMARY": Kind.REGIONAL,
    "DISTANT": Kind.DISTANT,
}


@pytest.mark.parametrize("site", RecurrenceSite)
def test_every_site_of_recurrence_has_its_kind(site: RecurrenceSite) -> None:
    found = only(recurrence(site, on="2021-12-01"))
    assert (found.kind, found.detail) == (SITES[site], site)


@pytest.mark.parametrize(
    ("event", "kind", "detail"),
    [
        (recurrence("BREAST", on="2021-12-01", behaviour="DCIS"), Kind.DCIS, "BREAST"),
        (contralateral("2021-12-01"), Kind.CONTRALATERAL_INVASIVE, "CONTRALATERAL_INVASIVE"),
        (contralateral("2021-12-01", "DCIS"), Kind.DCIS, "CONTRALATERAL_DCIS"),
        (second_primary("2021-12-01"), Kind.SECOND_PRIMARY, "lung"),
        (second_primary("2021-12-01", ""), Kind.SECOND_PRIMARY, "SECOND_PRIMARY"),
        (death("2021-12-01"), Kind.DEATH_BREAST_CANCER, "DEATH_BREAST_CANCER"),
        (death("2021-12-01", "OTHER"), Kind.DEATH_OTHER, "DEATH_OTHER"),
        (death("2021-12-01", "UNKNOWN"), Kind.DEATH_UNKNOWN, "DEATH_UNKNOWN"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_other_outcome_has_its_kind(event: Event, kind: Kind, detail: str) -> None:
    assert only(event) == Occurrence(kind, day("2021-12-01"), day("2021-12-01"), detail, (entry(2),))


def test_a_suspicion_alone_is_nothing() -> None:
    assert happened(suspicion(on="2021-09-01")) == ()


def test_a_recurrence_of_several_sites_is_one_occurrence_each() -> None:
    found = happened(recurrence("CHEST_WALL", "DISTANT", on="2021-12-01"))
    assert [occurrence.kind for occurrence in found] == [Kind.LOCAL, Kind.DISTANT]


def test_a_recurrence_counts_from_its_first_evidence() -> None:
    found = only(suspicion(on="2021-09-15"), suspicion(on="2021-09-01"), recurrence(on="2021-10-01"))
    assert (found.dated, found.established) == (day("2021-09-01"), day("2021-10-01"))
    assert found.entries == (entry(3), entry(4))


def test_first_evidence_belongs_to_its_own_site() -> None:
    wall, liver = happened(
        suspicion("CHEST_WALL", on="2021-09-01"), recurrence("CHEST_WALL", "DISTANT", on="2021-10-01")
    )
    assert (wall.dated, liver.dated) == (day("2021-09-01"), day("2021-10-01"))


def test_a_refuted_suspicion_is_no_evidence() -> None:
    found = only(suspicion(on="2021-03-01"), refutation(on="2021-04-01"), recurrence(on="2021-10-01"))
    assert found.dated == day("2021-10-01")


def test_a_refutation_of_another_site_leaves_the_suspicion() -> None:
    both = suspicion("CHEST_WALL", "AXILLA", on="2021-09-01")
    found = only(both, refutation("AXILLA", on="2021-09-20"), recurrence("CHEST_WALL", on="2021-10-01"))
    assert found.dated == day("2021-09-01")


def test_a_refutation_of_a_later_suspicion_leaves_the_confirmed_one() -> None:
    first = (suspicion(on="2021-09-01"), recurrence(on="2021-10-01"))
    assert only(*first, suspicion(on="2022-09-01"), refutation(on="2022-10-01")).dated == day("2021-09-01")


def test_a_refutation_before_the_suspicion_does_not_touch_it() -> None:
    found = only(refutation(on="2021-08-01"), suspicion(on="2021-09-01"), recurrence(on="2021-10-01"))
    assert found.dated == day("2021-09-01")


def test_the_order_of_recording_does_not_matter() -> None:
    found = only(recurrence(on="2021-10-01"), suspicion(on="2021-09-01"), refutation(on="2021-09-10"))
    assert found.dated == day("2021-10-01")


@pytest.mark.parametrize(
    ("suspected", "confirmed", "counts_from"),
    [
        ("2021-10-01", "2021-10-01", "2021-10-01"),
        ("2021-11-01", "2021-10-01", "2021-10-01"),
        ("2021-09", "2021-10-01", "2021-09"),
        ("2021", "2021-03-01", "2021-03-01"),
        ("2021-09-03", "2021-09", "2021-09-03"),
    ],
)
def test_evidence_counts_only_when_it_was_surely_there_first(suspected: str, confirmed: str, counts_from: str) -> None:
    assert only(suspicion(on=suspected), recurrence(on=confirmed)).dated == day(counts_from)


def test_an_outcome_not_upheld_never_happened() -> None:
    assert happened(recurrence(on="2021-12-01"), adjudicated(entry(2), "no")) == ()


def test_an_undecided_adjudication_leaves_the_outcome() -> None:
    assert only(recurrence(on="2021-12-01"), adjudicated(entry(2), "unknown")).dated == day("2021-12-01")


def test_the_adjudicated_date_overrides() -> None:
    found = only(
        suspicion(on="2021-11-01"), recurrence(on="2021-12-01"), adjudicated(entry(3), dated=day("2021-10-15"))
    )
    assert (found.dated, found.established) == (day("2021-10-15"), day("2021-10-15"))
    assert found.entries == (entry(2), entry(3), entry(4))


def test_the_adjudicated_cause_overrides_for_deaths_only() -> None:
    died = only(death("2021-12-01", "UNKNOWN"), adjudicated(entry(2), cause="BREAST_CANCER"))
    assert (died.kind, died.detail) == (Kind.DEATH_BREAST_CANCER, "DEATH_BREAST_CANCER")
    assert only(recurrence(on="2021-12-01"), adjudicated(entry(2), cause="OTHER")).kind is Kind.LOCAL


def test_the_last_adjudication_decides() -> None:
    assert only(recurrence(on="2021-12-01"), adjudicated(entry(2), "no"), adjudicated(entry(2), "yes"))


def test_an_adjudication_is_of_the_one_outcome_it_names() -> None:
    first, second = recurrence(on="2021-12-01"), recurrence("AXILLA", on="2022-02-01")
    assert only(first, second, adjudicated(entry(2), "no")).detail == "AXILLA"


def test_corrections_and_voids_are_resolved_first() -> None:
    moved = corrected(entry(2), recurrence("AXILLA", on="2021-10-15"), on="2022-08-10")
    assert only(recurrence(on="2021-12-01"), moved).dated == day("2021-10-15")
    assert happened(recurrence(on="2021-12-01"), voided(entry(2))) == ()


@pytest.mark.parametrize(("cutoff", "seen"), [(date(2021, 9, 30), 0), (date(2021, 10, 1), 1)])
def test_a_cutoff_looks_at_the_day_of_confirmation(cutoff: date, seen: int) -> None:
    assert len(happened(suspicion(on="2021-09-01"), recurrence(on="2021-10-01"), cutoff=cutoff)) == seen


def test_an_adjudication_is_knowledge_that_holds_for_every_cutoff() -> None:
    events = (recurrence(on="2021-12-01"), adjudicated(entry(2), on="2025-01-01", dated=day("2022-02-01")))
    assert happened(*events, cutoff=date(2022, 1, 1)) == ()
    assert len(happened(*events, cutoff=date(2022, 2, 1))) == 1
