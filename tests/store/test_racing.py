"""Threads and processes on one log at once: one winner, no gap, nothing lost, nothing twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from store.event_log import Append, EventLog, StreamMovedOn
from store.open_log import open_log
from tests.store.envelopes import NOW, append, new_event
from tests.store.processes import meet, together

_ROUNDS = 60
_WRITERS = 8
_EACH = 40


def _race(url: str, rounds: int) -> list[bool]:
    """Whether this process won each round for the next version of one stream."""
    won: list[bool] = []
    with open_log(url) as log:
        for version in range(rounds):
            call = append("patient/RJ-0001", version)
            meet()
            try:
                won.append(not log.append(call).already)
            except StreamMovedOn:
                won.append(False)
            meet()
    return won


def test_of_eight_processes_that_expect_one_version_exactly_one_wins(log: EventLog, url: str) -> None:
    rounds = zip(*together(_WRITERS, _race, url, _ROUNDS), strict=True)
    assert [sum(won) for won in rounds] == [1] * _ROUNDS
    assert [event.version for event in log.read_all()] == list(range(_ROUNDS))


def _write(url: str, threads: int) -> list[tuple[str, int]]:
    """Write to streams of its own and to one that all share; the event ids and positions acknowledged."""
    with open_log(url) as log, ThreadPoolExecutor(threads) as pool:
        return [acked for some in pool.map(_write_alone, [log] * threads) for acked in some]


def _write_alone(log: EventLog) -> list[tuple[str, int]]:
    acked: list[tuple[str, int]] = []
    own = f"patient/{new_event().event_id}"
    for version in range(_EACH):
        acked += _write_until_it_holds(log, Append(own, version, [new_event()]))
        acked += _write_until_it_holds(log, Append("trial", log.version("trial"), [new_event(), new_event()]))
    return acked


def _write_until_it_holds(log: EventLog, call: Append) -> list[tuple[str, int]]:
    while True:
        try:
            positions = log.append(call).positions
        except StreamMovedOn as moved:
            call = Append(call.stream, moved.current, call.events)
        else:
            return [(str(event.event_id), at) for event, at in zip(call.events, positions, strict=True)]


def test_threads_and_processes_at_once_lose_nothing_and_leave_no_gap(log: EventLog, url: str) -> None:
    acked = Counter(ack for some in together(3, _write, url, 2) for ack in some)
    stored = [(str(event.event_id), event.position) for event in log.read_all()]
    assert Counter(stored) == acked
    assert len(stored) == 3 * 2 * _EACH * 3
    assert [position for _, position in stored] == list(range(1, len(stored) + 1))


def _tail(url: str, until: int) -> list[int]:
    """What a reader sees that begins while the others write and reads on until everything is there."""
    seen: list[int] = []
    with open_log(url) as log:
        while len(seen) < until:
            seen += [event.position for event in log.read_all(after=len(seen))]
    return seen


def _write_or_tail(url: str, until: int) -> list[int] | None:
    with open_log(url) as log:
        place = log.checkpoints().lead("tail", str(new_event().event_id), 60, NOW)
        if place is not None:
            return _tail(url, until)
        _write_alone(log)
        return None


def test_a_reader_that_follows_the_writers_misses_nothing(log: EventLog, url: str) -> None:
    until = 3 * _EACH * 3
    (seen,) = [seen for seen in together(4, _write_or_tail, url, until) if seen is not None]
    assert seen == list(range(1, until + 1))


def test_threads_share_one_log(log: EventLog) -> None:
    with ThreadPoolExecutor(8) as pool:
        appended = list(pool.map(log.append, [append(f"patient/{number}", 0) for number in range(200)]))
    assert sorted(each.positions[0] for each in appended) == list(range(1, 201))
