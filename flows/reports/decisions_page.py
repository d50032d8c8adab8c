"""The page of decisions that wait for one person: each with its form, and whom it is asked of by now."""

from __future__ import annotations

from domain.awaited import awaited_decisions
from flows.reports.links import form_link, page_link, patient_link
from flows.reports.markdown import shortened_table
from flows.reports.next_forms import COMMANDS
from flows.reports.trial_view import TrialView

_HEADING = ("Asked of", "Due", "Since", "Patient", "Form", "What")


def decisions_page(view: TrialView) -> str:
    """What waits longest first; what is overdue is asked of the next person, and marked."""
    found = awaited_decisions(view.patients, view.trial, view.edition, view.today)
    late = sum(each.due_on < view.today for each in found)
    rows = [
        (
            f"**{each.asked(view.today)}**" if each.due_on < view.today else each.asked(view.today),
            each.due_on,
            each.since,
            patient_link(each.patient_id),
            form_link(COMMANDS[each.form].title, each.form, each.patient_id, **each.known),
            each.wording[:250],
        )
        for each in found
    ]
    parts = [
        f"# Decisions on {view.today}",
        page_link("All open work", "worklist"),
        f"{len(found)} wait, {late} past their day." if found else "Nothing waits for a decision.",
        shortened_table(_HEADING, rows, "imni worklist", at_most=200) if rows else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
