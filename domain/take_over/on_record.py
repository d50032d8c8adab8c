"""What a row says beside what is on record: news, nothing new, or a contradiction that a person must settle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from domain.decide import PatientCommand
from domain.decisions.corrections import CorrectEntry
from domain.patient import Patient
from domain.take_over.columns import Problem
from domain.take_over.facts import StatedFact
from events.clinical_date import ClinicalDate
from events.event import Event
from events.outcomes import ContralateralCancerDiagnosed, DeathCause, RecurrenceConfirmed, SecondPrimaryDiagnosed
from events.recorded import Recorded

_LISTED = (RecurrenceConfirmed, ContralateralCancerDiagnosed, SecondPrimaryDiagnosed)
_UNKNOWN = (None, "", DeathCause.UNKNOWN)


News = tuple[StatedFact, PatientCommand]
"""A fact that is not on record yet, and the command that adds it."""


def news(facts: Sequence[StatedFact], patient: Patient, today: date) -> tuple[tuple[News, ...], tuple[Problem, ...]]:
    """What is not on record yet, and every fact that was taken over otherwise.

    An empty cell says nothing: there the record stands. What was not known, or not so precisely, and now is becomes a
    correction of its entry, dated `today`.
    """
    told: list[News] = []
    problems = [*_unlisted(facts, patient)]
    for fact in facts:
        commands, other = _weigh(fact, patient, today)
        told.extend((fact, command) for command in commands)
        problems.extend(other)
    return tuple(told), tuple(problems)


_Weighed = tuple[Sequence[PatientCommand], Sequence[Problem]]


def _weigh(fact: StatedFact, patient: Patient, today: date) -> _Weighed:
    standing = {entry.event_id: entry for entry in patient.every(fact.command.records)}
    same = [entry.event_id for entry in _taken_over(patient.history, fact) if not _differences(fact, entry.event)]
    now = [_differences(fact, standing[entry].event) if entry in standing else list(fact.columns) for entry in same]
    if now:
        return (), _problems(fact, min(now, key=len), f"was corrected or voided since (entry {same[-1]})")
    single = fact.command.identity == ()
    there = tuple(standing.values()) if single else _taken_over(tuple(standing.values()), fact)
    return _beside(fact, there[0], today) if fact.once and there else ((fact.command,), ())


def _beside(fact: StatedFact, entry: Recorded[Event], today: date) -> _Weighed:
    """A fact beside the entry that has its place."""
    differing = _differences(fact, entry.event)
    changed = [
        field for field in differing if not _less_known(getattr(entry.event, field), getattr(fact.command, field))
    ]
    if changed:
        otherwise = ", ".join(_shown(getattr(entry.event, field)) for field in changed)
        return (), _problems(fact, changed, f"is already on record otherwise: {otherwise} (entry {entry.event_id})")
    return ([_filled_in(fact, entry, differing, today)] if differing else ()), ()


def _filled_in(fact: StatedFact, entry: Recorded[Event], fields: Sequence[str], today: date) -> CorrectEntry:
    update = {field: getattr(fact.command, field) for field in fields}
    return CorrectEntry(
        occurred_on=ClinicalDate.parse(today),
        target=entry.event_id,
        replacement=entry.event.model_copy(update=update).model_dump(mode="json"),
        reason=f"{', '.join(fact.columns[field] for field in fields)} better known than when first taken over",
    )


def _less_known(before: object, now: object) -> bool:
    if isinstance(before, ClinicalDate) and isinstance(now, ClinicalDate):
        return before.earliest <= now.earliest and now.latest <= before.latest
    return before in _UNKNOWN


def _taken_over(entries: Sequence[Recorded[Event]], fact: StatedFact) -> tuple[Recorded[Event], ...]:
    """The entries of a fact's kind that an import made."""
    kind = fact.command.records
    return tuple(e for e in entries if type(e.event) is kind and e.provenance.source.kind == "import")


def _differences(fact: StatedFact, event: Event) -> list[str]:
    return [field for field in fact.columns if getattr(fact.command, field) != getattr(event, field)]


def _problems(fact: StatedFact, fields: Iterable[str], what: str) -> list[Problem]:
    way_out = "If the record is wrong, use correct-entry on that entry; if this is wrong, mend it here"
    shown = {fact.columns[field]: _shown(getattr(fact.command, field)) for field in fields}
    return [Problem(column, value, f"{what}. {way_out}") for column, value in shown.items()]


def _unlisted(facts: Sequence[StatedFact], patient: Patient) -> Iterator[Problem]:
    """Outcomes taken over earlier that a list of recurrences, when there is one, no longer has."""
    listed = [fact for fact in facts if "recurrences" in fact.columns.values()]
    for entry in (entry for kind in _LISTED for entry in patient.every(kind)):
        by_import = entry.provenance.source.kind == "import"
        if listed and by_import and not any(_lists(fact, entry.event) for fact in listed):
            yield Problem(
                "recurrences",
                _shown(entry.occurred_on),
                f"{entry.event.type} is on record (entry {entry.event_id}) and not listed. If the record is wrong, "
                "use correct-entry or void-entry on that entry; if this is wrong, list it here",
            )


def _lists(fact: StatedFact, event: Event) -> bool:
    if isinstance(event, RecurrenceConfirmed):
        at = fact.command.occurred_on == event.occurred_on
        return at and set(event.sites) <= set(getattr(fact.command, "sites", ()))
    return type(event) is fact.command.records and not _differences(fact, event)


def _shown(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)
