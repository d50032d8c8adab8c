"""The page of the patients' flow through the trial, as CONSORT 2010 counts it: doi 10.1136/bmj.c332."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from domain.analysis_sets import POPULATIONS, as_treated
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.outputs import DEPARTURES, ENTERING
from events.consent import ConsentWithdrawn
from events.radiotherapy import (
    FractionDelivered,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)
from events.randomisation import Arm
from flows.reports.links import page_link
from flows.reports.markdown import table
from flows.reports.screening_page import failed_criteria
from flows.reports.trial_view import TrialView

_Counts = Callable[[Patient, Edition], bool]

_BEGUN = (RadiotherapyStarted, FractionDelivered, RadiotherapyCompleted)

_OF_AN_ARM: Sequence[tuple[str, _Counts]] = (
    ("**Allocated**", lambda patient, edition: True),
    ("Began radiotherapy", lambda patient, edition: _began(patient)),
    ("of them with the nodal volume allocated", lambda p, edition: _began(p) and as_treated(p, edition) is p.arm),
    ("Radiotherapy never started", lambda patient, edition: patient.has(RadiotherapyNeverStarted)),
    ("Radiotherapy still to come", lambda p, edition: not _began(p) and not p.has(RadiotherapyNeverStarted)),
    ("**Follow-up**: lost", lambda patient, edition: patient.lost is not None),
    ("Withdrew consent, wholly or in part", lambda patient, edition: patient.has(ConsentWithdrawn)),
    ("Radiotherapy stopped early", lambda patient, edition: patient.has(RadiotherapyStoppedEarly)),
    ("Died", lambda patient, edition: patient.death is not None),
)
_ANALYSED = {
    "itt": "**Analysis**: intention to treat, as allocated",
    "per-protocol": "Per protocol",
    "as-treated": "As treated, by the volume delivered",
    "safety": "Safety, by the volume delivered",
}


def consort_page(view: TrialView) -> str:
    """Everyone screened is counted in exactly one box before allocation, everyone randomised in one arm."""
    parts = [
        f"# Flow of patients on {view.today}",
        page_link("Why screening failed", "screening"),
        "## Enrolment",
        table(("", "Patients"), _enrolment(view)),
        "## Allocation, follow-up and analysis",
        table(("", *Arm), [*_by_arm(view), *_analysed(view)]),
        view.edition.footnote(*ENTERING, *DEPARTURES),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _enrolment(view: TrialView) -> Sequence[tuple[object, ...]]:
    failed = [patient for patient in view.patients if patient.screening_failed]
    out = {patient.patient_id for patient in (*failed, *view.randomised)}
    withdrew = [p for p in view.patients if p.patient_id not in out and p.has(ConsentWithdrawn)]
    gone = {patient.patient_id for patient in withdrew} | out
    left = [p for p in view.patients if p.patient_id not in gone and (p.death or p.lost)]
    entering = len(view.patients) - len(gone) - len(left)
    wording = {criterion.id: criterion.wording for criterion in view.edition.criteria}
    reasons = [(f"· not met {name}: {wording.get(name, '')}", n) for name, n in failed_criteria(failed).most_common()]
    return (
        ("Assessed for eligibility", len(view.patients)),
        ("Excluded: did not meet the criteria", len(failed)),
        *reasons,
        ("Excluded: withdrew before randomisation", len(withdrew)),
        ("Excluded: died or lost before randomisation", len(left)),
        ("Still entering", entering),
        ("**Randomised**", len(view.randomised)),
    )


def _by_arm(view: TrialView) -> Sequence[tuple[object, ...]]:
    members = {arm: [patient for patient in view.randomised if patient.arm is arm] for arm in Arm}
    return [
        (name, *(sum(counts(patient, view.edition) for patient in members[arm]) for arm in Arm))
        for name, counts in _OF_AN_ARM
    ]


def _analysed(view: TrialView) -> Sequence[tuple[object, ...]]:
    found = {name: [POPULATIONS[name](patient, view.edition) for patient in view.randomised] for name in _ANALYSED}
    return [(wording, *(found[name].count(arm) for arm in Arm)) for name, wording in _ANALYSED.items()]


def _began(patient: Patient) -> bool:
    return any(patient.has(kind) for kind in _BEGUN)
