"""A patient's page: where she stands, what comes next, what deviates, and every entry, as markdown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.deviations import deviations
from domain.eligibility import weigh_all
from domain.genomic_test import standing_result
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.visit_windows import scheduled_visits
from domain.worklist import worklist
from events.event import Event
from events.follow_up import VisitDone, VisitMissed
from events.recorded import Recorded
from flows.reports.markdown import table

_MOST_ENTRIES = 400


def patient_page(patient: Patient, edition: Edition, today: date) -> str:
    """The whole page; under 300 kB."""
    parts = [
        f"# Patient {patient.patient_id}",
        state_of(patient, edition),
        "## What comes next",
        _next(patient, edition, today),
        "## Eligibility",
        _eligibility(patient, edition, today),
        *_visits(patient),
        *_deviations(patient, edition),
        "## Timeline",
        _timeline(patient),
    ]
    return "\n\n".join(parts) + "\n"


def state_of(patient: Patient, edition: Edition) -> str:
    """Where the patient stands, in a sentence."""
    if patient.death is not None:
        return f"Died on {patient.death.occurred_on}."
    if patient.allocation is not None:
        return f"Randomised to {patient.arm} on {patient.allocation.occurred_on}."
    if patient.screening_failed:
        return "Screening failed."
    result = standing_result(patient)
    if result is not None and result.event.score_18gene is not None:
        score = result.event.score_18gene
        return f"In screening; RecurIndex score {score}, {edition.genomic.classify(score)} genomic risk."
    return "In screening."


def _next(patient: Patient, edition: Edition, today: date) -> str:
    items = worklist(patient, edition, today)
    if not items:
        return "Nothing is open."
    return table(("Due", "Who", "What"), [(item.due_on, item.doer, item.wording) for item in items])


def _eligibility(patient: Patient, edition: Edition, today: date) -> str:
    outcome = {True: "met", False: "**not met**", None: "not known"}
    rows = [
        (verdict.criterion.id, verdict.criterion.wording, outcome[verdict.finding.passes], verdict.finding.value)
        for verdict in weigh_all(patient, edition, today)
    ]
    return table(("", "Criterion", "", "Seen"), rows)


def _visits(patient: Patient) -> Iterable[str]:
    visits = scheduled_visits(patient)
    if not visits:
        return ()
    done = {entry.event.visit: f"done {entry.occurred_on}" for entry in patient.every(VisitDone)}
    missed = {entry.event.visit: "missed" for entry in patient.every(VisitMissed)}
    state = {**missed, **done}
    rows = [(visit.visit, visit.opens, visit.target, visit.closes, state.get(visit.visit, "")) for visit in visits]
    return ("## Visits", table(("Visit", "Opens", "Target", "Closes", ""), rows))


def _deviations(patient: Patient, edition: Edition) -> Iterable[str]:
    found = deviations(patient, edition)
    if not found:
        return ()
    return ("## Deviations", table(("Rule", "Class", ""), [(d.rule, d.classification, d.wording) for d in found]))


def _timeline(patient: Patient) -> str:
    corrected = {entry.event_id for entry in patient.entries if entry.corrected_by}
    rows = [_row(entry, entry.event_id in corrected) for entry in patient.history[-_MOST_ENTRIES:]]
    left_out = len(patient.history) - len(rows)
    note = f"\n\n{left_out} earlier entries: `imni history {patient.patient_id}`" if left_out else ""
    return table(("Date", "Entry", "What", "By", "Recorded (UTC)", "Entry id"), rows) + note


def _row(entry: Recorded[Event], corrected: bool) -> tuple[object, ...]:
    facts = entry.event.model_dump(mode="json", exclude={"occurred_on", "proof", "salt"}, exclude_none=True)
    told = {name.replace("_", " "): value for name, value in facts.items() if value not in ("", "unknown", [])}
    said = "; ".join(f"{name} {_plain(value)}" for name, value in told.items())
    mark = " (corrected)" if corrected else ""
    return (
        entry.occurred_on,
        entry.event.type.split(".")[0] + mark,
        said[:300],
        entry.provenance.actor.id,
        f"{entry.recorded_at:%Y-%m-%d %H:%M}",
        entry.event_id,
    )


def _plain(value: object) -> str:
    return ", ".join(map(_plain, value)) if isinstance(value, list | tuple) else str(value)
