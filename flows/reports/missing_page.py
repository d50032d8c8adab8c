"""The page of missing data: what was due and is not on record, or is on record and not fully known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from domain.eligibility import unknown, weigh_all
from domain.engine_work import is_followed, open_visits
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.protocol.outputs import WORK
from domain.site_work import ASKED_LATER
from domain.visit_status import visit_states
from events.consent import ConsentWithdrawn
from events.follow_up import Assessment, VisitDone
from events.outcomes import DeathCause, DeathReported, Evidence, RecurrenceConfirmed
from events.radiotherapy import FractionDelivered
from flows.form_words import WORDS
from flows.reports.links import form_link, page_link, patient_link
from flows.reports.markdown import number_of, shortened_table, table
from flows.reports.next_forms import correction_of, form_for_criterion
from flows.reports.trial_view import TrialView


class _Gap(NamedTuple):
    """Something missing: of what kind, of whom, what exactly, and the form that mends it."""

    kind: str
    patient_id: str
    wording: str
    form: str = ""


_Search = Callable[[Patient, Edition, date], Iterator[_Gap]]


def missing_page(view: TrialView) -> str:
    """Every gap in the data of those screened, by kind and patient."""
    gaps = [gap for _, found in view.of_each(_gaps) for gap in found]
    head = [f"# Missing data on {view.today}", page_link("Open work", "worklist")]
    if not gaps:
        return "\n\n".join([*head, "Nothing that was due is missing."]) + "\n"
    kinds = Counter(gap.kind for gap in gaps)
    rows = [(gap.kind, patient_link(gap.patient_id), gap.form, gap.wording) for gap in gaps]
    of_whom = len({gap.patient_id for gap in gaps})
    parts = [
        *head,
        f"{number_of(len(gaps), 'gap')} in the data of {of_whom} of {number_of(len(view.patients), 'patient')}.",
        table(("Missing", "How often"), kinds.most_common()),
        "## Whose",
        shortened_table(("Missing", "Patient", "Form", "What"), rows, "imni worklist"),
        view.edition.footnote(*WORK),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _gaps(patient: Patient, edition: Edition, today: date) -> tuple[_Gap, ...]:
    return tuple(gap for search in _SEARCHES for gap in search(patient, edition, today))


def _visits(patient: Patient, edition: Edition, today: date) -> Iterator[_Gap]:
    """Visits whose window closed without a word, and assessments due at a visit that were not done at it."""
    edition = edition_for(patient, edition)
    states = visit_states(patient, edition, today)
    asked = {visit.visit for visit in open_visits(patient, tuple(state.visit for state in states), edition)}
    visits = {entry.event.visit: entry for entry in patient.every(VisitDone)}
    for state in states:
        name, closed = state.visit.visit, state.visit.closes
        if state.status == "overdue" and name in asked and is_followed(patient):
            form = form_link("Visit", "record-visit", patient.patient_id, visit=name)
            missed = form_link("Missed visit", "record-missed-visit", patient.patient_id, visit=name)
            yield _Gap("visit", patient.patient_id, f"{name}: window closed on {closed}", f"{form} · {missed}")
        elif name in visits and state.missing:
            wording = f"{name}: {', '.join(WORDS[Assessment][each] for each in state.missing)}"
            yield _Gap("assessment", patient.patient_id, wording, correction_of(visits[name], patient.patient_id))


def _images(patient: Patient, edition: Edition, today: date) -> Iterator[_Gap]:
    untold = [entry for entry in patient.every(FractionDelivered) if entry.event.cbct == "unknown"]
    if untold:
        numbers = ", ".join(str(entry.event.number) for entry in untold)
        yield _Gap("cone-beam CT", patient.patient_id, f"Not told whether it was taken: fractions {numbers}")


def _outcomes(patient: Patient, edition: Edition, today: date) -> Iterator[_Gap]:
    for death in patient.every(DeathReported):
        if death.event.cause is DeathCause.UNKNOWN:
            form = correction_of(death, patient.patient_id)
            yield _Gap("outcome", patient.patient_id, f"Cause of the death on {death.occurred_on}", form)
    for found in patient.every(RecurrenceConfirmed):
        form = correction_of(found, patient.patient_id)
        if found.event.evidence is Evidence.UNKNOWN:
            yield _Gap("outcome", patient.patient_id, f"Evidence of the recurrence on {found.occurred_on}", form)
    for entry in (*patient.every(DeathReported), *patient.every(RecurrenceConfirmed)):
        if entry.occurred_on.precision != "day":
            what = "death" if isinstance(entry.event, DeathReported) else "recurrence"
            wording = f"Day of the {what}: only {entry.occurred_on} is known"
            yield _Gap("date", patient.patient_id, wording, correction_of(entry, patient.patient_id))


def _criteria(patient: Patient, edition: Edition, today: date) -> Iterator[_Gap]:
    """Criteria of eligibility nobody can weigh yet, by the form that tells; also in a trial taken over."""
    if patient.screening_failed or patient.has(ConsentWithdrawn) or not is_followed(patient):
        return
    missing = [verdict.criterion.id for verdict in unknown(weigh_all(patient, edition, today))]
    later = () if patient.allocation else ASKED_LATER
    told: dict[str, list[str]] = {}
    for criterion in missing:
        if criterion not in later:
            told.setdefault(form_for_criterion(criterion, patient), []).append(criterion)
    for form, criteria in told.items():
        yield _Gap("criterion", patient.patient_id, ", ".join(criteria), form)


_SEARCHES: Sequence[_Search] = (_visits, _images, _outcomes, _criteria)
