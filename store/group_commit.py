"""Appends of several threads in one transaction: the disk is waited for once, however many callers there are.

Nobody waits for company: whoever gets the turn writes what is queued by then. Alone, that is the caller's own append.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from sqlite3 import Connection

from store.event_log import Append, Appended, EventIdTaken, EventLogError, LogUnavailable

MOST_CALLS = 512
"""How many calls share one transaction."""

CarryOut = Callable[[Connection, Sequence[Append]], Appended]


@dataclass(slots=True, eq=False)
class _Call:
    """A caller's append, and what became of it: where it stands, or what refused it."""

    appends: Sequence[Append]
    told: Appended | BaseException | None = None


class GroupCommit:
    """Carries out the appends of all threads of a process, in the order they came."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]], carry_out: CarryOut) -> None:
        self._transaction, self._carry_out = transaction, carry_out
        self._queued: deque[_Call] = deque()
        self._turn = threading.Lock()

    def append(self, appends: Sequence[Append]) -> Appended:
        """Append when the turn comes. Each caller gets its own answer or refusal; a failed commit fails all."""
        (told,) = self.append_each([appends])
        if isinstance(told, EventLogError):
            raise told
        return told

    def append_each(self, calls: Sequence[Sequence[Append]]) -> list[Appended | EventLogError]:
        """The same for several calls of one caller, each with its own answer or refusal."""
        mine = [_Call(appends) for appends in calls]
        self._queued.extend(mine)
        with self._turn:
            while any(call.told is None for call in mine):
                self._write([self._queued.popleft() for _ in range(min(MOST_CALLS, len(self._queued)))])
        return [_answer_of(call) for call in mine]

    def _write(self, calls: Sequence[_Call]) -> None:
        try:
            self._write_together(calls)
        except EventIdTaken as taken:
            if len(calls) == 1:
                calls[0].told = taken
                return
            # One of them left half its rows behind; all is taken back, and each is tried by itself.
            for call in calls:
                self._write([call])
        except BaseException as problem:
            for call in calls:
                call.told = _for_this_caller(problem)
            if not isinstance(problem, Exception):
                raise

    def _write_together(self, calls: Sequence[_Call]) -> None:
        with self._transaction() as database:
            found = [self._answer(database, call) for call in calls]
        for call, told in zip(calls, found, strict=True):
            call.told = told

    def _answer(self, database: Connection, call: _Call) -> Appended | EventLogError:
        """What becomes of a call once this transaction is on the disk."""
        try:
            return self._carry_out(database, call.appends)
        except EventIdTaken:
            raise
        except EventLogError as refusal:
            return refusal


def _answer_of(call: _Call) -> Appended | EventLogError:
    assert call.told is not None
    if isinstance(call.told, Appended | EventLogError):
        return call.told
    raise call.told


def _for_this_caller(problem: BaseException) -> BaseException:
    """An exception of its own for each thread; who did not hold the turn was not interrupted itself."""
    if not isinstance(problem, Exception):
        return LogUnavailable("the process was interrupted: try again, nothing is doubled")
    copy = type(problem)(*problem.args)
    copy.__cause__ = problem.__cause__
    return copy
