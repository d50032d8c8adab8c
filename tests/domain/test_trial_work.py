"""Analyses go stale when something that can change a result is recorded, and not otherwise."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from domain.endpoints import ENDPOINTS
from domain.standing import Standing
from domain.trial_work import analysed_at, stale, touches_analyses
from events.catalogue import CATALOGUE, decode
from events.event import Event
from events.recorded import Source
from tests.given import trial_with

GOLDEN = Path(__file__).parents[1] / "golden"

WITHOUT_EFFECT = {
    "allocation-drawn.v1",
    "allocation-list-committed.v2",
    "allocation-list-revealed.v1",
    "recruitment-closed.v1",
    "analysis-performed.v1",
    "audit-performed.v1",
    "cancelled-order-settled.v1",
    "data-cut-declared.v1",
    "follow-up-scheduled.v1",
    "genomic-order-disputed.v1",
    "genomic-report-set-aside.v1",
    "genomic-test-cancelled.v1",
    "genomic-test-ordered.v1",
    "identity-disclosed.v1",
    "patient-forgotten.v1",
    "patient-identified.v1",
    "projection-drifted.v1",
    "reminder-sent.v2",
    "results-disclosed.v1",
}


def _golden(wire_name: str, **changed: object) -> Event:
    said = json.loads((GOLDEN / f"{wire_name}.json").read_text())["data"]
    return decode(wire_name, json.dumps({**said, **changed}))


@pytest.mark.parametrize("wire_name", CATALOGUE)
def test_only_what_the_engine_does_by_itself_and_who_she_is_leave_results_alone(wire_name: str) -> None:
    assert touches_analyses(_golden(wire_name)) is (wire_name not in WITHOUT_EFFECT)


def test_every_endpoint_is_stale_until_it_is_first_analysed() -> None:
    assert stale(trial_with(), 1) == tuple(ENDPOINTS)


def _of_now(**changed: object) -> Event:
    return _golden("analysis-performed.v1", **{"endpoint": "EFS", "cutoff": None, "known_at": None, **changed})


@pytest.mark.parametrize(
    "of_the_past_or_of_some",
    [{"cutoff": "2022-07-30"}, {"known_at": "2022-08-01T08:00:00Z"}, {"population": "per-protocol"}],
)
def test_an_analysis_of_the_past_or_of_another_population_keeps_nothing_fresh(
    of_the_past_or_of_some: dict[str, object],
) -> None:
    assert analysed_at(trial_with(_of_now(position=40, **of_the_past_or_of_some)))["EFS"] == 0


def test_what_a_report_put_on_record_is_not_what_the_pages_show() -> None:
    (entry,) = trial_with(_of_now(position=40)).history
    source = Source(kind="command-line", reference="imni report")
    by_command = replace(entry, provenance=entry.provenance.model_copy(update={"source": source}))
    assert analysed_at(Standing((by_command,)))["EFS"] == 0


def test_an_analysis_is_fresh_until_something_is_recorded_after_it() -> None:
    trial = trial_with(_of_now(position=40))
    assert analysed_at(trial) == {"EFS": 40, "LRRFS": 0, "OS": 0}
    assert "EFS" not in stale(trial, 40)
    assert "EFS" in stale(trial, 41)
