"""The patients' flow through the trial in numbers, as CONSORT 2025 counts it: doi 10.1136/bmj-2024-081123."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.analysis_sets import POPULATIONS, as_treated
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.consent import ConsentWithdrawn
from events.radiotherapy import (
    FractionDelivered,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)
from flows.reports.screening_page import failed_criteria
from flows.reports.trial_view import TrialView

Counts = Callable[[Patient, Edition], bool]

_BEGUN = (RadiotherapyStarted, FractionDelivered, RadiotherapyCompleted)


class Entering(NamedTuple):
    """Everyone screened, each in exactly one of the numbers but `assessed`; `reasons` overlap, by criterion."""

    assessed: int
    failed: int
    reasons: Sequence[tuple[str, int]]
    withdrew: int
    left: int
    entering: int
    randomised: int


def entering(view: TrialView) -> Entering:
    """From screening to randomisation."""
    failed = [patient for patient in view.patients if patient.screening_failed]
    out = {patient.patient_id for patient in (*failed, *view.randomised)}
    withdrew = [p for p in view.patients if p.patient_id not in out and p.has(ConsentWithdrawn)]
    gone = {patient.patient_id for patient in withdrew} | out
    left = [p for p in view.patients if p.patient_id not in gone and (p.death or p.lost)]
    wording = {criterion.id: criterion.wording for criterion in view.edition.criteria}
    counted = failed_criteria(failed)
    reasons = sorted(counted.items(), key=lambda found: (-found[1], found[0]))
    return Entering(
        assessed=len(view.patients),
        failed=len(failed),
        reasons=[(f"not met {name}: {wording.get(name, '')}", n) for name, n in reasons],
        withdrew=len(withdrew),
        left=len(left),
        entering=len(view.patients) - len(gone) - len(left),
        randomised=len(view.randomised),
    )


def began(patient: Patient) -> bool:
    """Whether anything of her radiotherapy is known to have been given."""
    return any(patient.has(kind) for kind in _BEGUN)


AFTER_ALLOCATION: Mapping[str, Counts] = {
    "Began radiotherapy": lambda patient, edition: began(patient),
    "of them with the nodal volume allocated": lambda p, edition: began(p) and as_treated(p, edition) is p.arm,
    "Radiotherapy never started": lambda patient, edition: patient.has(RadiotherapyNeverStarted),
    "Radiotherapy still to come": lambda p, edition: not began(p) and not p.has(RadiotherapyNeverStarted),
}
FOLLOWING: Mapping[str, Counts] = {
    "Lost to follow-up": lambda patient, edition: patient.lost is not None,
    "Withdrew consent, wholly or in part": lambda patient, edition: patient.has(ConsentWithdrawn),
    "Radiotherapy stopped early": lambda patient, edition: patient.has(RadiotherapyStoppedEarly),
    "Died": lambda patient, edition: patient.death is not None,
}
ANALYSED: Mapping[str, str] = {
    "itt": "Intention to treat, as allocated",
    "per-protocol": "Per protocol",
    "as-treated": "As treated, by the volume delivered",
    "safety": "Safety, by the volume delivered",
}


def counted(counts: Mapping[str, Counts], patients: Sequence[Patient], edition: Edition) -> list[tuple[str, int]]:
    """How many of these patients each line counts."""
    return [(name, sum(is_one(patient, edition) for patient in patients)) for name, is_one in counts.items()]


def analysed(view: TrialView, patients: Sequence[Patient]) -> list[tuple[str, int]]:
    """How many of these patients each population has, in whichever arm it counts them."""
    counted = Counter(name for patient in patients for name in view.of(_populations, patient))
    return [(wording, counted[name]) for name, wording in ANALYSED.items()]


def _populations(patient: Patient, edition: Edition, today: date) -> tuple[str, ...]:
    return tuple(name for name in ANALYSED if POPULATIONS[name](patient, edition) is not None)
