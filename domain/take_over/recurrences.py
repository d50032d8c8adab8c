"""The cell that lists recurrences: `2021-12-01:CHEST_WALL;2022-02-01:DISTANT`."""

from __future__ import annotations

from dataclasses import dataclass

from events.clinical_date import ClinicalDate
from events.outcomes import RecurrenceSite

NEW_CANCERS = ("CONTRALATERAL_INVASIVE", "CONTRALATERAL_DCIS", "SECOND_PRIMARY")
SITES = (*(site.value for site in RecurrenceSite), *NEW_CANCERS)


@dataclass(frozen=True, slots=True)
class ListedOccurrence:
    """One date and site of the list; the site is a recurrence site or one of the new cancers."""

    on: ClinicalDate
    site: str


def read_recurrences(text: str) -> tuple[ListedOccurrence, ...]:
    """Read the list. Raises `ValueError` naming every part that cannot be read and the way out."""
    found: list[ListedOccurrence] = []
    problems: list[str] = []
    for part in (part.strip() for part in text.split(";")):
        try:
            found += [_read(part)] if part else []
        except ValueError as problem:
            problems.append(str(problem))
    if problems or not found:
        raise ValueError("; ".join(problems) or "lists nothing; write DATE:SITE, or leave the cell empty")
    return tuple(found)


def _read(part: str) -> ListedOccurrence:
    dated, colon, site = (word.strip() for word in part.rpartition(":"))
    if not colon:
        raise ValueError(f"has {part!r} in it: write DATE:SITE, several of them with ; between")
    if site.upper() not in SITES:
        raise ValueError(f"has the unknown site {site!r} in it: use one of {', '.join(SITES)}")
    return ListedOccurrence(ClinicalDate.parse(dated), site.upper())
