"""Pages about the whole trial: the open work, the enrolment, and where to start, as markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import accumulate

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.outputs import ENTERING, WORK
from domain.work_item import WorkItem
from domain.worklist import worklist
from flows.reports.links import page_link, patient_link
from flows.reports.markdown import table
from flows.reports.next_forms import form_for, forms_by_chapter
from flows.reports.query_rows import query_section

_MOST_ROWS = 300


def worklist_page(patients: Sequence[Patient], edition: Edition, today: date) -> str:
    """Open work of people and engine: overdue, due today, and next; and the queries, the oldest first."""
    items = sorted((i for p in patients for i in worklist(p, edition, today)), key=lambda item: (item.due_on, item.key))
    overdue = [item for item in items if item.due_on < today]
    current = [item for item in items if item.due_on >= today]
    parts = [f"# Open work on {today}", f"{len(overdue)} overdue, {len(current)} to do."]
    for title, found in (("Overdue", overdue), ("To do", current)):
        if found:
            parts += [f"## {title}", _work_table(found)]
    parts += query_section(patients, edition, today)
    parts += [footnote] if (footnote := edition.footnote(*WORK)) else []
    return "\n\n".join(parts) + "\n"


def _work_table(items: Sequence[WorkItem]) -> str:
    shown = items[:_MOST_ROWS]
    rows = [(item.due_on, patient_link(item.patient_id), item.doer, item.wording, form_for(item)) for item in shown]
    note = f"\n\n{len(items) - _MOST_ROWS} more: `imni worklist`" if len(items) > _MOST_ROWS else ""
    return table(("Due", "Patient", "Who", "What", "Form"), rows) + note


def enrolment_page(patients: Sequence[Patient], edition: Edition, today: date) -> str:
    """Screened and randomised, by month, against the plan of the protocol."""
    randomised = [patient for patient in patients if patient.allocation is not None]
    planned = edition.target_patients / edition.planned_accrual_months
    rows = _by_month(randomised, edition, today)
    parts = [
        f"# Enrolment on {today}",
        f"{len(randomised)} of {edition.target_patients} patients randomised, {len(patients)} screened, "
        f"{sum(patient.screening_failed for patient in patients)} screening failures. "
        f"The plan is {planned:.2f} a month.",
        table(("Month", "Randomised", "Total", "Planned by then"), rows) if rows else "Nobody is randomised yet.",
        edition.footnote(*ENTERING),
    ]
    return "\n\n".join(parts) + "\n"


def _by_month(randomised: Sequence[Patient], edition: Edition, today: date) -> list[tuple[object, ...]]:
    """Every month since the first patient, those in which nobody was randomised too."""
    days = [patient.allocation.occurred_on.earliest for patient in randomised if patient.allocation]
    if not days:
        return []
    counted = Counter(map(_month, days))
    planned = edition.target_patients / edition.planned_accrual_months
    months = range(min(counted), max(_month(today), *counted) + 1)
    totals = accumulate(counted[month] for month in months)
    return [
        (_named(month), counted[month], total, f"{min(planned * number, edition.target_patients):.0f}")
        for number, (month, total) in enumerate(zip(months, totals, strict=True), start=1)
        if counted[month] or total < edition.target_patients
    ]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _named(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02}"


def start_page(simulated: bool, patients: Sequence[Patient]) -> str:
    """Where an operator begins: the forms, the pages, the patients."""
    kind = "**This is a simulated trial.** " if simulated else ""
    links = [
        (page_link("Open work", "worklist"), "What to do today, and what is overdue"),
        (page_link("Enrolment", "enrolment"), "Randomised against plan"),
        (page_link("Event-free survival", "curve-efs"), "The primary endpoint"),
        (page_link("Locoregional recurrence-free survival", "curve-lrrfs"), ""),
        (page_link("Overall survival", "curve-os"), ""),
    ]
    names = [patient_link(patient.patient_id) for patient in patients[:_MOST_ROWS]]
    if len(patients) > _MOST_ROWS:
        names.append(f"{len(patients) - _MOST_ROWS} more: `imni status`")
    forms = [(chapter, " · ".join(found)) for chapter, found in forms_by_chapter()]
    parts = [
        "# Start here",
        f"{kind}IMNI PRECISION, NCT04517266.",
        table(("Page", "What it shows"), links),
        "## Patients",
        " · ".join(names) or "None yet: use the form *Screening*.",
        "## Forms",
        table(("Chapter", "Form"), forms),
    ]
    return "\n\n".join(parts) + "\n"
