"""The same endpoint under every other reading: one row each, whatever readings there are."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.endpoint_analysis import Question
from domain.patient import Patient
from domain.protocol.editions import read_as
from domain.protocol.readings import BY_ID
from domain.protocol.v2_0 import EDITION
from domain.sensitivity import AS_READ, sensitivity_grid
from tests import facts
from tests.given import patient_with

CUTOFF = date(2022, 7, 30)


def _patients() -> Sequence[Patient]:
    told = {
        "RJ-1": facts.enrolled(facts.visit("6m", "2022-06-01")),
        "RJ-2": facts.enrolled(facts.recurrence("DISTANT", on="2021-12-01"), arm="IMNI"),
        "RJ-3": facts.enrolled(facts.death("2021-11-01", "UNKNOWN")),
        "RJ-4": facts.enrolled(facts.completed(), facts.volume_delivered("IMNI"), facts.visit("6m", "2022-05-01")),
    }
    return [patient_with(*events, patient_id=patient_id, cutoff=CUTOFF) for patient_id, events in told.items()]


def test_every_other_option_of_every_wired_question_of_severity_a_has_a_row() -> None:
    ways = [row.way for row in sensitivity_grid(_patients(), Question("EFS"), EDITION)]
    asked = [question for question in BY_ID.values() if question.severity == "A" and question.is_wired]
    assert ways[:4] == [AS_READ, "gap rule", "population per-protocol", "population as-treated"]
    assert ways[4:] == [f"{question.id} = {option}" for question in asked for option in question.options[1:]]


def test_a_death_of_unknown_cause_read_as_breast_cancer_is_one_event_more_and_one_record_changed() -> None:
    rows = {row.way: row for row in sensitivity_grid(_patients(), Question("EFS"), EDITION)}
    unknown = rows["PQ-35 = unknown-is-breast-cancer"]
    assert (rows[AS_READ].events, unknown.events, unknown.changed) == (1, 2, 1)
    assert rows["PQ-12 = dcis-counts"].changed == rows[AS_READ].changed == 0
    assert rows[AS_READ].conclusion == "not estimable"
    assert rows["population as-treated"].changed == 1, "she was irradiated otherwise than allocated"


def test_a_reading_the_trial_has_chosen_is_the_first_row_and_the_default_becomes_another_way() -> None:
    chosen = read_as(EDITION, {"PQ-35": "unknown-is-breast-cancer"})
    rows = {row.way: row for row in sensitivity_grid(_patients(), Question("EFS", "as-treated"), chosen)}
    assert rows[AS_READ].events == 2
    assert rows["PQ-35 = unknown-is-other"].events == 1
    assert "population as-treated" not in rows


@pytest.mark.parametrize("endpoint", ["LRRFS", "OS"])
def test_every_endpoint_has_its_grid(endpoint: str) -> None:
    assert len(sensitivity_grid(_patients(), Question(endpoint), EDITION)) > 10
