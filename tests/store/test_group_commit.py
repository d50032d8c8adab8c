"""Appends of many threads share commits; each gets its own answer, and nobody suffers from another's mistake."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.event_log import Append, Appended, ClockWentBack, EventIdTaken, EventLogError, LogUnavailable, StreamMovedOn
from store.integrity import verify_file
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from tests.store.envelopes import append, minutes_later, new_event

_CALLERS = 24


def _together(log: SqliteEventLog, calls: list[tuple[Append, ...]]) -> list[Appended | EventLogError]:
    """What each caller got, when all are queued before anybody's turn comes."""
    queued = threading.Barrier(len(calls) + 1)

    def call(appends: tuple[Append, ...]) -> Appended | EventLogError:
        queued.wait()
        try:
            return log.append(*appends)
        except EventLogError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        with log.transaction():
            found = [pool.submit(call, appends) for appends in calls]
            queued.wait()
        return [each.result(timeout=30) for each in found]


def _commits(log: SqliteEventLog) -> int:
    """How often the file was written to, as SQLite counts it."""
    with log.transaction() as database:
        return int(database.execute("pragma data_version").fetchone()[0])


def test_a_stale_caller_fails_alone(sqlite_log: SqliteEventLog, path: Path) -> None:
    calls = [(append(f"patient/{number}", number % 2),) for number in range(_CALLERS)]
    found = _together(sqlite_log, calls)
    assert [type(each) for each in found] == [Appended, StreamMovedOn] * (_CALLERS // 2)
    positions = sorted(each.positions[0] for each in found if isinstance(each, Appended))
    assert positions == list(range(1, _CALLERS // 2 + 1))
    assert verify_file(path).ok


def test_of_callers_who_expect_the_same_version_one_wins(sqlite_log: SqliteEventLog) -> None:
    found = _together(sqlite_log, [(append("trial", 0),) for _ in range(_CALLERS)])
    assert sum(isinstance(each, Appended) for each in found) == 1
    assert sqlite_log.last_position() == 1


def test_an_event_id_in_use_fails_its_own_caller_and_takes_nothing_of_others_back(
    sqlite_log: SqliteEventLog, path: Path
) -> None:
    taken = new_event()
    sqlite_log.append(Append("trial", 0, [taken]))
    bad = Append("patient/bad", 0, [new_event(), new_event(event_id=taken.event_id, note="another")])
    good = [(append(f"patient/{number}", 0),) for number in range(_CALLERS)]
    found = _together(sqlite_log, [*good[:5], (bad,), *good[5:]])
    assert [type(each) for each in found].count(EventIdTaken) == 1
    assert sqlite_log.version("patient/bad") == 0
    assert sqlite_log.last_position() == 1 + _CALLERS
    assert verify_file(path).ok


def test_the_same_call_said_twice_at_once_is_kept_once(sqlite_log: SqliteEventLog) -> None:
    call = (append("trial", 0, 2),)
    found = _together(sqlite_log, [call] * _CALLERS)
    assert sorted(each.already for each in found if isinstance(each, Appended)) == [False] + [True] * (_CALLERS - 1)
    assert {each.positions for each in found if isinstance(each, Appended)} == {range(1, 3)}


def test_a_refused_instant_is_said_to_its_caller(tmp_path: Path) -> None:
    with open_sqlite_log(tmp_path / "simulated", simulated=True) as log:
        log.append(append("simulated-trial", 0, at=minutes_later(5)))
        late, early = append("simulated-patient/1", 0), append("simulated-trial", 1, at=minutes_later(0))
        assert [type(each) for each in _together(log, [(late,), (early,)])] == [Appended, ClockWentBack]


def test_a_commit_that_fails_fails_every_caller_and_leaves_nothing(sqlite_log: SqliteEventLog) -> None:
    def fail_to_commit() -> None:
        with sqlite_log.transaction() as database:
            database.execute("pragma max_page_count = 1")

    big = b'{"occurred_on":"2026-01-01","note":"%s"}' % (b"x" * 200_000)
    fail_to_commit()
    calls = [(Append(f"patient/{number}", 0, [new_event(data=big)]),) for number in range(4)]
    found = _own_connection(sqlite_log, calls)
    assert all(isinstance(each, LogUnavailable) for each in found)
    assert sqlite_log.last_position() == 0


def _own_connection(log: SqliteEventLog, calls: list[tuple[Append, ...]]) -> list[EventLogError | Appended]:
    """One after the other in the thread whose connection has no room."""
    found: list[EventLogError | Appended] = []
    for appends in calls:
        try:
            found.append(log.append(*appends))
        except EventLogError as refusal:
            found.append(refusal)
    return found


def test_many_callers_cost_few_commits(sqlite_log: SqliteEventLog, path: Path) -> None:
    with open_sqlite_log(path) as other:
        before = _commits(other)
        _together(sqlite_log, [(append(f"patient/{number}", 0),) for number in range(_CALLERS)])
        assert 1 <= _commits(other) - before <= 3


def test_a_log_that_was_closed_says_so(path: Path) -> None:
    with open_sqlite_log(path) as log:
        log.append(append("trial", 0))
    for use in (lambda: log.append(append("trial", 1)), log.last_position, lambda: list(log.read_all())):
        with pytest.raises(LogUnavailable, match="closed"):
            use()
