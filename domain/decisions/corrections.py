"""Corrections and voids: the one way to take something back, always with a reason, never by deletion."""

import json
from typing import ClassVar
from uuid import UUID

from pydantic import ValidationError

from domain.decisions.command import Ask, Circumstances
from domain.decisions.follow_up import require_known_visit
from domain.decisions.radiotherapy import require_sound_plan
from domain.doubts import doubts_about
from domain.identifying_text import require_no_identity_in_text
from domain.patient import Patient
from domain.plausibility import birth_known, require_plausible_date
from domain.queries import risk_class_query
from domain.refusal_words import in_words
from domain.rejections import Implausible, NoSuchEntry, NotPermitted
from domain.toxicity.terms import require_grade_of_term
from events.catalogue import CATALOGUE
from events.consent import IdentityDisclosed, PatientForgotten
from events.corrections import Correction, EntryCorrected, EntryVoided, Void
from events.event import Event
from events.follow_up import MissedVisit, ReminderSent, Visit
from events.genomics import GenomicReport, GenomicTestOrdered
from events.radiotherapy import Plan
from events.randomisation import PatientRandomised
from events.recorded import Recorded
from events.safety import AdverseEvent


class CorrectEntry(Correction, Ask):
    """Replace an entry by what it should have said. The old one stays readable; both keep their dates and authors."""

    wire: ClassVar[str] = "correct-entry"
    title: ClassVar[str] = "Correction"
    day_is: ClassVar[str] = "The day on which it is corrected: today, as a rule."


class VoidEntry(Void, Ask):
    """Declare that an entry should never have been made. It stays readable and no longer counts."""

    wire: ClassVar[str] = "void-entry"
    title: ClassVar[str] = "Void"
    day_is: ClassVar[str] = "The day on which it is declared void: today, as a rule."


def correct(command: CorrectEntry, patient: Patient, circumstances: Circumstances) -> list[Event]:
    """The correction, and a query where it sets class against score or is in doubt; none when it is no change.

    Raises `NoSuchEntry`, `NotPermitted`, `Implausible`.
    """
    wire_name = _correctable(command.target, patient).event.type
    replacement = _replacement(wire_name, command)
    _require_sound(replacement, patient, circumstances)
    if _standing(command.target, patient).event == replacement:
        return []
    corrected = [
        EntryCorrected(
            occurred_on=command.occurred_on,
            target=command.target,
            replacement_type=wire_name,
            replacement=command.replacement,
            reason=command.reason,
        )
    ]
    asked = doubts_about(replacement, patient, circumstances.edition, command.occurred_on)
    if isinstance(replacement, GenomicReport):
        asked += risk_class_query(replacement, patient, circumstances.edition, command.occurred_on)
    return [*corrected, *asked]


def _replacement(wire_name: str, command: CorrectEntry) -> Event:
    kind = CATALOGUE[wire_name]
    try:
        return kind.model_validate_json(json.dumps(command.replacement))
    except ValidationError as refusal:
        wrong = in_words(refusal, kind, by_title=False).removesuffix(".")
        raise Implausible(
            "replacement",
            wire_name,
            wrong,
            "Begin with the link Correct beside the entry, and change only what is wrong",
        ) from None


def _require_sound(replacement: Event, patient: Patient, circumstances: Circumstances) -> None:
    """What would be refused as an entry is refused as a correction too."""
    require_no_identity_in_text(replacement)
    birth = birth_known(replacement, patient)
    require_plausible_date("replacement.occurred_on", replacement.occurred_on, circumstances.today, birth)
    if isinstance(replacement, AdverseEvent):
        require_grade_of_term(replacement)
    if isinstance(replacement, Plan):
        require_sound_plan(replacement)
    if isinstance(replacement, Visit | MissedVisit):
        require_known_visit(replacement.visit, circumstances.edition)


def void(command: VoidEntry, patient: Patient) -> list[Event]:
    """The void; none when the entry is void already. Raises `NoSuchEntry`, `NotPermitted`."""
    entry = _entry(command.target, patient)
    if any(isinstance(e.event, EntryVoided) and e.event.target == command.target for e in patient.history):
        return []
    if not isinstance(entry.event, EntryCorrected):
        _alterable(command.target, patient)
    return [EntryVoided(occurred_on=command.occurred_on, target=command.target, reason=command.reason)]


DONE_IN_THE_WORLD = (
    PatientRandomised,
    GenomicTestOrdered,
    ReminderSent,
    PatientForgotten,
    IdentityDisclosed,
    EntryVoided,
    EntryCorrected,
)
"""What no entry takes back."""


def _alterable(target: UUID, patient: Patient) -> Recorded[Event]:
    entry = _entry(target, patient)
    if isinstance(entry.event, DONE_IN_THE_WORLD):
        raise NotPermitted(
            "target",
            entry.event.type,
            "what the engine did in the world cannot be undone by an entry; an allocation stands (intention to treat)",
            "Record what happened next instead",
        )
    return entry


def _correctable(target: UUID, patient: Patient) -> Recorded[Event]:
    entry = _alterable(target, patient)
    if entry.event.visibility == "identifying":
        raise NotPermitted(
            "target",
            entry.event.type,
            "who the patient is never stands in a correction",
            f"Say it anew, which replaces it: `imni identify {patient.patient_id}`",
        )
    return entry


def _standing(target: UUID, patient: Patient) -> Recorded[Event]:
    for entry in patient.entries:
        if entry.event_id == target:
            return entry
    raise NotPermitted("target", str(target), "the entry is void", "Record the fact anew, as it should have been")


def _entry(target: UUID, patient: Patient) -> Recorded[Event]:
    for entry in patient.history:
        if entry.event_id == target:
            return entry
    raise NoSuchEntry(
        "target",
        str(target),
        f"patient {patient.patient_id} has no entry with that id",
        "Open the form by its link on the patient's page, or take the id from `imni history`",
    )
