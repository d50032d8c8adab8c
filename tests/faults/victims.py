"""Processes that work until they are killed, and what they said before."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from random import Random
from types import FrameType
from typing import Any, Concatenate, ParamSpec

from tests.store.processes import PROCESSES

P = ParamSpec("P")

Say = Callable[[bytes], None]
"""What a victim says, so that it outlives the victim."""

_STATEMENTS = {"execute", "executemany", "commit", "rollback"}
_PATIENCE = 60.0


class Victim:
    """A process that does `work`, which is given a way to say things and `args`."""

    def __init__(self, work: Callable[Concatenate[Say, P], None], *args: P.args, **named: P.kwargs) -> None:
        self._hears, says = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=_work, args=(says, work, args, named), daemon=True)
        self._process.start()
        says.close()
        self.said: list[bytes] = []

    def first_word(self) -> bytes:
        """Wait until it says something; how it begins."""
        if not self._hears.poll(_PATIENCE) or not self._hear():
            raise TimeoutError("the process said nothing: see its error above")
        return self.said[0]

    def listen(self, seconds: float) -> None:
        """Hear it for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._hears.poll(left) and not self._hear():
                return

    @property
    def was_killed(self) -> bool:
        """Whether it was killed before it had ended by itself."""
        return self._process.exitcode == -signal.SIGKILL

    @property
    def broke_down(self) -> bool:
        """Whether it ended by an error of its own: neither killed nor at the end of its work."""
        return self._process.exitcode not in {0, -signal.SIGKILL}

    @staticmethod
    def hear_all(victims: Sequence[Victim], seconds: float | None = None) -> None:
        """Hear several that work at the same time, until each has ended or for so long."""
        until = None if seconds is None else time.monotonic() + seconds
        talking = {victim._hears: victim for victim in victims}
        while talking:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return
            for heard in wait(list(talking), left):
                if isinstance(heard, Connection) and not talking[heard]._hear():
                    del talking[heard]

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, as to stop or go on; nothing when it has ended."""
        if self._process.pid is not None and self._process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, number)

    def kill(self) -> list[bytes]:
        """Kill it -9; everything it said."""
        self._process.kill()
        return self.outlive()

    def outlive(self) -> list[bytes]:
        """Wait for its end; everything it said."""
        while self._hear():
            pass
        self._process.join(_PATIENCE)
        self._hears.close()
        return self.said

    def _hear(self) -> bool:
        try:
            self.said.append(self._hears.recv_bytes())
        except (EOFError, OSError):
            # What was cut off in the middle was never said.
            return False
        return True


def _work(says: Connection, work: Callable[..., None], args: tuple[Any, ...], named: dict[str, Any]) -> None:
    work(says.send_bytes, *args, **named)


@dataclass(frozen=True, slots=True)
class Death:
    """When a victim dies: half of the time within so many seconds, else as it begins one of so many statements."""

    seconds: float
    statements: int

    def of(self, chance: Random, work: Callable[Concatenate[Say, P], None], *args: P.args, **named: P.kwargs) -> Victim:
        """A process that did `work` until it died; seconds and statements count from the first thing it said."""
        if chance.random() < 0.5:
            victim = Victim(work, *args, **named)
            victim.first_word()
            victim.listen(chance.uniform(0, self.seconds))
            victim.kill()
        else:
            victim = Victim(_doomed, chance.randint(1, self.statements), work, args, named)
            victim.outlive()
        if victim.broke_down:
            raise ChildProcessError("the process broke down by itself: see its error above")
        return victim


def _doomed(
    say: Say, statement: int, work: Callable[..., None], args: tuple[Any, ...], named: Mapping[str, Any]
) -> None:
    begun = False

    def say_and_begin_to_die(words: bytes) -> None:
        nonlocal begun
        say(words)
        if not begun:
            begun = True
            _die_at(statement)

    work(say_and_begin_to_die, *args, **named)


def _die_at(statement: int) -> None:
    """Kill this process -9 as it begins its so-many-th statement to a database, counted from 1.

    Statements of this thread and of those it starts from now on.
    """
    left = statement

    def on_call(frame: FrameType, kind: str, what: Any) -> None:
        nonlocal left
        name = what.__name__ if kind == "c_call" else frame.f_code.co_name if kind == "call" else ""
        if name in _STATEMENTS:
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(on_call)
    sys.setprofile(on_call)
