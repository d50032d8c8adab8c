"""Deciding and listing work, beside reading the rows alone: a patient of 500 events, the worklist of 2,000 patients."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from domain.decide import decide
from domain.decisions.command import Circumstances
from domain.decisions.follow_up import RecordContact
from domain.patient import fold
from domain.protocol.v2_0 import EDITION
from domain.replay import as_was, replay
from domain.visit_windows import Anchor, set_out
from domain.worklist import worklist
from events.clinical_date import ClinicalDate
from events.event import Event
from flows.live_patients import LivePatients, patients_as_of
from store.rows import COLUMNS
from store.transact import TrialLog
from tests.benchmarks import Table, seconds
from tests.facts import completed, contact, enrolled, fractions, planned, scheduled, started, visit
from tests.store.trial_logs import LI_WEI, keep, opened

_PATIENT, _EVENTS = "RJ-0001", 500
_PATIENTS, _RANDOMISED = 2000, 214
_ROUNDS = 9
_TODAY = date(2026, 12, 1)
_TMPFS = Path("/dev/shm")
_COLUMNS = ("", "ms", "reading her rows alone", "ratio", "target (ms)", "")


def tables() -> Iterator[Table]:
    """One patient of 500 events; 2,000 patients of some 45; 214 patients replayed."""
    with tempfile.TemporaryDirectory(dir=_TMPFS if _TMPFS.is_dir() else None, prefix="imni-bench-") as root:
        yield Table(f"A patient of {_EVENTS} events", _COLUMNS, list(_one(Path(root) / "one")))
        columns = (*_COLUMNS[:2], "reading the rows alone", *_COLUMNS[3:])
        yield Table(f"The worklist of {_PATIENTS:,} patients", columns, list(_all(Path(root) / "all")))
        yield Table(f"Replay of {_RANDOMISED} patients as it was", columns, list(_again(Path(root) / "again")))


def _one(home: Path) -> Iterator[list[str]]:
    life = _life()
    calls = [contact(str(date(2022, 3, 1) + timedelta(days=each))) for each in range(_EVENTS - len(life))]
    with (trial_log := opened(home)).log:
        keep(trial_log, _PATIENT, *life, *calls)
        command = RecordContact(occurred_on=ClinicalDate.parse("2024-01-15"))
        rows = _median(partial(_rows, home, "where stream = ? order by version", trial_log.names.patient(_PATIENT)))
        history = trial_log.patient(_PATIENT).history
        given = Circumstances(LI_WEI.at, EDITION)
        anew = _median(lambda: decide(command, fold(_PATIENT, history), given))
        yield _row("fold her events anew and decide", anew, rows, 5)
        warm = _median(lambda: trial_log.foresee(_PATIENT, [command], LI_WEI))
        yield _row("one command, as the engine carries it out: read on, decide, fold", warm, rows, 5)
        yield _row("read, decode and fold, cold", _median(lambda: _cold(trial_log)), rows, None)


def _cold(trial_log: TrialLog) -> None:
    fold(_PATIENT, trial_log.history(trial_log.names.patient(_PATIENT)))


def _all(home: Path) -> Iterator[list[str]]:
    life = _life()
    with (trial_log := opened(home)).log:
        for number in range(_PATIENTS):
            keep(trial_log, f"RJ-{number:04d}", *life)
        rows = seconds(partial(_rows, home, "order by position"))
        live = LivePatients(trial_log)
        reading = seconds(live.read_on)
        listing = seconds(lambda: [worklist(each, EDITION, _TODAY) for each in live.patients.values()])
    yield _row("every patient's work, patients in memory", listing, rows, 2000)
    yield _row("the same from a cold start: read, decode, fold, list", reading + listing, rows, 2000)


def _again(home: Path) -> Iterator[list[str]]:
    """As `imni replay --as-was` does: fold each patient's history before every decision of hers, and decide anew."""
    visits = set_out(Anchor("radiotherapy-completed", date(2021, 2, 19)), EDITION, date(2021, 3, 1))
    schedule = scheduled(*visits, on="2021-03-01", anchor="radiotherapy-completed", anchored_on="2021-02-19")
    with (trial_log := opened(home)).log:
        for number in range(_RANDOMISED):
            keep(trial_log, f"RJ-{number:04d}", *_life(), schedule)
        rows = seconds(partial(_rows, home, "order by position"))
        edition_at = as_was(trial_log.trial())
        took = seconds(lambda: [list(replay(each, edition_at)) for each in patients_as_of(trial_log)[0]])
    yield _row("read the log, and take every stored decision again", took, rows, 10_000)


def _life() -> tuple[Event, ...]:
    visits = [visit(f"{months}m", f"{2021 + (months + 2) // 12}-02-19") for months in (6, 12, 18, 24, 30, 36)]
    return (*enrolled(planned(), started(), *fractions(15), completed()), *visits)


def _rows(home: Path, which: str, *about: str) -> None:
    with closing(sqlite3.connect(home / "log.sqlite")) as database:
        database.execute(f"select {COLUMNS} from event {which}", about).fetchall()


def _median(turn: Callable[[], object]) -> float:
    turn()
    return median(seconds(turn) for _ in range(_ROUNDS))


def _row(name: str, took: float, rows: float, most: int | None) -> list[str]:
    met = "" if most is None else "yes" if took * 1000 <= most else "MISSED"
    target = "" if most is None else f"≤ {most:,}"
    return [name, f"{took * 1000:,.2f}", f"{rows * 1000:,.1f}", f"{took / rows:.2f}", target, met]
