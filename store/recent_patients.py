"""The patients asked for last, as read from the log: the next time only what was recorded since is read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from domain.patient import Patient, fold
from events.recorded import History

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
        patient = fold(patient_id, (*kept.history, *news)) if news else kept
        with self._lock:
            self._kept[patient_id] = patient
            self._kept.move_to_end(patient_id)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return patient

    def forget(self, patient_id: str) -> None:
        """Read a patient from the beginning the next time."""
        with self._lock:
            self._kept.pop(patient_id, None)
