"""A patient's page: where she stands, what comes next, why, and every entry, as markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from domain.decisions.corrections import DONE_IN_THE_WORLD
from domain.deviations import deviations
from domain.eligibility import Verdict, weigh_all
from domain.genomic_test import standing_result
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.protocol.outputs import DEPARTURES, WORK
from domain.worklist import owed
from events.corrections import EntryCorrected, EntryVoided
from events.event import Event
from events.recorded import Recorded
from flows.reports.links import page_link
from flows.reports.markdown import table
from flows.reports.next_forms import correction_of, form_for, form_for_criterion, void_of
from flows.reports.patient_chapters import next_window, toxicity, visits, why
from flows.reports.query_rows import query_section

_MOST_ENTRIES, _MOST_ITEMS, _MOST_SAID = 200, 50, 250
"""So many rows and characters, of three bytes each in Chinese, fit into one artifact."""
_TIMELINE = ("Date", "Entry", "Entered wrongly?", "By", "Recorded (UTC)", "What")
"""The longest column comes last in every table: Prefect's first interface breaks no lines and cuts off what is wide."""
_EMPTY = ("", "unknown", [])

ENCRYPTED = "identifying (encrypted)"
"""All that is shown of an entry that says who the patient is."""


def patient_page(patient: Patient, edition: Edition, today: date) -> str:
    """The whole page; under 300 kB."""
    edition = edition_for(patient, edition)
    parts = [
        f"# Patient {patient.patient_id}",
        " ".join(part for part in (state_of(patient, edition), next_window(patient, edition, today)) if part),
        f"{page_link('Start here', 'start-here')} · {page_link('Open work', 'worklist')}",
        "## What comes next",
        _next(patient, edition, today),
        "## Eligibility",
        _eligibility(patient, edition, today),
        edition.footnote(*WORK, *DEPARTURES),
        *visits(patient, edition, today),
        *toxicity(patient),
        *query_section((patient,), edition, today),
        *_deviations(patient, edition),
        *why(patient, edition, today),
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
    items = owed(patient, edition, today)
    if not items:
        return "Nothing is open."
    shown = items[:_MOST_ITEMS]
    rows = [(item.due_on, form_for(item), item.doer, item.wording[:_MOST_SAID]) for item in shown]
    left_out = len(items) - len(rows)
    return table(("Due", "Form", "Who", "What"), rows) + (
        f"\n\n{left_out} more: `imni worklist {patient.patient_id}`" if left_out else ""
    )


def _eligibility(patient: Patient, edition: Edition, today: date) -> str:
    rows = [_criterion(verdict, patient) for verdict in weigh_all(patient, edition, today)]
    return table(("", "", "Seen", "Criterion"), rows)


def _criterion(verdict: Verdict, patient: Patient) -> tuple[object, ...]:
    criterion, finding = verdict.criterion, verdict.finding
    outcome = {True: "met", False: "**not met**", None: "not known"}[finding.passes]
    form = form_for_criterion(criterion.id, patient) if finding.passes is None else ""
    return (criterion.id, outcome, f"{finding.value} {form}".strip(), criterion.wording)


def _deviations(patient: Patient, edition: Edition) -> Iterable[str]:
    found = deviations(patient, edition)
    if not found:
        return ()
    return ("## Deviations", table(("Rule", "Class", ""), [(d.rule, d.classification, d.wording) for d in found]))


def _timeline(patient: Patient) -> str:
    marks = _marks(patient)
    stood: dict[UUID, Mapping[str, Any]] = {}
    stands = {entry.event_id: entry for entry in patient.entries}
    rows = [
        _row(
            entry,
            marks.get(entry.event_id, ""),
            _amend(stands.get(entry.event_id), patient.patient_id),
            _said(entry, stood),
        )
        for entry in patient.history
    ]
    left_out = max(0, len(rows) - _MOST_ENTRIES)
    note = f"\n\n{left_out} earlier entries: `imni history {patient.patient_id}`" if left_out else ""
    return table(_TIMELINE, rows[left_out:]) + note


def _marks(patient: Patient) -> Mapping[UUID, str]:
    """What became of entries that no longer stand as they were entered."""
    corrected = {entry.event_id: " (corrected)" for entry in patient.entries if entry.corrected_by}
    voids = (entry.event for entry in patient.history if isinstance(entry.event, EntryVoided))
    return {**corrected, **{void.target: " (voided)" for void in voids}}


def _row(entry: Recorded[Event], mark: str, amend: str, said: str) -> tuple[object, ...]:
    return (
        entry.occurred_on,
        entry.event.type.split(".")[0] + mark,
        amend,
        entry.provenance.actor.id,
        f"{entry.recorded_at:%Y-%m-%d %H:%M}",
        said,
    )


def _amend(entry: Recorded[Event] | None, patient_id: str) -> str:
    """Links to take back an entry that stands."""
    if entry is None or isinstance(entry.event, DONE_IN_THE_WORLD):
        return ""
    if entry.event.visibility == "identifying":
        return void_of(entry, patient_id)
    return f"{correction_of(entry, patient_id)} · {void_of(entry, patient_id)}"


def _said(entry: Recorded[Event], stood: dict[UUID, Mapping[str, Any]]) -> str:
    """What an entry says. `stood` is what each entry said until then, corrections taken in; this one is added."""
    event = entry.event
    if event.visibility == "identifying":
        return ENCRYPTED
    if isinstance(event, EntryCorrected):
        facts = _changed(event, stood.get(event.target, {}))
        stood[event.target] = event.replacement
    else:
        facts = stood[entry.event_id] = event.model_dump(mode="json", exclude={"proof", "salt"}, exclude_none=True)
    told = {name: value for name, value in facts.items() if name != "occurred_on" and value not in _EMPTY}
    return "; ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in told.items())[:_MOST_SAID]


def _changed(correction: EntryCorrected, before: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a correction changes, beside what stood there; the reason first."""
    changed = {
        {"occurred_on": "date"}.get(name, name): f"{_plain(value)} (was {_plain(before.get(name, 'empty'))})"
        for name, value in correction.replacement.items()
        if value != before.get(name)
    }
    return {"reason": correction.reason, **changed, "entry": str(correction.target)}


def _plain(value: object) -> str:
    return ", ".join(map(_plain, value)) if isinstance(value, list | tuple) else str(value)
