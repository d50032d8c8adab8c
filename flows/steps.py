"""The steps of the engine's work that a trace shows: calls to the laboratory and the mail, appends to the log.

Nobody looks on unless `deployments.telemetry` says so; then a step costs nothing. Its facts are pseudonymous: keys of
work, types and positions of events, never what is in them, and no arm.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from flows.collector import Collector

Fact = str | int | Sequence[str]


class Note(Protocol):
    """Adds to a step what is known only at its end."""

    def __call__(self, **facts: Fact) -> None: ...


OnLooker = Callable[[str, Mapping[str, Fact]], AbstractContextManager[Note]]
"""Shows a step by its name and facts. The fact `correlation_id` is the flow run it belongs to, when it is not the one
under way: appends of several runs share a commit."""

_looking_on: list[OnLooker] = []
_about: list[str] = []


def trace_about(log_id: str) -> None:
    """Of several logs that a process opens, the last one is what its traces are about."""
    _about[:] = [log_id]


def traced_about() -> str:
    """The id of the log that the traces of this process are about; nothing while it has opened none."""
    return _about[0] if _about else ""


def are_collected() -> bool:
    """Whether somebody collects the traces of this process."""
    collector = Collector()
    return bool(collector.endpoint or collector.traces_endpoint)


def let_look_on(on_looker: OnLooker) -> None:
    """Show every further step of this process to somebody, instead of whoever looked on before."""
    _looking_on[:] = [on_looker]


@contextmanager
def step(name: str, **facts: Fact) -> Generator[Note]:
    """One step, with the facts known at its beginning."""
    if not _looking_on:
        yield _unheard
        return
    with _looking_on[0](name, facts) as note:
        yield note


def _unheard(**facts: Fact) -> None:
    return None
