"""The patients kept in memory are those of the log, whoever else wrote to it, and however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.patient import fold
from events.recorded import History
from store.recent_patients import RecentPatients
from store.transact import TrialLog
from tests.facts import eligible, pathology, query
from tests.given import patient_with
from tests.store.trial_logs import keep, opened

pytestmark = pytest.mark.usefixtures("either_database")

ANNA = "RJ-0001"


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    """The log of a new installation."""
    with (trial_log := opened(tmp_path / "home")).log:
        yield trial_log


def test_what_another_process_recorded_is_read_on(trial_log: TrialLog) -> None:
    another = replace(trial_log)
    keep(trial_log, ANNA, *eligible())
    known = trial_log.patient(ANNA)
    keep(another, ANNA, query())
    assert trial_log.patient(ANNA).history == (*known.history, *trial_log.history(known.history[0].stream)[-1:])
    assert trial_log.patient(ANNA) == another.patient(ANNA) == replace(trial_log).patient(ANNA)


def test_a_state_of_knowledge_does_not_become_the_present(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, *eligible(), pathology("2020-12-11"))
    whole = trial_log.patient(ANNA)
    before = trial_log.patient(ANNA, knowledge=whole.history[0].recorded_at, cutoff=whole.history[0].occurred_on.latest)
    assert before.cutoff is not None
    assert trial_log.patient(ANNA) == whole


def test_only_what_is_new_is_read_until_she_is_forgotten(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, *eligible())
    history = trial_log.history(trial_log.names.patient(ANNA))
    recent = RecentPatients()
    assert _asked_from(recent, ANNA, history) == 0
    assert _asked_from(recent, ANNA, history) == len(history)
    recent.forget(ANNA)
    assert _asked_from(recent, ANNA, history) == 0


def test_who_was_not_asked_for_longest_gives_way() -> None:
    recent, history = RecentPatients(), patient_with(*eligible()).history
    patient_ids = [f"RJ-{number}" for number in range(257)]
    for patient_id in patient_ids:
        recent.read_on(patient_id, lambda first: history[first:])
    asked_from = {each: _asked_from(recent, each, history) for each in (patient_ids[-1], patient_ids[0])}
    assert asked_from == {patient_ids[-1]: len(history), patient_ids[0]: 0}


def test_what_one_reader_decoded_another_is_given_as_it_is(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, *eligible())
    stored = list(trial_log.log.read_stream(trial_log.names.patient(ANNA)))
    assert trial_log.entry(stored[0]).event is not trial_log.entry(stored[0]).event, "nobody has asked for her yet"
    anna = trial_log.patient(ANNA)
    assert [trial_log.entry(each) for each in stored] == list(anna.history)
    assert trial_log.entry(stored[-1]) is anna.history[-1]
    other = stored[-1]._replace(event_id=stored[0].event_id)
    assert trial_log.entry(other) is not anna.history[-1], "another event at that version is read as it is stored"


def test_a_reader_who_is_behind_stays_behind_and_sets_nobody_back() -> None:
    recent, history = RecentPatients(), patient_with(*eligible()).history
    behind, ahead = fold(ANNA, history[:-1]), fold(ANNA, history)
    assert recent.keep(ahead) is ahead
    assert recent.keep(behind) is behind, "otherwise what follows would be added to her twice"
    assert recent.keep(fold(ANNA, history)) is ahead
    assert _asked_from(recent, ANNA, history) == len(history)


def _asked_from(recent: RecentPatients, patient_id: str, history: History) -> int:
    asked: list[int] = []

    def read(first: int) -> History:
        asked.append(first)
        return history[first:]

    recent.read_on(patient_id, read)
    return asked[0]
