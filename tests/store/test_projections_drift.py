"""Whatever happens to patients, in whatever order, projected step by step or all at once: the rows are the same."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from events.event import Event
from events.screening import PathologyReported
from store.projections.rebuilding import rebuild
from store.projections.refreshing import refresh
from store.transact import TrialLog
from tests import facts
from tests.store.outside import outside
from tests.store.trial_logs import keep, keep_of_trial, opened

_PATIENTS = ["RJ-0001", "RJ-0002", "RJ-0003"]
_FACTS: list[tuple[Event, ...]] = [
    facts.eligible(),
    facts.enrolled(arm="IMNI"),
    (facts.screened(),),
    (facts.pathology(grade=3),),
    (facts.consented(),),
    (facts.withdrew("VISITS", "DATA_USE"),),
    (facts.ordered(),),
    (facts.ordered(on="2020-12-20", attempt=2),),
    (facts.cancelled(),),
    (facts.result(45),),
    (facts.amended("43.5"),),
    (facts.result_withdrawn(),),
    (facts.planned(), facts.started(), *facts.fractions(15), facts.completed()),
    facts.fractions(3),
    (facts.stopped_early(),),
    (facts.visit("6m", "2021-08-19"),),
    (facts.visit("12m", "2022-02-19", "SUSPICION"),),
    (facts.visit_missed(),),
    (facts.contact("2023-05"),),
    (facts.lost(), facts.returned()),
    (facts.lost(),),
    (facts.suspicion("CHEST_WALL", on="2022-03-01"),),
    (facts.recurrence("CHEST_WALL", on="2022-03-15"),),
    (facts.recurrence("DISTANT", on="2023"),),
    (facts.refutation("CHEST_WALL", on="2022-03-20"),),
    (facts.contralateral("2022-11"),),
    (facts.second_primary("2024-01-05"),),
    (facts.death("2024-06-01"),),
    (facts.death("2024-07", "OTHER"),),
    (facts.taken_over(),),
]
_READINGS = [("PQ-04", "<44"), ("PQ-04", "<=44"), ("PQ-12", "dcis-counts"), ("PQ-35", "unknown-is-breast-cancer")]
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("fact"), st.sampled_from(_PATIENTS), st.integers(0, len(_FACTS) - 1)),
        st.tuples(st.sampled_from(["correct", "void"]), st.sampled_from(_PATIENTS), st.integers(0, 2**16)),
        st.tuples(st.just("reading"), st.none(), st.integers(0, len(_READINGS) - 1)),
        st.tuples(st.just("refresh"), st.none(), st.just(0)),
    ),
    min_size=1,
    max_size=14,
)


def _take(trial_log: TrialLog, step: str, patient_id: str | None, number: int) -> None:
    if step == "refresh":
        refresh(trial_log)
    elif step == "reading":
        keep_of_trial(trial_log, facts.reading_chosen(*_READINGS[number]))
    elif patient_id is not None and step == "fact":
        keep(trial_log, patient_id, *_FACTS[number])
    elif patient_id is not None:
        _take_back(trial_log, patient_id, step, random.Random(number))


def _take_back(trial_log: TrialLog, patient_id: str, step: str, chance: random.Random) -> None:
    """Correct an entry to another date, or void it."""
    history = [e for e in trial_log.patient(patient_id).history if not e.event.type.startswith("entry-")]
    if history:
        entry = chance.choice(history)
        moved = entry.event.model_copy(update={"occurred_on": facts.day(f"2022-{chance.randint(1, 12):02d}-11")})
        change = facts.corrected(entry.event_id, moved) if step == "correct" else facts.voided(entry.event_id)
        keep(trial_log, patient_id, change)


@given(_steps)
@settings(max_examples=60, deadline=None)
def test_step_by_step_is_all_at_once(steps: list[tuple[str, str | None, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, (trial_log := opened(Path(folder))).log:
        for step in steps:
            _take(trial_log, *step)
        refresh(trial_log)
        assert [each.name for each in rebuild(trial_log) if not each.equal] == []


def test_a_log_restored_into_the_same_place_is_projected_anew(tmp_path: Path) -> None:
    """No connection of the projections outlives its transaction."""
    home = tmp_path / "home"
    for patient_id in _PATIENTS[:2]:
        with (trial_log := opened(home)).log:
            keep(trial_log, patient_id, *facts.enrolled())
            refresh(trial_log)
            assert trial_log.patient(patient_id).has(PathologyReported)
        with outside(home) as database:
            assert database.execute("select patient_id from projection_patients").fetchall() == [(patient_id,)]
        for path in home.glob("log.sqlite*"):
            path.unlink()
