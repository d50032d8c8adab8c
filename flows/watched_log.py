"""The event log where somebody traces: every append is a step, with the flow run that an auditor finds as its cause."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, cast

from flows.steps import Fact, Note, step, trace_about
from store.event_log import Append, Appended, EventLog, EventLogError


def watched(log: EventLog) -> EventLog:
    """The same log, whose appends are steps; from now on what this process traces is about it."""
    trace_about(log.log_id)
    return cast("EventLog", _WatchedLog(log))


class _WatchedLog:
    """Hands everything on to the log; what is not written here is the log's own."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def __enter__(self) -> Self:
        self._log.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._log.__exit__(kind, error, at)

    def append(self, *appends: Append) -> Appended:
        with step("append to the log", **_facts(appends)) as note:
            appended = self._log.append(*appends)
            _tell(note, appended)
            return appended

    def append_each(self, calls: Sequence[Sequence[Append]]) -> Sequence[Appended | EventLogError]:
        with ExitStack() as steps:
            notes = [steps.enter_context(step("append to the log", **_facts(call))) for call in calls]
            answers = self._log.append_each(calls)
            for note, answer in zip(notes, answers, strict=True):
                _tell(note, answer)
            return answers


def _facts(appends: Sequence[Append]) -> dict[str, Fact]:
    """The first stream is the one the call is about; what is appended beside it, such as a draw, is not told."""
    if not appends or not appends[0].events:
        return {}
    events = appends[0].events
    cause = events[0].correlation_id
    return {
        "stream": appends[0].stream,
        "event_types": [event.type for event in events],
        "event_ids": [str(event.event_id) for event in events],
        **({"correlation_id": str(cause)} if cause else {}),
    }


def _tell(note: Note, answer: Appended | EventLogError) -> None:
    if isinstance(answer, EventLogError):
        note(refused=type(answer).__name__)
    elif answer.positions:
        note(first_position=answer.positions[0])
