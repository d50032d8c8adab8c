"""Several processes that do the same at the same instant."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_WAIT = 60
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.store.processes", "store.transact", "flows.home", "alembic.command", "tests.flows.direct_reactor"]
)
_barriers: list[Barrier] = []


def together(count: int, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> list[T]:
    """What each of so many processes answers; all begin when the last is ready."""
    barrier = PROCESSES.Barrier(count)
    with ProcessPoolExecutor(count, PROCESSES, initializer=_begin, initargs=(barrier, dict(os.environ))) as pool:
        answers = [pool.submit(_at_once, work, *args, **named) for _ in range(count)]
        return [answer.result(timeout=_WAIT) for answer in answers]


def meet() -> None:
    """Inside the work: wait until every process has come this far."""
    _barriers[-1].wait(_WAIT)


def _begin(barrier: Barrier, environment: dict[str, str]) -> None:
    _barriers.append(barrier)
    os.environ.update(environment)


def _at_once(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    meet()
    return work(*args, **named)
