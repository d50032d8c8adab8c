"""Projections as of any moment on either clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from store.projections.all_projections import PROJECTIONS, projection_named
from store.projections.as_of import AsOf, rows_as_of
from store.projections.database import digest_of
from store.projections.rebuilding import rebuild
from store.transact import TrialLog
from tests.facts import corrected, death, enrolled, reading_chosen, result, screened
from tests.store.trial_logs import LI_WEI, keep, keep_of_trial, opened

ANNA, BERTA = "RJ-0001", "RJ-0002"
JANUARY, MARCH, MAY = (datetime(2027, month, 1, tzinfo=UTC) for month in (1, 3, 5))


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    """Anna's death of December 2021 is recorded in January 2027 and corrected in March, Berta is screened in May."""
    with (trial_log := opened(tmp_path / "home")).log:
        keep(trial_log, ANNA, *enrolled(), by=replace(LI_WEI, at=JANUARY))
        keep(trial_log, ANNA, death("2021-12-31"), by=replace(LI_WEI, at=JANUARY))
        target = trial_log.patient(ANNA).history[-1].event_id
        keep(trial_log, ANNA, corrected(target, death("2022-01-31")), by=replace(LI_WEI, at=MARCH))
        keep(trial_log, BERTA, screened("2022-06-01"), result(44, on="2022-06-10"), by=replace(LI_WEI, at=MAY))
        keep_of_trial(trial_log, reading_chosen("PQ-04", "<44"), by=replace(LI_WEI, at=MAY))
        yield trial_log


def _rows(trial_log: TrialLog, name: str = "patients", **asked: Any) -> dict[str, Any]:
    moment = replace(AsOf(trial_log.log.last_position()), **asked)
    return {row.patient_id: row for row in rows_as_of(trial_log, projection_named(name), moment)}  # type: ignore[attr-defined] - every row names its patient


def test_as_of_now_it_is_the_live_one(trial_log: TrialLog) -> None:
    now = AsOf(trial_log.log.last_position())
    asked = {each.name: digest_of(rows_as_of(trial_log, each, now)) for each in PROJECTIONS}
    assert asked == {each.name: each.digest for each in rebuild(trial_log)}


def test_what_was_recorded_later_was_not_known(trial_log: TrialLog) -> None:
    assert _rows(trial_log)[ANNA].died_on == "2022-01-31"
    assert _rows(trial_log, known_at=JANUARY)[ANNA].died_on == "2021-12-31"
    assert set(_rows(trial_log, known_at=MARCH)) == {ANNA}
    assert set(_rows(trial_log, known_at=MAY)) == {ANNA, BERTA}
    assert _rows(trial_log, known_at=datetime(2026, 12, 24, tzinfo=UTC)) == {}


def test_what_happened_after_the_cutoff_is_not_looked_at(trial_log: TrialLog) -> None:
    assert _rows(trial_log, cutoff=date(2022, 1, 30))[ANNA].died_on is None
    assert set(_rows(trial_log, cutoff=date(2022, 5, 31))) == {ANNA}
    assert _rows(trial_log, cutoff=date(2022, 1, 30), known_at=JANUARY)[ANNA].died_on == "2021-12-31"


def test_an_earlier_position_is_an_earlier_view(trial_log: TrialLog) -> None:
    assert _rows(trial_log, position=3) == {}
    corrected_at = next(e.position for e in trial_log.patient(ANNA).history if e.event.type.startswith("entry-"))
    assert _rows(trial_log, position=corrected_at - 1)[ANNA].died_on == "2021-12-31"


def test_the_protocol_is_read_as_the_trial_read_it_then(trial_log: TrialLog) -> None:
    assert _rows(trial_log)[BERTA].genomic_risk == "high"
    before = trial_log.log.last_position() - 1
    assert _rows(trial_log, position=before)[BERTA].genomic_risk == "low"


def test_times_to_an_endpoint_end_at_the_cutoff(trial_log: TrialLog) -> None:
    assert _rows(trial_log, "endpoint-records")[ANNA].observed
    assert not _rows(trial_log, "endpoint-records", cutoff=date(2021, 6, 30))[ANNA].observed
