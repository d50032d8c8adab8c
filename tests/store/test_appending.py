"""What the log promises to whoever appends: all or nothing, in turn, once, with an honest clock."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from store.event_log import (
    MOST_EVENTS,
    Append,
    AppendRefused,
    ClockWentBack,
    EventIdTaken,
    EventLog,
    Fenced,
    LogUnavailable,
    StreamMovedOn,
)
from store.integrity import verify_file
from store.sqlite_event_log import SqliteEventLog
from tests.store.envelopes import NOW, append, minutes_later, new_event, some

ANNA, BERTA = "patient/RJ-0001", "patient/RJ-0002"


def _notes(log: EventLog) -> list[tuple[int, str, int, bytes]]:
    return [(event.position, event.stream, event.version, event.data) for event in log.read_all()]


def test_positions_and_versions_count_without_gaps_in_the_order_of_the_calls(log: EventLog) -> None:
    assert log.append(append(ANNA, 0, 2)).positions == range(1, 3)
    assert log.append(append(BERTA, 0)).positions == range(3, 4)
    assert log.append(append(ANNA, 2)).positions == range(4, 5)
    found = [(event.position, event.stream, event.version) for event in log.read_all()]
    assert found == [(1, ANNA, 0), (2, ANNA, 1), (3, BERTA, 0), (4, ANNA, 2)]


def test_everything_in_the_envelope_comes_back_as_it_went_in(log: EventLog) -> None:
    cause = new_event().event_id
    sent = replace(new_event(at=minutes_later(0.123456)), visibility="allocation", causation_id=cause)
    log.append(Append(ANNA, 0, [sent]))
    (kept,) = log.read_stream(ANNA)
    for field in ("event_id", "type", "occurred_on", "recorded_at", "provenance", "data", "visibility", "causation_id"):
        assert getattr(kept, field) == getattr(sent, field), field
    assert kept.correlation_id is None


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_a_stale_or_hasty_version_is_refused_with_the_current_one(log: EventLog, expected: int) -> None:
    log.append(append(ANNA, 0, 2))
    with pytest.raises(StreamMovedOn) as refused:
        log.append(append(ANNA, expected))
    assert (refused.value.stream, refused.value.expected, refused.value.current) == (ANNA, expected, 2)
    assert log.last_position() == 2


def test_several_streams_are_written_all_or_not_at_all(log: EventLog) -> None:
    log.append(append(BERTA, 0))
    with pytest.raises(StreamMovedOn):
        log.append(append(ANNA, 0, 2), append(BERTA, 0))
    assert log.version(ANNA) == 0
    assert log.append(append(ANNA, 0, 2), append(BERTA, 1, 2)).positions == range(2, 6)
    assert (log.version(ANNA), log.version(BERTA)) == (2, 3)


def test_the_same_call_again_returns_the_old_positions_and_adds_nothing(log: EventLog) -> None:
    log.append(append(BERTA, 0))
    call = (append(ANNA, 0, 3), append(BERTA, 1, 2))
    first = log.append(*call)
    before = _notes(log)
    again = log.append(*call)
    assert (first.already, again.already) == (False, True)
    assert again.positions == first.positions == range(2, 7)
    assert _notes(log) == before


def test_the_same_call_again_is_known_after_others_went_on(log: EventLog) -> None:
    call = (append(ANNA, 0, 2), append(BERTA, 0))
    log.append(*call)
    log.append(append(ANNA, 2, 3), append("trial", 0))
    again = log.append(*call)
    assert again.already
    assert again.positions == range(1, 4)
    assert log.last_position() == 7


def test_half_of_the_same_call_or_the_same_ids_with_other_content_is_no_repetition(log: EventLog) -> None:
    anna, berta = append(ANNA, 0), append(BERTA, 0)
    log.append(anna)
    with pytest.raises(StreamMovedOn):
        log.append(anna, berta)
    with pytest.raises(StreamMovedOn):
        log.append(Append(ANNA, 0, [replace(anna.events[0], data=b'{"occurred_on":"2026-01-02"}')]))
    assert log.last_position() == 1


def test_two_calls_are_not_taken_for_one_when_others_wrote_between_them(log: EventLog) -> None:
    anna, berta = append(ANNA, 0), append(BERTA, 0)
    log.append(anna)
    log.append(append("trial", 0))
    log.append(berta)
    with pytest.raises(StreamMovedOn):
        log.append(anna, berta)


def test_an_event_id_in_use_is_refused_and_nothing_is_written(log: EventLog) -> None:
    taken = new_event()
    log.append(Append(ANNA, 0, [taken]))
    with pytest.raises(EventIdTaken):
        log.append(Append(BERTA, 0, [new_event(), new_event(event_id=taken.event_id, note="other")]))
    twice = new_event()
    with pytest.raises(EventIdTaken):
        log.append(Append(BERTA, 0, [twice, twice]))
    assert log.last_position() == 1
    assert log.append(append(BERTA, 0)).positions == range(2, 3)


def test_an_append_holds_at_least_one_event_a_stream_and_at_most_two_thousand(log: EventLog) -> None:
    for empty in ((), (Append(ANNA, 0, []),), (append(ANNA, 0), Append(BERTA, 0, []))):
        with pytest.raises(AppendRefused, match="nothing to append"):
            log.append(*empty)
    with pytest.raises(AppendRefused, match="2001 events"):
        log.append(append(ANNA, 0, MOST_EVENTS), append(BERTA, 0))
    with pytest.raises(AppendRefused, match="one stream twice"):
        log.append(append(ANNA, 0), append(ANNA, 1))
    assert log.last_position() == 0
    assert log.append(append(ANNA, 0, MOST_EVENTS)).positions == range(1, MOST_EVENTS + 1)


def test_a_real_log_never_shows_an_earlier_instant_than_before(log: EventLog) -> None:
    log.append(append(ANNA, 0, at=minutes_later(10)))
    log.append(append(BERTA, 0, at=NOW), append(ANNA, 1, at=minutes_later(5)))
    log.append(Append("trial", 0, [new_event(at=minutes_later(12)), new_event(at=minutes_later(11))]))
    instants = [event.recorded_at for event in log.read_all()]
    assert instants == [minutes_later(m) for m in (10, 10, 10, 12, 12)]


def test_a_simulated_log_keeps_time_by_stream_and_refuses_to_go_back(simulated_log: EventLog) -> None:
    anna, berta = "simulated-patient/RJ-0001", "simulated-patient/RJ-0002"
    simulated_log.append(append(anna, 0, at=minutes_later(10)))
    simulated_log.append(append(berta, 0, at=NOW))
    with pytest.raises(ClockWentBack, match="--at"):
        simulated_log.append(append(anna, 1, at=minutes_later(9)))
    with pytest.raises(ClockWentBack):
        simulated_log.append(append(berta, 1, at=minutes_later(1)), append(anna, 1, at=minutes_later(9)))
    assert [event.recorded_at for event in simulated_log.read_all()] == [minutes_later(10), NOW]


def test_a_retry_is_known_although_its_instant_had_to_be_moved(log: EventLog) -> None:
    log.append(append(BERTA, 0, at=minutes_later(10)))
    call = append(ANNA, 0, at=NOW)
    assert log.append(call).positions == log.append(call).positions


def test_refusals_survive_the_way_between_processes() -> None:
    for refusal in (StreamMovedOn(ANNA, 0, 2), Fenced("reactor", 1, 5), EventIdTaken("in use")):
        assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)


def test_an_interrupted_append_leaves_nothing_and_the_log_goes_on(log: EventLog) -> None:
    class Interrupted(list[object]):
        def __iter__(self) -> Iterator[object]:
            raise KeyboardInterrupt

    events = Interrupted(some(2))
    with pytest.raises(KeyboardInterrupt):
        log.append(append(BERTA, 0), Append(ANNA, 0, events))  # pyright: ignore[reportArgumentType] - it is meant to break
    assert log.last_position() == 0
    assert log.append(append(ANNA, 0)).positions == range(1, 2)


def test_a_log_that_cannot_be_written_says_so_and_goes_on_afterwards(sqlite_log: SqliteEventLog, path: Path) -> None:
    sqlite_log.append(append(ANNA, 0))
    with sqlite_log.transaction() as database:
        database.execute("pragma max_page_count = 30")
    with pytest.raises(LogUnavailable, match="did not take it"):
        sqlite_log.append(append(ANNA, 1, MOST_EVENTS))
    assert sqlite_log.last_position() == 1
    with sqlite_log.transaction() as database:
        database.execute("pragma max_page_count = 100000")
    assert sqlite_log.append(append(ANNA, 1, MOST_EVENTS)).positions == range(2, MOST_EVENTS + 2)
    assert verify_file(path).ok
