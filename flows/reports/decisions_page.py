"""The page of decisions that wait for one person: each with its form, and whom it is asked of by now."""

from __future__ import annotations

from collections.abc import Sequence

from domain.awaited import Awaited, awaited_of_patient, awaited_of_trial, longest_overdue_first
from flows.reports.links import form_link, page_link, patient_link
from flows.reports.markdown import Room, shortened_table
from flows.reports.next_forms import COMMANDS
from flows.reports.trial_view import TrialView

_HEADING = ("Asked of", "Due", "Since", "Patient", "Form", "What")


def decisions_page(view: TrialView) -> str:
    """What waits longest first; what is overdue is asked of the next person, and marked."""
    found = _found(view)
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
        "What is past its day is in bold, and asked of the next person." if late else "",
        shortened_table(_HEADING, rows, "imni worklist", Room(rows=200)) if rows else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _found(view: TrialView) -> Sequence[Awaited]:
    found = [each for _, every in view.of_each(awaited_of_patient) for each in every]
    found += awaited_of_trial(view.trial, view.edition, view.today)
    return longest_overdue_first(found)
