"""The queries nobody has closed, the oldest first, as a section of a page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.queries import standing_queries
from domain.standing import Standing
from flows.reports.links import patient_link
from flows.reports.markdown import table

_MOST_ROWS, _MOST_SAID = 50, 100


def query_section(
    patients: Iterable[Patient], edition: Edition, today: date, trial: Standing | None = None
) -> list[str]:
    """Each standing query with its age; marked where that is more than an answer may take; nothing without any."""
    standing = [(query, patient.patient_id) for patient in patients for query in standing_queries(patient)]
    standing += [(query, "") for query in standing_queries(trial)] if trial else []
    if not standing:
        return []
    standing.sort(key=lambda found: (-found[0].days_open(today), found[1], found[0].query_id))
    aged = sum(query.is_aged(edition, today) for query, _ in standing)
    rows = [
        (
            query.days_open(today),
            "aged" if query.is_aged(edition, today) else "",
            patient_link(patient_id),
            query.query_id,
            query.opened.event.question[:_MOST_SAID],
            "answered, to be closed" if query.answer else "waits for an answer",
        )
        for query, patient_id in standing[:_MOST_ROWS]
    ]
    said = f"{len(standing)} open, {aged} for more than {edition.query_answer_days} days."
    if len(standing) > _MOST_ROWS:
        said += f" The oldest {_MOST_ROWS} are shown."
    return ["## Queries", said, table(("Days open", "Age", "Patient", "Number", "Question", "State"), rows)]
