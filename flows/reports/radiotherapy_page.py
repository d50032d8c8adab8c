"""The page of radiotherapy delivered: dose and fractions against the plan, days missed, images taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from domain.dose import delivered_cgy, planned_cgy, planned_phases
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.radiotherapy import (
    FractionDelivered,
    FractionMissed,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyPlanned,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)
from events.recorded import Recorded
from flows.reports.links import patient_link
from flows.reports.markdown import share, shortened_table, table
from flows.reports.trial_view import TrialView

_HEADING = ("Patient", "Regimen", "State", "Fractions", "Gy given", "Days", "Missed", "CBCT")
_STATES = ("not planned", "planned", "under way", "completed", "stopped early", "never started")


def radiotherapy_page(view: TrialView) -> str:
    """How far everyone's radiotherapy has come, those under way first."""
    states = {patient.patient_id: _state(patient) for patient in view.randomised}
    counted = Counter(states.values())
    counts = [(state, counted[state]) for state in _STATES]
    first = ("under way", "planned", "not planned")
    ordered = sorted(view.randomised, key=lambda patient: (states[patient.patient_id] not in first, patient.patient_id))
    rows = [_row(patient, states[patient.patient_id], view.edition) for patient in ordered]
    parts = [
        f"# Radiotherapy delivered on {view.today}",
        table(("Radiotherapy", "Patients"), counts) if rows else "Nobody is randomised yet.",
        shortened_table(_HEADING, rows, "imni projection patients") if rows else "",
        view.edition.footnote("RT"),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _state(patient: Patient) -> str:
    if patient.has(RadiotherapyNeverStarted):
        return "never started"
    if patient.has(RadiotherapyStoppedEarly):
        return "stopped early"
    if patient.has(RadiotherapyCompleted):
        return "completed"
    if patient.has(RadiotherapyStarted) or patient.has(FractionDelivered):
        return "under way"
    return "planned" if patient.has(RadiotherapyPlanned) else "not planned"


def _row(patient: Patient, state: str, edition: Edition) -> tuple[object, ...]:
    plan, given = patient.last(RadiotherapyPlanned), patient.every(FractionDelivered)
    planned, given_cgy = planned_cgy(patient, edition), delivered_cgy(patient)
    intended = sum(phase.fractions for phase in planned_phases(plan, edition)) if plan else 0
    return (
        patient_link(patient.patient_id),
        plan.event.regimen if plan else "",
        state,
        f"{len(given)} of {intended}",
        f"{given_cgy / 100:.2f} ({share(given_cgy, planned)})" if plan else f"{given_cgy / 100:.2f}",
        _overall_days(patient),
        len(patient.every(FractionMissed)) or "",
        _images(given),
    )


def _images(given: Sequence[Recorded[FractionDelivered]]) -> str:
    """How many cone-beam CTs were taken, and of how many fractions that is not known."""
    told = Counter(fraction.event.cbct for fraction in given)
    return f"{told['yes']}, {told['unknown']} not told" if told["unknown"] else f"{told['yes']}"


def _overall_days(patient: Patient) -> int | str:
    """Overall treatment time: from the first to the last fraction, both counted."""
    days = [fraction.occurred_on.latest for fraction in patient.every(FractionDelivered)]
    return (max(days) - min(days) + timedelta(days=1)).days if days else ""
