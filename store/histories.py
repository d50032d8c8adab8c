"""Patients' histories: a few straight from the log, many at once from its segments as far as these reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

from events.catalogue import read
from events.recorded import History
from events.streams import patient_of
from store.rows import from_row
from store.segments.segments import OpenedSegments
from store.transact import TrialLog

_AT_ONCE = 100
"""Patients whose rows are in memory at a time."""


def everyone(trial_log: TrialLog) -> list[str]:
    """Every patient of the log."""
    streams = trial_log.log.streams(trial_log.names.patients)
    return [patient_id for stream in streams if (patient_id := patient_of(stream))]


def histories(trial_log: TrialLog, patient_ids: Sequence[str], upto: int) -> Iterator[tuple[str, History]]:
    """Each patient with her history up to a position, which is empty when she was first heard of later."""
    with _opened(trial_log, len(patient_ids)) as segments:
        for start in range(0, len(patient_ids), _AT_ONCE):
            streams = {trial_log.names.patient(each): each for each in patient_ids[start : start + _AT_ONCE]}
            begun = segments.streams(list(streams)) if segments else {}
            for stream, patient_id in streams.items():
                told = [from_row(row) for row in begun.pop(stream, ())]
                told += trial_log.log.read_stream(stream, first=len(told))
                yield patient_id, [read(stored) for stored in told if stored.position <= upto]


def _opened(trial_log: TrialLog, patients: int) -> AbstractContextManager[OpenedSegments | None]:
    if trial_log.segments is None or patients < trial_log.segments.worth_from:
        return nullcontext()
    return trial_log.segments.opened()
