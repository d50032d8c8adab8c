"""Commands about many patients at once: each has the answer it would have had alone, and none suffers from another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from domain.decide import PatientCommand
from domain.decisions.conduct import OpenQuery
from domain.decisions.randomisation import RandomisePatient
from domain.rejections import NoSuchEntry, Rejection
from events.randomisation import PatientRandomised
from store.event_log import EventLog, LogUnavailable
from store.integrity import verify_log
from store.transact import TrialLog
from store.transact_each import Answer, Asked, transact_each
from tests.facts import day, eligibility_confirmed, eligible
from tests.store.trial_logs import LI_WEI, keep, opened

pytestmark = pytest.mark.usefixtures("either_database")

ANNA, BERTA, CLARA, NOBODY = "RJ-0001", "RJ-0002", "RJ-0003", "RJ-9999"


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    """A log with three patients who may be randomised."""
    with (trial_log := opened(tmp_path / "home")).log:
        for patient_id in (ANNA, BERTA, CLARA):
            keep(trial_log, patient_id, *eligible(), eligibility_confirmed())
        yield trial_log


def _query(number: int) -> OpenQuery:
    return OpenQuery(occurred_on=day("2021-03-01"), query_id=f"Q-{number}", question="Is the grade right?")


def _each(trial_log: TrialLog, *asked: tuple[str, PatientCommand]) -> Sequence[Answer]:
    return transact_each(trial_log, [Asked(patient_id, command, LI_WEI) for patient_id, command in asked])


def _recorded(answer: Answer) -> list[tuple[int, object]]:
    assert not isinstance(answer, Exception), answer
    return [(entry.version, entry.event) for entry in answer]


def test_each_has_its_own_answer(trial_log: TrialLog) -> None:
    trial_log.transact(BERTA, _query(2), LI_WEI)
    before = trial_log.patient(ANNA).version
    anna, berta, nobody, clara = _each(
        trial_log, (ANNA, _query(1)), (BERTA, _query(2)), (NOBODY, _query(3)), (CLARA, _query(4))
    )
    assert _recorded(anna) == [(before, trial_log.patient(ANNA).history[-1].event)]
    assert _recorded(berta) == [], "it was so already"
    assert isinstance(nobody, NoSuchEntry)
    assert [entry.stream for entry in trial_log.patient(CLARA).history[-1:]] == ["patient/RJ-0003"]
    assert len(_recorded(clara)) == 1
    assert verify_log(trial_log.log.url).ok, "the log is whole"


def test_two_about_one_patient_are_both_kept_and_said_twice_she_is_kept_once(trial_log: TrialLog) -> None:
    first, second, again = _each(trial_log, (ANNA, _query(1)), (ANNA, _query(2)), (ANNA, _query(2)))
    version = trial_log.patient(ANNA).version
    assert [place for place, _ in (*_recorded(first), *_recorded(second))] == [version - 2, version - 1]
    assert _recorded(again) == []


def test_who_was_overtaken_decides_again_on_what_she_is_now(trial_log: TrialLog) -> None:
    overtaking = replace(trial_log)
    trial_log.patient(ANNA)

    class Overtaken:
        """The log of a process that another overtakes between its decision and its append."""

        def __getattr__(self, name: str) -> object:
            return getattr(overtaking.log, name)

        def append_each(self, calls: object) -> object:
            overtaking.transact(ANNA, _query(1), LI_WEI)
            return overtaking.log.append_each(calls)  # type: ignore[arg-type] - handed on as it is

    slower = replace(trial_log, log=Overtaken())  # type: ignore[arg-type] - it is a log but for one method
    anna, berta = _each(slower, (ANNA, _query(1)), (BERTA, _query(2)))
    assert _recorded(anna) == [], "the other said the same"
    assert len(_recorded(berta)) == 1


def test_two_randomised_at_once_get_two_places(trial_log: TrialLog) -> None:
    randomise = RandomisePatient(occurred_on=day("2021-01-10"))
    _each(trial_log, (ANNA, randomise), (BERTA, randomise), (CLARA, randomise))
    drawn = [trial_log.patient(each).last(PatientRandomised) for each in (ANNA, BERTA, CLARA)]
    assert sorted(entry.event.sequence_number for entry in drawn if entry) == [1, 2, 3]


def test_a_fault_of_one_rule_stops_no_other(trial_log: TrialLog) -> None:
    broken, fine = _each(trial_log, ("no patient id", _query(1)), (ANNA, _query(1)))
    assert type(broken) is ValueError
    assert not isinstance(broken, Rejection)
    assert len(_recorded(fine)) == 1


def test_a_log_that_takes_nothing_refuses_each(trial_log: TrialLog) -> None:
    def closed(log: EventLog) -> TrialLog:
        log.close()
        return trial_log

    for each in (ANNA, BERTA):
        trial_log.patient(each)
    answers = _each(closed(trial_log.log), (ANNA, _query(1)), (BERTA, _query(1)))
    assert [type(each) for each in answers] == [LogUnavailable, LogUnavailable]
