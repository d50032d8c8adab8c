"""Every fault of the battery, a few times; `make faults` injects them as often as they are due."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store.sqlite_event_log import open_sqlite_log
from tests.faults.battery import Run, every_fault, run, tell
from tests.faults.books import Books, outcome_of
from tests.faults.fault import Fault, Outcome
from tests.faults.results import keep, kept, result_of, table
from tests.store.envelopes import append


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.name) for fault in every_fault() if fault.quick])
def test_it_holds(fault: Fault) -> None:
    lacks = fault.missing()
    if lacks:
        pytest.skip(lacks)
    done = run(fault, fault.quick)
    tell(done)
    assert done.outcome.fine, (done.seed, done.outcome)


def test_the_books_tell_what_is_lost_doubled_or_left_out(tmp_path: Path) -> None:
    call = append("patient/RJ-0001", 0, 3)
    with open_sqlite_log(tmp_path / "log.sqlite") as log:
        log.append(call)
        rows = list(log.rows())
        books = Books()
        books.acknowledge([event.event_id.bytes for event in call.events])
        books.acknowledge([bytes(16)])
        books.read_on(log)
    assert (books.lost, books.doubled, books.gaps, books.mistakes) == (1, 0, 0, [])
    for row in (rows[2], (*rows[0][:-1], bytes(32)), (9, *rows[0][1:])):
        books.take(row)
    assert (books.lost, books.doubled, books.gaps, len(books.mistakes)) == (1, 3, 6, 1)
    assert not outcome_of([books], 1).fine


def _done(count: int, lost: int = 0) -> Run:
    fault = Fault("f", "what", "how", "all", 100, 0, lambda count, chance, folder: Outcome(count))
    return Run(fault, 7, Outcome(count, lost=lost), 1.5)


def test_a_smaller_run_takes_the_place_of_a_larger_one_only_when_something_was_wrong(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    assert keep(result_of(_done(50)), path)
    assert not keep(result_of(_done(5)), path)
    assert kept(path)["f"]["count"] == 50
    assert keep(result_of(_done(5, lost=1)), path)
    assert [json.loads(line)["lost"] for line in path.read_text().splitlines()] == [1]


def test_the_table_says_when_a_run_was_shorter_than_it_should_be(tmp_path: Path) -> None:
    done = _done(50)
    (row,) = [line for line in table([done.fault], {"f": result_of(done)}).splitlines() if "what" in line][1:]
    assert "| 50 of 100 |" in row


def test_nothing_injected_is_nothing_shown() -> None:
    assert not _done(0).outcome.fine
