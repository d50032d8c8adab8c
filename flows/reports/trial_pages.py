"""Pages about the whole trial: the open work, the enrolment, and where to start, as markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate
from zlib import crc32

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.work_item import WorkItem
from domain.worklist import worklist
from flows.reports.markdown import table

_MOST_ROWS = 300


def worklist_page(patients: Iterable[Patient], edition: Edition, today: date) -> str:
    """Open work of people and engine: overdue, due today, and next."""
    items = sorted((i for p in patients for i in worklist(p, edition, today)), key=lambda item: (item.due_on, item.key))
    overdue = [item for item in items if item.due_on < today]
    current = [item for item in items if item.due_on >= today]
    parts = [f"# Open work on {today}", f"{len(overdue)} overdue, {len(current)} to do."]
    for title, found in (("Overdue", overdue), ("To do", current)):
        if found:
            parts += [f"## {title}", _work_table(found)]
    return "\n\n".join(parts) + "\n"


def _work_table(items: Sequence[WorkItem]) -> str:
    rows = [(item.due_on, item.patient_id, item.doer, item.wording) for item in items[:_MOST_ROWS]]
    note = f"\n\n{len(items) - _MOST_ROWS} more: `imni worklist`" if len(items) > _MOST_ROWS else ""
    return table(("Due", "Patient", "Who", "What"), rows) + note


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
        ("[Open work](/v2/artifacts/key/worklist)", "What to do today, and what is overdue"),
        ("[Enrolment](/v2/artifacts/key/enrolment)", "Randomised against plan"),
        ("[Event-free survival](/v2/artifacts/key/curve-efs)", "The primary endpoint"),
        ("[Locoregional recurrence-free survival](/v2/artifacts/key/curve-lrrfs)", ""),
        ("[Overall survival](/v2/artifacts/key/curve-os)", ""),
        ("[Forms](/v2/deployments)", "Choose a form, then Run, then Custom run"),
    ]
    names = [f"[{p.patient_id}](/v2/artifacts/key/{artifact_key(p.patient_id)})" for p in patients[:_MOST_ROWS]]
    if len(patients) > _MOST_ROWS:
        names.append(f"{len(patients) - _MOST_ROWS} more: `imni status`")
    parts = ["# Start here", f"{kind}IMNI PRECISION, NCT04517266.", table(("Page", "What it shows"), links)]
    return "\n\n".join([*parts, "## Patients", " · ".join(names) or "None yet: use the form *Screening*."]) + "\n"


def artifact_key(patient_id: str) -> str:
    """The key of a patient's page, no two alike: Prefect allows lower-case letters, digits and dashes."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in patient_id.lower())
    told_apart = "" if plain.upper() == patient_id else f"-{crc32(patient_id.encode()):08x}"
    return f"patient-{plain}{told_apart}"
