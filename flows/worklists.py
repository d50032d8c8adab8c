"""The engine's worklist of each patient, worked out once for what she is on a day, whoever in this process asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.work_item import WorkItem
from domain.worklist import engine_worklist


@dataclass(frozen=True, slots=True)
class _Seen:
    patient: Patient
    edition: Edition
    today: date
    items: tuple[WorkItem, ...]


class Worklists:
    """Remembers of each patient the newest answer only. She, and the edition, are told apart as objects: both are
    values that never change, and the log hands out the same ones until something is recorded."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def of(self, patient: Patient, edition: Edition, today: date) -> tuple[WorkItem, ...]:
        """What `engine_worklist` says."""
        seen = self._seen.get(patient.patient_id)
        if seen is None or seen.patient is not patient or seen.edition is not edition or seen.today != today:
            seen = _Seen(patient, edition, today, engine_worklist(patient, edition, today))
            self._seen[patient.patient_id] = seen
        return seen.items
