"""A simulated trial: its log says what was true in it, the same seed gives the same log, every entry is exercised."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.allocation.allocation_list import AllocationList
from domain.allocation.design import ListDesign
from domain.decisions.conduct import ActivateEdition, OpenTrial
from domain.deviations import deviations
from domain.endpoints import ENDPOINTS, derive
from domain.patient import Patient
from domain.protocol.v2_0 import EDITION
from domain.replay import as_was, replay
from domain.simulation.assumptions import Assumptions, ImplausibleAssumption
from domain.simulation.visit_book import EndpointCode
from domain.visit_status import visit_states
from domain.worklist import engine_worklist
from events.catalogue import CATALOGUE
from events.clinical_date import ClinicalDate
from events.conduct import AnalysisPerformed, ProjectionDrifted, QueryOpened, ReadingChosen, ResultsDisclosed
from events.consent import (
    ConsentWithdrawn,
    IdentityDisclosed,
    PatientForgotten,
    PatientIdentified,
    WithdrawalScope,
)
from events.corrections import EntryCorrected
from events.outcomes import OutcomeAdjudicated
from events.radiotherapy import NodalVolumeDelivered
from events.randomisation import AllocationListCommitted, AllocationListRevealed, AllocationTakenOver, RecruitmentClosed
from events.recorded import Source
from events.streams import StreamNames
from flows.clock import SimulatedClock
from flows.home import ENGINE, commit_first_list
from flows.live_patients import patients_as_of
from flows.simulate_trial import Progress, SimulatedTrial, simulate_trial
from store.integrity import verify_file
from store.list_keeper import ListKeeper
from store.sqlite_event_log import open_sqlite_log
from store.transact import Entry, TrialLog
from tests.domain.simulation.eventful import eventful
from tests.flows.engine_in_process import EngineInProcess

BEGIN = datetime(2020, 12, 10, 1, tzinfo=UTC)
CODES: tuple[EndpointCode, ...] = ("EFS", "LRRFS", "OS")
NOT_THE_SITE_S = {
    RecruitmentClosed.type: "of the investigator, by `imni allocation close`",
    AllocationListRevealed.type: "of the statistician, by `imni allocation reveal`",
    AllocationTakenOver.type: "of a take-over: here everyone is randomised by the engine",
    AnalysisPerformed.type: "of the flow that analyses; `imni demo` runs it",
    ProjectionDrifted.type: "of the flow that checks the read models, when one was tampered with",
    PatientIdentified.type: "a simulated patient has no name",
    PatientForgotten.type: "nor anything to forget",
    IdentityDisclosed.type: "nor anything to disclose",
    ResultsDisclosed.type: "of the closed report; `imni demo` makes one",
}
"""Every kind of entry that no simulated site makes, and why; an amendment is in tests/scenarios/test_amendment.py."""


class Ended:
    """A simulated trial that has ended: its log, its truth, its engine and the progress it showed."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, SimulatedClock(BEGIN)
        self.trial_log = _opened(path)
        self.engine = EngineInProcess(self.trial_log, self.clock)
        self.shown: list[Progress] = []

    async def run(self, assumptions: Assumptions) -> Ended:
        self.trial: SimulatedTrial = await simulate_trial(
            self.trial_log, assumptions, self.clock, self.engine.react, self.shown.append, self.engine
        )
        self.patients: tuple[Patient, ...] = patients_as_of(self.trial_log)[0]
        return self

    def types(self) -> Counter[str]:
        return Counter(stored.type for stored in self.trial_log.log.read_all())


def _opened(path: Path) -> TrialLog:
    log = open_sqlite_log(path, simulated=True)
    trial_log = TrialLog(log, StreamNames(simulated=True), ListKeeper(bytes(32)))
    on, entry = ClinicalDate.parse(BEGIN.date()), Entry(ENGINE, Source(kind="simulation"), BEGIN)
    trial_log.transact_trial(OpenTrial(occurred_on=on, simulated=True), entry)
    trial_log.transact_trial(ActivateEdition(occurred_on=on, edition="2.0", ethics_reference="RJ 2020-250"), entry)
    commit_first_list(trial_log, AllocationList(ListDesign(), bytes(32)), on, entry)
    return trial_log


