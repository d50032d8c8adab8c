"""What the engine has to do now: a patient is looked at when there is news of her, or when her next day has come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TypeVar

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.work_item import WorkItem
from domain.worklist import engine_worklist, next_look_on
from flows.remembered import Remembered

V = TypeVar("V")


class OpenWork:
    """The open items of every patient, and the day she is to be looked at again when nothing happens before.

    That day is reckoned when a day has passed without news of her; until then it is the next one.
    """

    def __init__(self, remembered: Remembered) -> None:
        self._remembered = remembered
        self._items: dict[str, tuple[WorkItem, ...]] = {}
        self._again_on: dict[str, date] = {}
        self._seen_as: tuple[Edition, date] | None = None

    def look(
        self, patients: Mapping[str, Patient], touched: Collection[str], edition: Edition, today: date
    ) -> list[tuple[str, Exception]]:
        """Look at the patients touched and at those whose day has come; at everyone when the protocol has changed.

        Who cannot be looked at is told with the fault, has nothing open, and stops no other.
        """
        faults: list[tuple[str, Exception]] = []
        for patient_id in self._to_look_at(patients, touched, edition, today):
            try:
                self._look_at(patients[patient_id], edition, today, has_news=patient_id in touched)
            except Exception as fault:
                faults.append((patient_id, fault))
                _keep(self._items, patient_id, None)
                _keep(self._again_on, patient_id, today + timedelta(days=1))
        self._seen_as = edition, today
        return faults

    def __iter__(self) -> Iterator[WorkItem]:
        """Every open item."""
        return (item for items in self._items.values() for item in items)

    def _to_look_at(
        self, patients: Mapping[str, Patient], touched: Collection[str], edition: Edition, today: date
    ) -> Iterable[str]:
        if self._seen_as is None or self._seen_as[0] != edition or self._seen_as[1] > today:
            return patients
        if self._seen_as[1] == today:
            return touched
        return {*touched, *(patient_id for patient_id, day in self._again_on.items() if day <= today)}

    def _look_at(self, patient: Patient, edition: Edition, today: date, *, has_news: bool) -> None:
        items = self._remembered.of(engine_worklist, patient, edition, today)
        tomorrow = today + timedelta(days=1)
        again_on = tomorrow if items or has_news else next_look_on(patient, edition, today)
        _keep(self._items, patient.patient_id, items or None)
        _keep(self._again_on, patient.patient_id, again_on)


def _keep(kept: dict[str, V], patient_id: str, value: V | None) -> None:
    if value is None:
        kept.pop(patient_id, None)
    else:
        kept[patient_id] = value
