"""The page an auditor begins with: what was taken back and why, who entered what, what was decided about the trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.readings import DEFAULT_READINGS
from domain.set_aside import set_aside
from domain.trial_matters import next_audit
from events.conduct import (
    AnalysisPerformed,
    AuditPerformed,
    DataCutDeclared,
    ProjectionDrifted,
    ProtocolEditionActivated,
    QueryClosed,
    QueryOpened,
    ReadingChosen,
    ResultsDisclosed,
)
from events.corrections import EntryCorrected, EntryVoided
from events.event import Event
from events.recorded import Recorded
from flows.reports.entry_words import entry_name, in_words
from flows.reports.links import form_link, page_link, patient_link
from flows.reports.markdown import Room, shortened_table, table
from flows.reports.trial_view import TrialView

_LATE_DAYS, _MOST_SAID = 30, 300
_DECISIONS = (
    ProtocolEditionActivated,
    ReadingChosen,
    DataCutDeclared,
    AuditPerformed,
    ProjectionDrifted,
    ResultsDisclosed,
)
_ANALYSED = ("Endpoint", "Population", "Date", "Log position", "Patients", "Events", "Digest")
_UNSAID = {"occurred_on", "digest", "code_version"}


def audit_page(view: TrialView) -> str:
    """Everything here is read from the log; `imni verify` proves that the log is whole."""
    parts = [
        f"# Audit on {view.today}",
        f"{view.position} events on record, the first {view.sealed} of them sealed. `imni verify` reads them all and "
        "says whether any was changed; docs/auditor.md says how to check that without us.",
        f"{page_link('Deviations', 'deviations')} · {page_link('Missing data', 'missing')} · "
        f"{page_link('Flow of patients', 'consort')} · {form_link('Record an audit', 'record-audit')}",
        _next_audit(view),
        table(("", "Entries"), _counts(view)),
        *_section("Decided about the trial", ("Date", "What", "By", "Recorded (UTC)", "Says"), _decided(view)),
        *_section("Corrections and voids", ("Recorded (UTC)", "Patient", "By", "What", "Reason"), _taken_back(view)),
        *_section("Entered by", ("Who", "Role", "Entries", f"More than {_LATE_DAYS} days late"), _authors(view)),
        *_section("Last analyses", _ANALYSED, _analyses(view)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _next_audit(view: TrialView) -> str:
    """When the next audit is due; nothing before the protocol is in force."""
    audit = next_audit(view.trial, view.edition)
    if audit is None:
        return ""
    if audit.since < view.today:
        return f"**The audit of {audit.since} is overdue.**"
    return f"The next audit is due on {audit.since}."


def _section(title: str, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> Sequence[str]:
    return (f"## {title}", shortened_table(heading, rows, "imni history", Room(rows=100))) if rows else ()


def _counts(view: TrialView) -> Sequence[tuple[str, int]]:
    streams = (view.trial, *view.patients)
    asked = sum(len(stream.every(QueryOpened)) for stream in streams)
    closed = sum(len({entry.event.query_id for entry in stream.every(QueryClosed)}) for stream in streams)
    taken_back = [entry.event for _, entry in _corrections(view)]
    return (
        ("Corrections", sum(isinstance(event, EntryCorrected) for event in taken_back)),
        ("Voids", sum(isinstance(event, EntryVoided) for event in taken_back)),
        ("Deviations from the protocol, major", sum(d.classification == "major" for _, d in view.deviations)),
        ("Deviations from the protocol, minor", sum(d.classification == "minor" for _, d in view.deviations)),
        ("Queries opened", asked),
        ("Queries closed", closed),
        ("Work set aside now", sum(len(set_aside(stream)) for stream in streams)),
        ("Audits", len(view.trial.every(AuditPerformed))),
        ("Readings of the protocol that are not the default", _chosen_otherwise(view)),
    )


def _chosen_otherwise(view: TrialView) -> int:
    return sum(option != DEFAULT_READINGS[question] for question, option in view.edition.readings.items())


def _decided(view: TrialView) -> Sequence[tuple[object, ...]]:
    """The newest first."""
    entries = [entry for entry in reversed(view.trial.history) if isinstance(entry.event, _DECISIONS)]
    return [(entry.occurred_on, entry_name(entry.event), *_signed(entry), _says(entry.event)) for entry in entries]


def _signed(entry: Recorded[Event]) -> tuple[str, str]:
    return entry.provenance.actor.id, f"{entry.recorded_at:%Y-%m-%d %H:%M}"


def _says(event: Event) -> str:
    return in_words(type(event), event.model_dump(mode="json", exclude=_UNSAID, exclude_none=True), _MOST_SAID)


def _corrections(view: TrialView) -> Iterator[tuple[Patient, Recorded[EntryCorrected] | Recorded[EntryVoided]]]:
    for patient in view.patients:
        for entry in patient.history:
            if isinstance(entry.event, EntryCorrected | EntryVoided):
                yield patient, entry  # pyright: ignore[reportReturnType] - narrowed by its event


def _taken_back(view: TrialView) -> Sequence[tuple[object, ...]]:
    """The newest first."""
    newest = sorted(_corrections(view), key=lambda found: found[1].position, reverse=True)
    return [
        (
            f"{entry.recorded_at:%Y-%m-%d %H:%M}",
            patient_link(patient.patient_id),
            entry.provenance.actor.id,
            _what(patient, entry.event),
            entry.event.reason,
        )
        for patient, entry in newest
    ]


def _what(patient: Patient, event: EntryCorrected | EntryVoided) -> str:
    target = next((entry for entry in patient.history if entry.event_id == event.target), None)
    name = entry_name(target.event) if target else str(event.target)
    return f"{name} {'corrected' if isinstance(event, EntryCorrected) else 'voided'}"


def _authors(view: TrialView) -> Sequence[tuple[object, ...]]:
    entries = [e for s in (view.trial, *view.patients) for e in s.history if e.provenance.actor.kind == "human"]
    signed = [(entry.provenance.actor.id, entry.provenance.actor.role) for entry in entries]
    late = Counter(author for author, entry in zip(signed, entries, strict=True) if _is_late(entry, view.edition))
    return [(*author, count, late[author]) for author, count in Counter(signed).most_common()]


def _is_late(entry: Recorded[Event], edition: Edition) -> bool:
    return (edition.day_of(entry.recorded_at) - entry.occurred_on.latest).days > _LATE_DAYS


def _analyses(view: TrialView) -> Sequence[tuple[object, ...]]:
    last = {(e.event.endpoint, e.event.population): e for e in view.trial.every(AnalysisPerformed)}
    return [
        (*asked, done.occurred_on, done.event.position, done.event.n, done.event.events, f"`{done.event.digest[:16]}…`")
        for asked, done in last.items()
    ]
