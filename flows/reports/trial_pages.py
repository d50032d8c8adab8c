"""Every page about the whole trial, and the page that leads to all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from flows.reports.audit_page import audit_page
from flows.reports.consort_page import consort_page
from flows.reports.decisions_page import decisions_page
from flows.reports.deviations_page import deviations_page
from flows.reports.enrolment_page import enrolment_page
from flows.reports.links import page_link, patient_link
from flows.reports.markdown import table
from flows.reports.missing_page import missing_page
from flows.reports.next_forms import forms_by_chapter
from flows.reports.radiotherapy_page import radiotherapy_page
from flows.reports.screening_page import screening_page
from flows.reports.trial_view import TrialView
from flows.reports.turnaround_page import turnaround_page
from flows.reports.work_pages import overdue_page, worklist_page

_MOST_BYTES = 200_000
"""So much of the first page may be links to patients: over 5,000 of them, and the rest of the page beside."""


@dataclass(frozen=True, slots=True)
class TrialPage:
    """A page about the whole trial: its key, its title, the question it answers, and how it is written."""

    key: str
    title: str
    shows: str
    write: Callable[[TrialView], str]


def start_page(view: TrialView) -> str:
    """Where an operator begins: the pages, the patients, the forms."""
    written = [(page_link(page.title, page.key), page.shows) for page in TRIAL_PAGES if page.key != "start-here"]
    parts = [
        "# Start here",
        "IMNI PRECISION, NCT04517266.",
        table(("Page", "What it shows"), [*written, *((page_link(title, key), shows) for key, title, shows in OTHERS)]),
        "## Patients",
        _patients(view) or "None yet: use the form *Screening*.",
        "## Forms",
        table(("Chapter", "Form"), [(chapter, " · ".join(found)) for chapter, found in forms_by_chapter()]),
    ]
    return "\n\n".join(parts) + "\n"


def _patients(view: TrialView) -> str:
    """A link to each patient's page, as many as one page can hold."""
    links = [patient_link(patient.patient_id) for patient in view.patients]
    sizes = accumulate(len(f"{link} · ".encode()) for link in links)
    shown = [link for link, size in zip(links, sizes, strict=True) if size <= _MOST_BYTES]
    left_out = [f"{len(links) - len(shown)} more: `imni status`"] if len(shown) < len(links) else []
    return " · ".join([*shown, *left_out])


TRIAL_PAGES: Sequence[TrialPage] = (
    TrialPage("start-here", "Start here", "All pages, patients and forms", start_page),
    TrialPage("worklist", "Open work", "What to do today, and what is overdue", worklist_page),
    TrialPage("overdue", "Overdue", "What should have been done, by who owes it and for how long", overdue_page),
    TrialPage("decisions", "Decisions", "What waits for a decision, and whom it is asked of", decisions_page),
    TrialPage("missing", "Missing data", "Visits, assessments and facts that were due and are not known", missing_page),
    TrialPage("screening", "Screening", "How far patients came, and why they came no further", screening_page),
    TrialPage("turnaround", "Laboratory turn-around", "How long results take, and which are owed", turnaround_page),
    TrialPage("enrolment", "Enrolment", "Randomised by month against plan, with a forecast", enrolment_page),
    TrialPage("radiotherapy", "Radiotherapy delivered", "Dose and fractions against plan", radiotherapy_page),
    TrialPage("deviations", "Deviations", "Departures from the protocol, by rule and patient", deviations_page),
    TrialPage("consort", "Flow of patients", "From screening to analysis, as CONSORT counts", consort_page),
    TrialPage("audit", "Audit", "What an auditor sees: what was taken back, by whom, what was decided", audit_page),
)
"""In the order of an operator's day."""

OTHERS = (
    ("curve-efs", "Event-free survival", "The primary endpoint"),
    ("curve-lrrfs", "Locoregional recurrence-free survival", "Curve and findings"),
    ("curve-os", "Overall survival", "Curve and findings"),
    ("figures", "Figures", "Flow, enrolment, visits, courses, follow-up, cumulative incidence"),
    ("batch", "Batch", "What the last batches of form and drop folder recorded, and the rows not taken, to copy"),
    ("projections", "Projections", "Whether the tables still say what the log says"),
)
"""Pages that other flows keep: key, title, what it shows."""
