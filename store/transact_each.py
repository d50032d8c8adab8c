"""Commands about many patients in one commit: the disk is waited for once, and each has an answer of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.decide import PatientCommand
from events.event import Event
from events.recorded import Recorded
from store.event_log import Appended, EventLogError, StreamMovedOn
from store.transact import Entry, Prepared, TrialLog

Answer = tuple[Recorded[Event], ...] | Exception
"""What a command recorded, or what refused it."""


Told = Appended | EventLogError


@dataclass(frozen=True, slots=True)
class Asked:
    """A command about one patient, and who gives it."""

    patient_id: str
    command: PatientCommand
    entry: Entry


def transact_each(trial_log: TrialLog, asked: Sequence[Asked]) -> list[Answer]:
    """Carry out each command as `TrialLog.transact` does. None stops or takes back another."""
    prepared = [_prepared(trial_log, each) for each in asked]
    appends = [each.appends for each in prepared if isinstance(each, Prepared) and each.appends]
    told = iter(trial_log.log.append_each(appends))
    return [_answer(trial_log, each, ready, told) for each, ready in zip(asked, prepared, strict=True)]


def _prepared(trial_log: TrialLog, asked: Asked) -> Prepared | Exception:
    try:
        return trial_log.prepare(asked.patient_id, [asked.command], asked.entry)
    except Exception as refusal:  # also a fault of one rule: it is told to who asked, and stops no other
        return refusal


def _answer(trial_log: TrialLog, asked: Asked, ready: Prepared | Exception, told: Iterator[Told]) -> Answer:
    if isinstance(ready, Exception):
        return ready
    answer = next(told) if ready.appends else None
    if isinstance(answer, StreamMovedOn):
        return _alone(trial_log, asked)
    return answer if isinstance(answer, EventLogError) else trial_log.written(ready)


def _alone(trial_log: TrialLog, asked: Asked) -> Answer:
    """Somebody else was faster, perhaps another command of the same batch: decide on what she is now."""
    trial_log.forget(asked.patient_id)
    try:
        return trial_log.transact(asked.patient_id, asked.command, asked.entry)
    except Exception as refusal:
        return refusal
