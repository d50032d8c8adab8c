"""Pages about what people must do: the open work, and what of it is overdue and for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from domain.protocol.outputs import WORK
from domain.work_item import WorkItem
from flows.reports.links import artifact_key, page_link, patient_link
from flows.reports.markdown import ROOM, Room, opening, shortened_table, table
from flows.reports.next_forms import form_for
from flows.reports.query_rows import query_section
from flows.reports.trial_view import TrialView

_ROOM_EACH = Room(rows=100, bytes=50_000)
_AGES = ((7, "up to a week"), (30, "up to a month"), (10**6, "longer"))


def worklist_page(view: TrialView) -> str:
    """Open work of people and engine: overdue, due today, and next; and the queries, the oldest first."""
    overdue = [item for item in view.work if item.due_on < view.today]
    current = [item for item in view.work if item.due_on >= view.today]
    parts = [f"# Open work on {view.today}", f"{len(overdue)} overdue, {len(current)} to do."]
    parts += [f"**{view.allocation_warning}.**"] if view.allocation_warning else []
    for title, found in (("Overdue", overdue), ("To do", current)):
        if found:
            parts += [f"## {title}", _work_table(found)]
    parts += query_section(view.patients, view.edition, view.today, view.trial)
    parts += [footnote] if (footnote := view.edition.footnote(*WORK)) else []
    return "\n\n".join(parts) + "\n"


def _work_table(items: Sequence[WorkItem]) -> str:
    rows = [
        (item.due_on, patient_link(item.patient_id), _way(item), item.doer, opening(item.wording))
        for item in items[: ROOM.rows]
    ]
    return shortened_table(("Due", "Patient", "Form", "Who", "What"), rows, "imni worklist", ROOM, len(items))


def _way(item: WorkItem) -> str:
    """The form that does it; where more than one is needed, the patient's page, which has them all."""
    return form_for(item) or page_link("Her page", artifact_key(item.patient_id))


def overdue_page(view: TrialView) -> str:
    """What should have been done: how much of each kind for how long, and the oldest first for each who owes it."""
    late = [item for item in view.work if item.due_on < view.today]
    head = [f"# Overdue on {view.today}", page_link("All open work", "worklist")]
    if not late:
        return "\n\n".join([*head, "Nothing is overdue."]) + "\n"
    kinds = Counter((item.work.value.replace("-", " "), _age(view, item)) for item in late)
    ages = [age for _, age in _AGES]
    summary = [
        (kind, *(kinds[kind, age] or "" for age in ages), sum(kinds[kind, age] for age in ages))
        for kind in sorted({kind for kind, _ in kinds})
    ]
    parts = [*head, f"{len(late)} overdue.", table(("What", *ages, "Together"), summary)]
    for doer in sorted({item.doer for item in late}):
        theirs = [item for item in late if item.doer == doer]
        parts += [f"## {doer.replace('-', ' ').capitalize()}", _late_table(view, theirs)]
    return "\n\n".join([*parts, view.edition.footnote(*WORK)]).strip() + "\n"


def _late_table(view: TrialView, items: Sequence[WorkItem]) -> str:
    rows = [
        ((view.today - i.due_on).days, i.due_on, patient_link(i.patient_id), _way(i), opening(i.wording))
        for i in items[: _ROOM_EACH.rows]
    ]
    heading = ("Days late", "Due", "Patient", "Form", "What")
    return shortened_table(heading, rows, "imni worklist", _ROOM_EACH, len(items))


def _age(view: TrialView, item: WorkItem) -> str:
    late = (view.today - item.due_on).days
    return next(age for most, age in _AGES if late <= most)
