"""A patient's page: where she stands, what comes next, why, and every entry, as markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from domain.deviations import deviations
from domain.eligibility import Verdict, last_weighed, weigh_all
from domain.genomic_test import standing_result
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.protocol.outputs import DEPARTURES, WORK
from domain.serious_events import open_serious_events
from domain.worklist import owed
from events.consent import ConsentWithdrawn, WithdrawalScope
from events.randomisation import Arm
from flows.form_words import WORDS
from flows.reports.links import page_link
from flows.reports.markdown import table
from flows.reports.next_forms import form_for, form_for_criterion
from flows.reports.patient_chapters import next_window, toxicity, visits, why
from flows.reports.patient_timeline import timeline
from flows.reports.query_rows import query_section

_MOST_ITEMS, _MOST_SAID = 50, 250
"""So many rows and characters, of three bytes each in Chinese, fit into one artifact."""
_ARMS = {Arm.IMNI: "internal mammary nodes irradiated", Arm.OMIT: "internal mammary nodes not irradiated"}


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
        timeline(patient),
    ]
    return "\n\n".join(parts) + "\n"


def state_of(patient: Patient, edition: Edition) -> str:
    """Where the patient stands, in a sentence."""
    return " ".join((_how_far(patient, edition), *_since_then(patient)))


def _since_then(patient: Patient) -> Iterator[str]:
    """What whoever calls her must know first."""
    for entry in patient.every(ConsentWithdrawn):
        scopes = ", ".join(WORDS[WithdrawalScope][scope] for scope in entry.event.scopes)
        yield f"**Withdrew on {entry.occurred_on}** ({scopes})."
    if patient.lost is not None:
        yield f"**Lost to follow-up since {patient.lost.occurred_on}.**"
    yield from (f"Serious adverse event {sae_id} is open." for sae_id in open_serious_events(patient))


def _how_far(patient: Patient, edition: Edition) -> str:
    if patient.death is not None:
        on = "on" if patient.death.occurred_on.precision == "day" else "in"
        return f"Died {on} {patient.death.occurred_on}."
    if patient.allocation is not None:
        given = _ARMS[patient.allocation.event.arm]
        return f"Randomised to {patient.arm} ({given}) on {patient.allocation.occurred_on}."
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
    rows = [_criterion(verdict, patient) for verdict in weigh_all(patient, edition, last_weighed(patient, today))]
    return table(("Criterion", "Finding", "Seen", "Asks for"), rows)


def _criterion(verdict: Verdict, patient: Patient) -> tuple[object, ...]:
    criterion, finding = verdict.criterion, verdict.finding
    outcome = {True: "met", False: "**not met**", None: "not known"}[finding.passes]
    form = form_for_criterion(criterion.id, patient) if finding.passes is None else ""
    return (criterion.id, outcome, f"{finding.value} {form}".strip(), criterion.wording)


def _deviations(patient: Patient, edition: Edition) -> Iterable[str]:
    found = deviations(patient, edition)
    if not found:
        return ()
    return (
        "## Deviations",
        table(("Rule", "Class", "Deviation"), [(d.rule, d.classification, d.wording) for d in found]),
    )
