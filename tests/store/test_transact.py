"""From command to log: whoever is slower decides again, a draw belongs to exactly one patient, all or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from domain.allocation.allocation_list import AllocationList
from domain.decide import PatientCommand
from domain.decisions.conduct import ActivateEdition, ChooseReading, OpenQuery
from domain.decisions.corrections import CorrectEntry
from domain.decisions.randomisation import RandomisePatient
from domain.decisions.screening import RecordPathology, RecordPerformanceStatus, ScreenPatient
from domain.rejections import NotPermitted, Rejection
from events.conduct import QueryOpened
from events.corrections import EntryCorrected
from events.randomisation import AllocationDrawn, AllocationListCommitted, PatientRandomised
from events.screening import PathologyReported
from flows.settings import read_settings
from store.event_log import StreamMovedOn
from store.integrity import verify_log
from store.list_keeper import ListKeeper
from store.transact import TrialLog
from tests.facts import day, death, eligibility_confirmed, eligible, pathology, query, screened
from tests.store.processes import together
from tests.store.trial_logs import LI_WEI, NOW, keep, opened

pytestmark = pytest.mark.usefixtures("either_database")

ANNA, BERTA = "RJ-0001", "RJ-0002"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the installation lives."""
    return tmp_path / "home"


@pytest.fixture
def trial_log(home: Path) -> Iterator[TrialLog]:
    """The log of a new installation."""
    with (trial_log := opened(home)).log:
        yield trial_log


def _ready(trial_log: TrialLog, *patient_ids: str) -> None:
    """Patients who may be randomised."""
    for patient_id in patient_ids:
        keep(trial_log, patient_id, *eligible(), eligibility_confirmed())


def _randomise() -> RandomisePatient:
    return RandomisePatient(occurred_on=day("2021-01-10"))


def _query(number: int) -> OpenQuery:
    return OpenQuery(occurred_on=day("2021-03-01"), query_id=f"Q-{number}", question="Is the grade right?")


def test_a_command_is_recorded_with_who_said_it_when_and_under_which_edition(trial_log: TrialLog) -> None:
    fact = pathology()
    keep(trial_log, ANNA, screened())
    entry = replace(LI_WEI, on_behalf_of="Dr Chen")
    (recorded,) = trial_log.transact(ANNA, RecordPathology.model_validate(fact.model_dump()), entry)
    assert recorded.event == fact
    assert (recorded.version, recorded.stream, recorded.recorded_at) == (1, "patient/RJ-0001", NOW)
    told = recorded.provenance
    assert (told.actor.id, told.on_behalf_of, told.protocol_edition, told.reason) == ("li.wei", "Dr Chen", "2.0", None)


def test_a_command_told_twice_records_nothing_more(trial_log: TrialLog) -> None:
    _ready(trial_log, ANNA)
    assert len(trial_log.transact(ANNA, _query(1), LI_WEI)) == 1
    assert trial_log.transact(ANNA, _query(1), LI_WEI) == ()


def test_a_refused_command_writes_nothing(trial_log: TrialLog) -> None:
    before = trial_log.log.last_position()
    with pytest.raises(Rejection):
        trial_log.transact(ANNA, _randomise(), LI_WEI)
    assert trial_log.log.last_position() == before


def test_several_commands_of_which_the_last_is_refused_write_nothing(trial_log: TrialLog) -> None:
    before = trial_log.log.last_position()
    screening = ScreenPatient.model_validate(screened().model_dump())
    with pytest.raises(Rejection):
        trial_log.transact_all(ANNA, [screening, _randomise()], LI_WEI)
    assert trial_log.log.last_position() == before


def test_a_later_command_of_a_batch_sees_the_earlier_ones(trial_log: TrialLog) -> None:
    screening = ScreenPatient.model_validate(screened().model_dump())
    found = trial_log.transact_all(ANNA, [screening, screening, _query(1), _query(1)], LI_WEI)
    assert [entry.event.type for entry in found] == ["patient-screened.v1", "query-opened.v1"]


def test_the_reason_of_a_correction_stands_in_the_envelope(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, screened(), pathology())
    target = trial_log.patient(ANNA).every(PathologyReported)[0]
    replacement = pathology(grade=3).model_dump(mode="json", exclude_none=True)
    command = CorrectEntry(
        occurred_on=day("2021-03-01"), target=target.event_id, replacement=replacement, reason="slide seen again"
    )
    (corrected,) = trial_log.transact(ANNA, command, LI_WEI)
    assert isinstance(corrected.event, EntryCorrected)
    assert corrected.provenance.reason == "slide seen again"
    assert trial_log.patient(ANNA).every(PathologyReported)[0].event.grade == 3


def test_two_at_once_with_different_facts_about_one_patient_are_both_kept(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, screened())
    commands: list[PatientCommand] = [_query(number) for number in range(24)]
    with ThreadPoolExecutor(4) as pool:
        recorded = list(pool.map(partial(trial_log.transact, ANNA, entry=LI_WEI), commands))
    assert [len(found) for found in recorded] == [1] * 24
    opened_queries = trial_log.patient(ANNA).every(QueryOpened)
    assert {entry.event.query_id for entry in opened_queries} == {f"Q-{number}" for number in range(24)}
    assert len(opened_queries) == 24


def test_two_at_once_with_the_same_fact_record_it_once(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, screened())
    with ThreadPoolExecutor(4) as pool:
        recorded = list(pool.map(partial(trial_log.transact, ANNA, entry=LI_WEI), [_query(1)] * 12))
    assert sorted(len(found) for found in recorded) == [0] * 11 + [1]