@pytest.fixture(scope="module")
async def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Forty patients to five years, and much happens to them."""
    return await Ended(tmp_path_factory.mktemp("trial") / "log.sqlite").run(eventful(45))


@pytest.mark.parametrize("code", CODES)
async def test_every_patient_s_endpoint_in_the_log_is_the_true_one(ended: Ended, code: EndpointCode) -> None:
    truth = {time.patient: (time.days, time.observed, time.arm.value) for time in ended.trial.truth(code)}
    records = [record for p in ended.patients if (record := derive(p, ENDPOINTS[code], EDITION))]
    assert {record.patient: (record.days, record.observed, record.arm) for record in records} == truth
    assert len(truth) == 40
    assert any(observed for _, observed, _ in truth.values())


async def test_every_kind_of_entry_is_made(ended: Ended) -> None:
    assert set(CATALOGUE) - set(ended.types()) == set(NOT_THE_SITE_S)


async def test_every_chapter_is_lived(ended: Ended) -> None:
    scopes = {scope for p in ended.patients for entry in p.every(ConsentWithdrawn) for scope in entry.event.scopes}
    assert scopes == set(WithdrawalScope)
    visits = {state.status for p in ended.patients for state in visit_states(p, EDITION, ended.trial.ended_on)}
    assert visits >= {"done", "partial", "missed", "out-of-window"}
    departed = {found.rule for p in ended.patients for found in deviations(p, EDITION)}
    assert departed >= {"ARM", "EC12", "DOSE", "CBCT", "SAE", "WINDOW"}
    queries = [q.event.query_id for p in ended.patients for q in p.every(QueryOpened)]
    assert "risk-class/1" in queries
    assert {entry.event.question for entry in ended.trial_log.trial().every(ReadingChosen)} == {"PQ-32"}
    arms = [(p.arm, delivered.event.arm) for p in ended.patients if (delivered := p.last(NodalVolumeDelivered))]
    assert any(allocated is not treated for allocated, treated in arms)


async def test_every_decision_comes_out_bit_for_bit_as_it_was(ended: Ended) -> None:
    edition_at = as_was(ended.trial_log.trial())
    again = [replayed for patient in ended.patients for replayed in replay(patient, edition_at)]
    assert len(again) > 150
    assert [replayed for replayed in again if not replayed.agrees] == []


async def test_nothing_is_left_for_the_engine(ended: Ended) -> None:
    for patient in ended.patients:
        assert engine_worklist(patient, EDITION, ended.trial.ended_on) == ()


async def test_the_log_verifies(ended: Ended) -> None:
    assert verify_file(ended.path).findings == ()


async def test_each_genomic_order_is_placed_once(ended: Ended) -> None:
    assert len(ended.engine.orders) == len(set(ended.engine.orders))


async def test_progress_rises_to_the_end(ended: Ended) -> None:
    shares = [shown.share for shown in ended.shown]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] > 0.8
    assert (ended.shown[-1].screened, ended.shown[-1].randomised) == (ended.trial.screened, 40)
    assert ended.trial.events == ended.trial_log.log.last_position()


async def test_the_last_patient_is_followed_for_five_years_after_radiotherapy(ended: Ended) -> None:
    last = max(book.randomised_on for book in ended.trial.books.values())
    assert last + timedelta(days=5 * 365) < ended.trial.ended_on < last + timedelta(days=5 * 365 + 365)


async def test_without_a_laboratory_to_tell_the_trial_still_begins(tmp_path: Path) -> None:
    clock, trial_log = SimulatedClock(BEGIN), _opened(tmp_path / "log.sqlite")

    async def nothing() -> None:
        """No engine."""

    assumptions = replace(eventful(1), ends_on=date(2021, 2, 1))
    begun = await simulate_trial(trial_log, assumptions, clock, nothing)
    assert begun.screened > 0
    assert begun.truth("EFS") == ()


async def test_a_step_in_which_a_slip_could_be_made_and_found_at_once_is_refused(tmp_path: Path) -> None:
    ended = Ended(tmp_path / "log.sqlite")
    with pytest.raises(ImplausibleAssumption, match="step"):
        await simulate_trial(ended.trial_log, eventful(1), ended.clock, ended.engine.react, step=timedelta(days=15))


async def test_the_same_seed_gives_the_same_events(tmp_path: Path) -> None:
    short = replace(eventful(5, patients=8), ends_on=date(2022, 3, 1))
    first = await Ended(tmp_path / "first.sqlite").run(short)
    again = await Ended(tmp_path / "again.sqlite").run(short)
    other = await Ended(tmp_path / "other.sqlite").run(replace(short, seed=6))
    assert _without_ids(first) == _without_ids(again)
    assert _without_ids(first) != _without_ids(other)
    assert first.trial.ended_on >= date(2022, 3, 1)
    assert first.trial.truth("EFS") == again.trial.truth("EFS")


def _without_ids(ended: Ended) -> list[tuple[object, ...]]:
    """The log without event ids, which are new each time, the entries that name one, and what is encrypted."""
    naming = (EntryCorrected.type, OutcomeAdjudicated.type, "entry-voided.v1", AllocationListCommitted.type)
    return [
        (stored.stream, stored.version, stored.type, stored.occurred_on, stored.recorded_at, stored.provenance)
        + (() if stored.type in naming else (stored.data,))
        for stored in ended.trial_log.log.read_all()
    ]
