"""From patients to estimates: who is counted, in which arm, as of when, and that the report says so."""

from datetime import date

import pytest

from domain.endpoint_analysis import (
    Question,
    analyse_endpoint,
    competing_risks_table,
    endpoint_records,
    survival_table,
)
from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.rejections import NoSuchEntry
from tests import facts
from tests.given import patient_with

CUTOFF = date(2022, 7, 30)


def _patients() -> list[Patient]:
    recurred = facts.enrolled(facts.recurrence("DISTANT", on="2021-12-01"), arm="IMNI")
    clear = facts.enrolled(facts.visit("6m", "2022-06-01"))
    crossed = facts.enrolled(facts.completed(), facts.volume_delivered("IMNI"), facts.visit("6m", "2022-05-01"))
    told = {"RJ-3": recurred, "RJ-1": clear, "RJ-2": crossed, "RJ-4": (facts.screened(),)}
    return [patient_with(*events, patient_id=patient_id, cutoff=CUTOFF) for patient_id, events in told.items()]


def test_records_come_one_a_randomised_patient_ordered_by_patient() -> None:
    records = endpoint_records(_patients(), Question("EFS", cutoff=CUTOFF), EDITION)
    assert [(r.patient, r.arm, r.observed) for r in records] == [
        ("RJ-1", "OMIT", False),
        ("RJ-2", "OMIT", False),
        ("RJ-3", "IMNI", True),
    ]


def test_a_population_counts_a_patient_in_its_own_arm() -> None:
    as_treated = endpoint_records(_patients(), Question("EFS", "as-treated", CUTOFF), EDITION)
    assert {r.patient: r.arm for r in as_treated}["RJ-2"] == "IMNI"
    assert "RJ-2" not in {r.patient for r in endpoint_records(_patients(), Question("EFS", "per-protocol"), EDITION)}


def test_the_table_holds_whole_days_and_codes_omission_as_the_experimental_arm() -> None:
    records = endpoint_records(_patients(), Question("EFS", cutoff=CUTOFF), EDITION)
    table = survival_table(records)
    assert table.arm == (1, 1, 0)
    assert table.status == (0, 0, 1)
    assert [int(time) for time in table.time] == [r.days for r in records]
    assert all(time == int(time) for time in table.time)


def test_a_death_from_another_cause_competes_and_still_censors_the_hazard_ratio() -> None:
    told = {"RJ-8": facts.enrolled(facts.death(on="2022-03-01", cause="OTHER"))}
    patients = [*_patients(), *(patient_with(*e, patient_id=i, cutoff=CUTOFF) for i, e in told.items())]
    records = endpoint_records(patients, Question("EFS", cutoff=CUTOFF), EDITION)
    table = competing_risks_table(records, EDITION)
    assert (table.status, table.cause) == ((0, 0, 1, 0), (0, 0, 1, 2))
    competing = analyse_endpoint(patients, Question("EFS", cutoff=CUTOFF), EDITION, 77).competing
    assert competing.arms is not None
    assert (competing.arms["IMNI"].n_cause, competing.arms["OMIT"].n_cause) == ((1, 0), (0, 1))


def test_the_report_says_what_was_asked_and_shows_records_only_when_wanted() -> None:
    asked = Question("EFS", cutoff=CUTOFF)
    report = analyse_endpoint(_patients(), asked, EDITION, 77, with_records=True)
    assert (report.endpoint, report.population, report.cutoff, report.position) == ("EFS", "itt", CUTOFF, 77)
    assert (report.edition, report.n, report.events) == ("2.0", 3, 1)
    assert report.records is not None
    assert report.records[2].event_ids
    assert analyse_endpoint(_patients(), asked, EDITION, 77).records is None


@pytest.mark.parametrize(
    ("endpoint", "population", "field"), [("DFS", "itt", "endpoint"), ("EFS", "all", "population")]
)
def test_what_the_protocol_lacks_cannot_be_asked(endpoint: str, population: str, field: str) -> None:
    with pytest.raises(NoSuchEntry) as refusal:
        Question(endpoint, population)
    assert refusal.value.field == field
    assert "Use one of" in refusal.value.way_out