@dataclass(frozen=True, slots=True, repr=False)
class _Interrupted(ListKeeper):
    """A keeper of lists, during whose reading of one somebody else records something."""

    meanwhile: Callable[[], None] = lambda: None

    def opened(self, committed: AllocationListCommitted) -> AllocationList:
        self.meanwhile()
        return ListKeeper(self.key, self.first_seed).opened(committed)


def _interrupted(trial_log: TrialLog, meanwhile: Callable[[], None]) -> TrialLog:
    assert trial_log.keeper is not None
    return replace(trial_log, keeper=_Interrupted(trial_log.keeper.key, None, meanwhile))


def test_what_the_slower_one_decides_rests_on_what_the_faster_one_recorded(trial_log: TrialLog) -> None:
    """While her place is drawn the patient's death is entered: the randomisation is then refused, nothing is drawn."""
    _ready(trial_log, ANNA)
    dies = partial(keep, trial_log, ANNA, death("2021-01-09"))
    with pytest.raises(NotPermitted, match="died on 2021-01-09"):
        _interrupted(trial_log, dies).transact(ANNA, _randomise(), LI_WEI)
    assert not trial_log.allocations().every(AllocationDrawn)


def test_a_stream_that_never_stands_still_is_given_up_by_name(trial_log: TrialLog) -> None:
    _ready(trial_log, ANNA)
    numbers = count()
    talks = _interrupted(trial_log, lambda: keep(trial_log, ANNA, query(f"Q-{next(numbers)}")))
    with pytest.raises(StreamMovedOn):
        talks.transact(ANNA, _randomise(), LI_WEI)
    assert not trial_log.allocations().every(AllocationDrawn)


def _randomise_one(home: Path, patient_ids: list[str]) -> int:
    """Randomise the patients, each process beginning with another; returns how many this process randomised."""
    with (trial_log := opened(home)).log:
        start = os.getpid() % len(patient_ids)
        turned = [*patient_ids[start:], *patient_ids[:start]]
        return sum(len(trial_log.transact(patient_id, _randomise(), LI_WEI)) for patient_id in turned)


def test_randomisations_at_once_draw_consecutive_places_one_a_patient(trial_log: TrialLog, home: Path) -> None:
    """A04: two at once take two consecutive numbers; A16: numbers stand in the order recorded."""
    patient_ids = [f"RJ-{number:04d}" for number in range(1, 9)]
    _ready(trial_log, *patient_ids)
    assert sum(together(4, _randomise_one, home, patient_ids)) == len(patient_ids)
    drawn = [entry.event for entry in trial_log.allocations().every(AllocationDrawn)]
    assert [draw.sequence_number for draw in drawn] == list(range(1, 9))
    assert trial_log.keeper is not None
    allocation_list = trial_log.keeper.opened(trial_log.allocations().in_force)
    for draw in drawn:
        (randomised,) = trial_log.patient(draw.patient_id).every(PatientRandomised)
        assert randomised.event.sequence_number == draw.sequence_number
        assert randomised.event.arm == allocation_list.draw(draw.sequence_number).arm
    assert sorted(draw.patient_id for draw in drawn) == patient_ids


def test_a_draw_and_its_randomisation_stand_side_by_side(trial_log: TrialLog) -> None:
    """A07: a draw and its randomisation are one transaction."""
    _ready(trial_log, ANNA)
    (randomised,) = trial_log.transact(ANNA, _randomise(), LI_WEI)
    (drawn,) = trial_log.allocations().every(AllocationDrawn)
    assert drawn.position == randomised.position + 1
    assert drawn.recorded_at == randomised.recorded_at


def test_a_second_randomisation_draws_nothing(trial_log: TrialLog) -> None:
    """A05: the same request again gives the same allocation."""
    _ready(trial_log, ANNA)
    trial_log.transact(ANNA, _randomise(), LI_WEI)
    assert trial_log.transact(ANNA, _randomise(), LI_WEI) == ()
    assert len(trial_log.allocations().every(AllocationDrawn)) == 1


def test_a_reading_chosen_by_another_process_is_in_force_at_the_next_command(trial_log: TrialLog, home: Path) -> None:
    assert trial_log.edition().readings["PQ-04"] == "<=44"
    with (other := opened(home)).log:
        other.transact_trial(ChooseReading(occurred_on=day("2021-01-01"), question="PQ-04", option="<44"), LI_WEI)
    assert trial_log.edition().readings["PQ-04"] == "<44"


def test_a_trial_command_told_twice_records_nothing_more(trial_log: TrialLog) -> None:
    command = ActivateEdition(occurred_on=day("2020-12-10"), edition="2.0", ethics_reference="RJ 2020-250")
    assert trial_log.transact_trial(command, LI_WEI) == ()


def test_what_was_known_and_what_had_happened(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, screened())
    later = replace(LI_WEI, at=NOW + timedelta(days=1))
    status = RecordPerformanceStatus(occurred_on=day("2020-12-02"), ecog=1)
    trial_log.transact(ANNA, status, later)
    assert len(trial_log.patient(ANNA).history) == 2
    assert len(trial_log.patient(ANNA, knowledge=NOW).history) == 1
    assert len(trial_log.patient(ANNA, cutoff=day("2020-12-01").latest).entries) == 1


def test_everything_recorded_verifies(trial_log: TrialLog, home: Path) -> None:
    _ready(trial_log, ANNA, BERTA)
    trial_log.transact(BERTA, _randomise(), LI_WEI)
    found = verify_log(read_settings(home=home).log_url)
    assert found.ok, found.findings
