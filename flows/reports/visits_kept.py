"""How well visits are kept: of those due, how many were done in their window, by visit and time of randomisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from domain.engine_work import is_followed, open_visits
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.visit_status import VisitState, visit_states
from flows.reports.figures.visit_compliance import Kept
from flows.reports.trial_view import TrialView

WEEKLY, EVERYONE = "weekly", "All"
_KEPT = ("done", "partial")
_SETTLED = (*_KEPT, "out-of-window", "missed")
_MOST_COHORTS = 8


def visits_kept(view: TrialView) -> tuple[Sequence[str], Sequence[str], Mapping[tuple[str, str], Kept]]:
    """Visits in order, cohorts in order, and each cell of the two in which something was due.

    A visit is due when it was done or missed, or when its window has closed and it may still be asked of the patient.
    """
    counted: dict[tuple[str, str], list[bool]] = defaultdict(list)
    target: dict[str, int] = {}
    yearly = _is_long(view)
    for patient in view.randomised:
        for state in _due(patient, view):
            name = WEEKLY if state.visit.visit.startswith("week-") else state.visit.visit
            for cohort in (_cohort(patient, yearly=yearly), EVERYONE):
                counted[name, cohort].append(state.status in _KEPT)
            days = (state.visit.target - _randomised_on(patient)).days
            target[name] = min(target.get(name, days), days)
    cohorts = sorted({cohort for _, cohort in counted} - {EVERYONE})
    cells = {cell: Kept(sum(kept), len(kept)) for cell, kept in counted.items()}
    return sorted(target, key=lambda name: target[name]), (*cohorts, EVERYONE) if cells else (), cells


def _due(patient: Patient, view: TrialView) -> Iterator[VisitState]:
    edition = edition_for(patient, view.edition)
    states = visit_states(patient, edition, view.today)
    asked = {visit.visit for visit in open_visits(patient, tuple(state.visit for state in states), edition)}
    followed = is_followed(patient)
    for state in states:
        if state.status in _SETTLED or (state.status == "overdue" and followed and state.visit.visit in asked):
            yield state


def _randomised_on(patient: Patient) -> date:
    assert patient.allocation is not None
    return patient.allocation.occurred_on.earliest


def _cohort(patient: Patient, *, yearly: bool) -> str:
    day = _randomised_on(patient)
    return str(day.year) if yearly else f"{day.year} {'H1' if day.month < 7 else 'H2'}"


def _is_long(view: TrialView) -> bool:
    """Whether half-years would be too many columns."""
    return len({_cohort(patient, yearly=False) for patient in view.randomised}) > _MOST_COHORTS
