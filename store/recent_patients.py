"""The patients asked for last, as read from the log: the next time only what was recorded since is read and decoded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from domain.patient import Patient, fold
from events.event import Event
from events.recorded import History, Recorded, StoredEvent
from events.streams import patient_of

_MOST = 256


class RecentPatients:
    """At most 256 patients in memory. A stream only grows, so what was read of it once stays true."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Patient] = OrderedDict()
        self._lock = Lock()

    def read_on(self, patient_id: str, history_from: Callable[[int], History]) -> Patient:
        """A patient as of now; `history_from` reads her stream from a version on."""
        kept = self._kept.get(patient_id) or fold(patient_id, ())
        news = history_from(kept.version)
        return self.keep(fold(patient_id, (*kept.history, *news)) if news else kept)

    def keep(self, patient: Patient) -> Patient:
        """Know a patient at least as she is given; who is known at that very version is given back as she is known."""
        with self._lock:
            known = self._kept.get(patient.patient_id)
            if known is None or known.version < patient.version:
                known = self._kept[patient.patient_id] = patient
            self._kept.move_to_end(patient.patient_id)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return known if known.version == patient.version else patient

    def entry(self, stored: StoredEvent) -> Recorded[Event] | None:
        """A stored event as it was decoded before; None for one that was not."""
        patient_id = patient_of(stored.stream)
        known = self._kept.get(patient_id) if patient_id else None
        if known is None or known.version <= stored.version:
            return None
        entry = known.history[stored.version]
        return entry if entry.event_id == stored.event_id else None

    def forget(self, patient_id: str) -> None:
        """Read a patient from the beginning the next time."""
        with self._lock:
            self._kept.pop(patient_id, None)
