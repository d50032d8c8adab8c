"""Projections: rows follow the log, move together with their checkpoint, and are mended when they drift."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.rejections import NoSuchEntry
from store.event_log import LogUnreadable
from store.projections.all_projections import PROJECTIONS
from store.projections.rebuilding import Rebuilt, rebuild
from store.projections.refreshing import everyone, refresh, rows_of
from store.transact import TrialLog
from tests.facts import (
    amended,
    corrected,
    death,
    enrolled,
    ordered,
    pathology,
    reading_chosen,
    result,
    screened,
    voided,
)
from tests.store.outside import Outside, outside
from tests.store.processes import together
from tests.store.trial_logs import keep, keep_of_trial, opened

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


@pytest.fixture
def rows(home: Path, trial_log: TrialLog) -> Iterator[Outside]:
    """A look at the tables from outside."""
    refresh(trial_log)
    with outside(home) as tables:
        yield tables


def _equal(rebuilt: list[Rebuilt]) -> dict[str, bool]:
    return {each.name: each.equal for each in rebuilt}


_ALL_EQUAL = {projection.name: True for projection in PROJECTIONS}


def _patient(rows: Outside, patient_id: str, column: str) -> object:
    found = rows.execute(f"select {column} from projection_patients where patient_id = ?", (patient_id,)).fetchone()
    return found[0] if found else None


def _checkpoints(rows: Outside) -> set[int]:
    return {position for (position,) in rows.execute("select position from checkpoint where consumer like 'proj%'")}


def test_rows_follow_the_log(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, screened())
    assert _patient(rows, ANNA, "screened_on") is None
    assert refresh(trial_log) == trial_log.log.last_position()
    assert _patient(rows, ANNA, "screened_on") == "2020-12-01"
    keep(trial_log, ANNA, death("2022-01"))
    refresh(trial_log)
    assert _patient(rows, ANNA, "died_on") == "2022-01"
    assert _checkpoints(rows) == {trial_log.log.last_position()}


def test_only_patients_with_news_are_touched(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, screened())
    keep(trial_log, BERTA, screened())
    refresh(trial_log)
    rows.execute("update projection_patients set screened_on = 'untouched'")
    keep(trial_log, ANNA, pathology())
    refresh(trial_log)
    assert (_patient(rows, ANNA, "screened_on"), _patient(rows, BERTA, "screened_on")) == ("2020-12-01", "untouched")


def test_a_reading_chosen_computes_everyone_anew(trial_log: TrialLog, rows: Outside) -> None:
    for patient_id in (ANNA, BERTA):
        keep(trial_log, patient_id, screened(), result(44))
    refresh(trial_log)
    assert [_patient(rows, patient_id, "genomic_risk") for patient_id in (ANNA, BERTA)] == ["low", "low"]
    keep_of_trial(trial_log, reading_chosen("PQ-04", "<44"))
    refresh(trial_log)
    assert [_patient(rows, patient_id, "genomic_risk") for patient_id in (ANNA, BERTA)] == ["high", "high"]
    assert _equal(rebuild(trial_log)) == _ALL_EQUAL


def test_a_correction_changes_the_rows_and_a_void_removes_what_it_said(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, screened(), death("2022-01-01"))
    target = trial_log.history("patient/RJ-0001")[1].event_id
    keep(trial_log, ANNA, corrected(target, death("2022-02-02")))
    refresh(trial_log)
    assert _patient(rows, ANNA, "died_on") == "2022-02-02"
    keep(trial_log, ANNA, voided(target))
    refresh(trial_log)
    assert _patient(rows, ANNA, "died_on") is None


def test_an_order_and_its_answer(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, screened(), ordered())
    refresh(trial_log)
    question = "select reported_on, days from projection_laboratory_orders where patient_id = ?"
    assert rows.execute(question, (ANNA,)).fetchone() == (None, None)
    keep(trial_log, ANNA, result(44), amended(46))
    refresh(trial_log)
    assert rows.execute(question, (ANNA,)).fetchone() == ("2020-12-28", 17)


def test_times_to_the_endpoints(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, *enrolled(death("2021-12-31")))
    refresh(trial_log)
    question = "select days, cnsr from projection_endpoint_records where patient_id = ? and endpoint = 'OS'"
    assert rows.execute(question, (ANNA,)).fetchone() == (355, 0)


def test_a_patient_has_no_row_as_of_before_she_was_heard_of(trial_log: TrialLog) -> None:
    """A rebuild whose list of patients is newer than its position would otherwise see drift, and write empty rows."""
    keep(trial_log, ANNA, screened())
    upto = trial_log.log.last_position()
    keep(trial_log, BERTA, screened())
    for rows in rows_of(trial_log, PROJECTIONS, everyone(trial_log), upto).values():
        assert not rows[BERTA]


def test_refreshing_again_changes_nothing(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, *enrolled())
    refresh(trial_log)
    tables = ("checkpoint", *(str(projection.table.__tablename__) for projection in PROJECTIONS))
    before = rows.everything(*tables)
    assert refresh(trial_log) == trial_log.log.last_position()
    assert rows.everything(*tables) == before


def test_a_corrupted_row_is_found_and_repaired(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, *enrolled())
    keep(trial_log, BERTA, *enrolled())
    assert _equal(rebuild(trial_log)) == _ALL_EQUAL
    rows.execute("update projection_patients set arm = 'IMNI' where patient_id = ?", (ANNA,))
    assert _equal(rebuild(trial_log)) == {**_ALL_EQUAL, "patients": False}
    assert _patient(rows, ANNA, "arm") == "OMIT"
    assert _equal(rebuild(trial_log)) == _ALL_EQUAL


def test_a_drift_can_be_found_without_being_mended(trial_log: TrialLog, rows: Outside) -> None:
    keep(trial_log, ANNA, *enrolled())
    refresh(trial_log)
    rows.execute("update projection_patients set arm = 'IMNI' where patient_id = ?", (ANNA,))
    for _ in range(2):
        assert {each.name: each.equal for each in rebuild(trial_log, mend=False)} == {**_ALL_EQUAL, "patients": False}
    assert _patient(rows, ANNA, "arm") == "IMNI"


@pytest.mark.parametrize(
    "damage",
    [
        "delete from projection_endpoint_records where patient_id = 'RJ-0001'",
        "update projection_endpoint_records set patient_id = 'RJ-0009' where patient_id = 'RJ-0001'",
        "delete from projection_endpoint_records",
    ],
)
def test_a_missing_or_strange_row_is_found_and_repaired(trial_log: TrialLog, rows: Outside, damage: str) -> None:
    keep(trial_log, ANNA, *enrolled())
    refresh(trial_log)
    before = rows.execute("select * from projection_endpoint_records order by 1, 2").fetchall()
    assert before
    rows.execute(damage)
    assert _equal(rebuild(trial_log, "endpoint-records")) == {"endpoint-records": False}
    assert rows.execute("select * from projection_endpoint_records order by 1, 2").fetchall() == before


def test_a_rebuild_says_what_it_did_and_how_far_it_is(trial_log: TrialLog) -> None:
    keep(trial_log, ANNA, *enrolled())
    keep(trial_log, BERTA, *enrolled())
    seen: list[tuple[int, int]] = []
    rebuilt = rebuild(trial_log, progress=lambda done, total: seen.append((done, total)))
    assert [each.name for each in rebuilt] == ["patients", "laboratory-orders", "endpoint-records"]
    assert {each.events for each in rebuilt} == {trial_log.log.last_position()}
    assert seen == [(1, 2), (2, 2)]
    again = rebuild(trial_log)
    assert [each.digest for each in again] == [each.digest for each in rebuilt]


def test_a_projection_there_is_not_is_refused_by_name(trial_log: TrialLog) -> None:
    with pytest.raises(NoSuchEntry, match=r"no such projection.*patients, laboratory-orders, endpoint-records"):
        rebuild(trial_log, "patient")


def test_a_projection_that_has_read_further_than_the_log_goes_is_refused(trial_log: TrialLog, rows: Outside) -> None:
    rows.execute("update checkpoint set position = 99 where consumer = 'projection/patients'")
    with pytest.raises(LogUnreadable, match="read up to 99, the log ends at 3"):
        refresh(trial_log)


def _write_and_refresh(home: Path, count: int) -> None:
    with (trial_log := opened(home)).log:
        for number in range(count):
            keep(trial_log, f"RJ-{os.getpid()}-{number}", screened(), pathology())
            refresh(trial_log)


def test_several_processes_refresh_at_once(trial_log: TrialLog, home: Path) -> None:
    together(4, _write_and_refresh, home, 10)
    assert _equal(rebuild(trial_log)) == _ALL_EQUAL
    with outside(home) as database:
        assert database.execute("select count(*) from projection_patients").fetchone() == (40,)
        assert _checkpoints(database) == {trial_log.log.last_position()}


def _rebuild_often(home: Path, count: int) -> list[bool]:
    with (trial_log := opened(home)).log:
        found: list[bool] = []
        for number in range(count):
            keep(trial_log, f"RJ-{os.getpid()}-{number}", *enrolled())
            found += [each.equal for each in rebuild(trial_log)]
        return found


def test_a_rebuild_beside_writers_finds_no_drift_where_there_is_none(trial_log: TrialLog, home: Path) -> None:
    assert all(equal for found in together(3, _rebuild_often, home, 6) for equal in found)
    assert _equal(rebuild(trial_log)) == _ALL_EQUAL
