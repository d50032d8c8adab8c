"""Which form an operator needs next: for a work item, for a criterion still unknown, for a chapter of a life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sys import modules

from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS
from domain.decisions.command import Command, Report
from domain.patient import Patient
from domain.work_item import Work, WorkItem
from events.event import Event
from events.recorded import Recorded
from flows.reports.links import form_link

COMMANDS: Mapping[str, type[Command]] = {**PATIENT_COMMANDS, **TRIAL_COMMANDS}

FORM_OF_WORK: Mapping[Work, tuple[str, str]] = {
    Work.OBTAIN_CONSENT: ("record-consent", "kind"),
    Work.SETTLE_ORDER: ("cancel-genomic-test", "order_key"),
    Work.SETTLE_CANCELLED_ORDER: ("settle-cancelled-order", "order_key"),
    Work.CONFIRM_ELIGIBILITY: ("confirm-eligibility", ""),
    Work.RANDOMISE: ("randomise-patient", ""),
    Work.PLAN_RADIOTHERAPY: ("record-plan", ""),
    Work.REVIEW_PLAN: ("record-plan-review", ""),
    Work.DELIVER_FRACTION: ("record-fraction", ""),
    Work.RECORD_TREATMENT_END: ("record-radiotherapy-completion", ""),
    Work.SEE_PATIENT: ("record-visit", "visit"),
    Work.REPORT_SERIOUS_EVENT: ("record-serious-adverse-event-notice", "sae_id"),
    Work.ASSESS_SERIOUS_EVENT: ("assess-serious-adverse-event", "sae_id"),
    Work.ANSWER_QUERY: ("answer-query", "query_id"),
    Work.RELEASE_WORK: ("release-work", "key"),
    Work.ADJUDICATE_OUTCOME: ("record-adjudication", "target"),
}
"""The form that answers a kind of work, and its field that the work's subject fills in."""

FORM_OF_CRITERION: Mapping[str, str] = {
    **dict.fromkeys(("IC01", "IC03", "IC04", "IC08", "IC09", "DR01"), "record-pathology"),
    **dict.fromkeys(("IC07", "IC10", "EC03", "EC05", "EC06", "EC08", "EC09"), "record-medical-history"),
    **dict.fromkeys(("EC01", "EC02", "EC07", "EC10", "EC11"), "record-staging"),
    **dict.fromkeys(("IC02", "EC04"), "record-surgery"),
    "IC05": "screen-patient",
    "IC06": "record-performance-status",
    "IC11": "record-consent",
    "EC12": "record-treatment-timing",
}
"""The form that holds what a criterion asks. DR02, the RecurIndex score, comes from the laboratory."""

BATCH_TITLE = "Visits or fractions in a batch"
"""The form that is no command's: it carries out one a row."""

_LONGEST_LINK = 1_600
_CHAPTERS = (
    "screening",
    "consent",
    "genomics",
    "randomisation",
    "radiotherapy",
    "follow-up",
    "outcomes",
    "safety",
    "corrections",
    "conduct",
)


def form_for(item: WorkItem) -> str:
    """A link to the form that gets a work item done; empty where no single form does."""
    if item.work not in FORM_OF_WORK:
        return ""
    wire, field = FORM_OF_WORK[item.work]
    told = {field: item.subject} if field else {}
    return form_link(COMMANDS[wire].title, wire, item.patient_id, **told, **dict(item.known))


def form_for_criterion(criterion: str, patient: Patient) -> str:
    """A link to the form that tells what a criterion asks; empty where none does.

    Where its fact is on record already, but incomplete, the record is what must be corrected.
    """
    wire = FORM_OF_CRITERION.get(criterion)
    if wire is None:
        return ""
    command = COMMANDS[wire]
    entry = patient.last(command.records) if issubclass(command, Report) and wire != "record-consent" else None
    if entry is not None:
        return correction_of(entry, patient.patient_id, f"Complete {command.title.lower()}")
    return form_link(command.title, wire, patient.patient_id)


def correction_of(entry: Recorded[Event], patient_id: str, text: str = "Correct") -> str:
    """A link to the correction of an entry; it begins with what the entry says, where that is short enough."""
    target = str(entry.event_id)
    says = entry.event.model_dump(mode="json", exclude_none=True)
    link = form_link(text, "correct-entry", patient_id, target=target, replacement=says)
    return link if len(link) <= _LONGEST_LINK else form_link(text, "correct-entry", patient_id, target=target)


def void_of(entry: Recorded[Event], patient_id: str) -> str:
    """A link to the form that voids an entry."""
    return form_link("Void", "void-entry", patient_id, target=str(entry.event_id))


def chapter_of(command: type[Command]) -> str:
    """The chapter of a patient's life, or of the trial's, that a command belongs to."""
    return command.__module__.rpartition(".")[2].replace("_", "-")


def _place_in_chapter(command: type[Command]) -> int:
    """A chapter's commands stand in its module in the order in which they are needed."""
    return list(vars(modules[command.__module__])).index(command.__name__)


def forms_by_chapter() -> Sequence[tuple[str, Sequence[str]]]:
    """Links to every form, in the order of a patient's life."""
    found: dict[str, list[str]] = {chapter: [] for chapter in _CHAPTERS}
    for wire, command in sorted(COMMANDS.items(), key=lambda found: _place_in_chapter(found[1])):
        if command.has_form():
            found.setdefault(chapter_of(command), []).append(form_link(command.title, wire))
    found["batch"] = [form_link(BATCH_TITLE, "enter-batch")]
    return [(chapter, links) for chapter, links in found.items() if links]
