"""Every patient's state in memory, kept current by reading the log on from where it was left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from domain.patient import Patient, evolve, fold
from domain.standing import Standing
from domain.trial_work import touches_analyses
from events.event import Event
from events.randomisation import AllocationTakenOver, PatientRandomised
from events.recorded import Recorded
from events.streams import patient_of
from store.histories import everyone, histories
from store.transact import TrialLog


@dataclass
class LivePatients:
    """Patients by id. `position` is the last event read; `last_touched` the last one that can change a result."""

    trial_log: TrialLog
    patients: dict[str, Patient] = field(default_factory=dict[str, Patient])
    trial: Standing = field(default_factory=Standing)
    position: int = 0
    last_touched: int = 0
    _randomised: set[str] = field(default_factory=set[str])

    def read_on(self) -> tuple[Recorded[Event], ...]:
        """Read what was appended since the last time, and return it."""
        news = tuple(self.trial_log.entry(stored) for stored in self.trial_log.log.read_all(after=self.position))
        fresh: dict[str, list[Recorded[Event]]] = {}
        for entry in news:
            patient_id = patient_of(entry.stream)
            if patient_id is not None:
                fresh.setdefault(patient_id, []).append(entry)
            elif entry.stream == self.trial_log.names.trial:
                self.trial = Standing((*self.trial.history, entry))
            self._note(patient_id, entry)
        for patient_id, entries in fresh.items():
            known = self.patients.get(patient_id) or Patient(patient_id=patient_id)
            self.patients[patient_id] = self.trial_log.known(evolve(known, *entries))
        return news

    def _note(self, patient_id: str | None, entry: Recorded[Event]) -> None:
        """How far was read, and whether it can change a result: nobody is analysed who was never randomised."""
        self.position = entry.position
        if patient_id is not None and isinstance(entry.event, PatientRandomised | AllocationTakenOver):
            self._randomised.add(patient_id)
        if (patient_id is None or patient_id in self._randomised) and touches_analyses(entry.event):
            self.last_touched = entry.position


def patients_as_of(
    trial_log: TrialLog, *, cutoff: date | None = None, knowledge: datetime | None = None, position: int | None = None
) -> tuple[tuple[Patient, ...], int]:
    """Every patient as of a cutoff and a state of knowledge, and the position that was read up to, else the end."""
    position = trial_log.log.last_position() if position is None else position
    told = histories(trial_log, everyone(trial_log), position)
    found = (fold(patient_id, history, knowledge=knowledge, cutoff=cutoff) for patient_id, history in told)
    return tuple(patient for patient in found if patient.history), position
