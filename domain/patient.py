"""A patient as the trial knows her: her stream, and the few facts nearly every rule asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from domain.standing import Standing, known_at
from events.clinical_date import ClinicalDate
from events.consent import (
    ConsentKind,
    ConsentSigned,
    ConsentWithdrawn,
    PatientForgotten,
    PatientIdentified,
    WithdrawalScope,
)
from events.event import Event
from events.follow_up import FollowUpLost, FollowUpResumed
from events.outcomes import DeathReported
from events.randomisation import AllocationTakenOver, Arm, PatientRandomised
from events.recorded import History, Recorded
from events.screening import EligibilityConfirmed, PatientScreened, ScreeningFailed

E = TypeVar("E", bound=Event)
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Known(Generic[V_co]):
    """A known value and the entry it comes from."""

    value: V_co
    entry: UUID


@dataclass(frozen=True)
class Patient(Standing):
    """The state of one patient's stream."""

    patient_id: str = ""

    def known(self, kind: type[E], value: Callable[[E], V | None]) -> Known[V] | None:
        """The newest known value of a fact; what is empty or 'unknown' is not known."""
        for entry in reversed(self.every(kind)):
            found = value(entry.event)
            if found is not None and found not in ("", "unknown"):
                return Known(found, entry.event_id)
        return None

    @property
    def screened(self) -> Recorded[PatientScreened] | None:
        """The entry that opened the stream."""
        return self.first(PatientScreened)

    @property
    def birth_date(self) -> Known[ClinicalDate] | None:
        """Date of birth."""
        return self.known(PatientScreened, lambda screened: screened.birth_date)

    @property
    def allocation(self) -> Recorded[PatientRandomised] | Recorded[AllocationTakenOver] | None:
        """The allocation, drawn here or taken over. It stands whatever is corrected later (intention to treat)."""
        return self.first(PatientRandomised) or self.first(AllocationTakenOver)

    @property
    def arm(self) -> Arm | None:
        """The arm as randomised."""
        return self.allocation.event.arm if self.allocation else None

    @property
    def death(self) -> Recorded[DeathReported] | None:
        """The death, when one stands."""
        return self.last(DeathReported)

    @property
    def eligibility(self) -> Recorded[EligibilityConfirmed] | Recorded[ScreeningFailed] | None:
        """The newest decision on eligibility: confirmed, or screening failed."""
        confirmed, failed = self.last(EligibilityConfirmed), self.last(ScreeningFailed)
        if confirmed is None or failed is None:
            return confirmed or failed
        return confirmed if confirmed.position > failed.position else failed

    @property
    def screening_failed(self) -> bool:
        """Whether the patient was found ineligible before randomisation, and not found eligible since."""
        return self.allocation is None and self.eligibility is not None and not self.eligibility_confirmed

    @property
    def eligibility_confirmed(self) -> bool:
        """Whether an investigator confirmed eligibility, and screening did not fail since."""
        return self.eligibility is not None and isinstance(self.eligibility.event, EligibilityConfirmed)

    @property
    def lost(self) -> Recorded[FollowUpLost] | None:
        """The loss to follow-up, unless the patient came back since."""
        lost, resumed = self.last(FollowUpLost), self.last(FollowUpResumed)
        return lost if lost and (resumed is None or resumed.position < lost.position) else None

    @property
    def forgotten(self) -> Recorded[PatientForgotten] | None:
        """The forgetting; from then on nobody can read or say who the patient is."""
        return self.first(PatientForgotten)

    @property
    def identity(self) -> Recorded[PatientIdentified] | None:
        """Who she is, encrypted, as last said; None once she is forgotten."""
        return None if self.forgotten else self.last(PatientIdentified)

    def consent(self, kind: ConsentKind) -> Recorded[ConsentSigned] | None:
        """The first signed consent of a kind."""
        return next((entry for entry in self.every(ConsentSigned) if entry.event.kind is kind), None)

    def withdrew(self, scope: WithdrawalScope) -> Recorded[ConsentWithdrawn] | None:
        """The withdrawal that covers a scope."""
        return next((entry for entry in self.every(ConsentWithdrawn) if scope in entry.event.scopes), None)

    @property
    def reference_date(self) -> date | None:
        """The day eligibility is weighed at: the trial consent (Protocol question: IC05 reference date)."""
        consent = self.consent(ConsentKind.TRIAL)
        return consent.occurred_on.latest if consent else None


def fold(
    patient_id: str, history: History, *, cutoff: date | None = None, knowledge: datetime | None = None
) -> Patient:
    """The patient as recorded by `knowledge` and as she stood at `cutoff` (both inclusive; None = now)."""
    return Patient(patient_id=patient_id, history=known_at(history, knowledge), cutoff=cutoff)


def evolve(patient: Patient, *entries: Recorded[Event]) -> Patient:
    """The patient one event later, or several."""
    return Patient(patient_id=patient.patient_id, history=(*patient.history, *entries), cutoff=patient.cutoff)
