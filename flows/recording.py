"""What reactions report is recorded together: those that report at the same turn of the event loop share a commit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from domain.decide import PatientCommand
from events.event import Event
from events.recorded import Recorded
from store.transact import Entry, TrialLog
from store.transact_each import Answer, Asked, transact_each

_Waiting = list[tuple[Asked, asyncio.Future[tuple[Recorded[Event], ...]]]]


@dataclass
class Recording:
    """Takes the reports of coroutines of one process, and tells each what became of its own.

    Nobody waits for company: what is told by the next turn of the event loop is written then.
    """

    trial_log: TrialLog
    _waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiting] = field(
        default_factory=WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiting], init=False
    )

    async def record(self, patient_id: str, command: PatientCommand, entry: Entry) -> tuple[Recorded[Event], ...]:
        """As `TrialLog.transact`, in a commit shared with others. Raises `Rejection`, `EventLogError`."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[tuple[Recorded[Event], ...]] = loop.create_future()
        waiting = self._waiting.setdefault(loop, [])
        waiting.append((Asked(patient_id, command, entry), told))
        if len(waiting) == 1:
            loop.call_soon(self._write, loop)
        return await told

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting.pop(loop)
        for (_, told), answer in zip(waiting, self._answers([asked for asked, _ in waiting]), strict=True):
            if told.done():  # whoever asked was cancelled meanwhile; what is recorded is recorded
                continue
            if isinstance(answer, Exception):
                told.set_exception(answer)
            else:
                told.set_result(answer)

    def _answers(self, asked: list[Asked]) -> list[Answer]:
        try:
            return transact_each(self.trial_log, asked)
        except Exception as problem:
            return [problem for _ in asked]
