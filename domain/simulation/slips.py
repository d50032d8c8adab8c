"""Slips of the pen: an entry that is wrong at first, and put right by a correction or a void some weeks later."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from domain.decisions.corrections import CorrectEntry, VoidEntry
from domain.decisions.follow_up import RecordVisit
from domain.decisions.outcomes import RecordDeath, RecordRecurrence
from domain.decisions.radiotherapy import RecordRadiotherapyCompletion
from domain.decisions.reporting import recorded_as
from domain.decisions.safety import RecordAdverseEvent
from domain.simulation.site_acts import COORDINATOR, NOTHING, Act, Doings, Situation, enters
from events.catalogue import encode
from events.clinical_date import ClinicalDate
from events.event import Event
from events.recorded import Actor

Corrigible = RecordVisit | RecordDeath | RecordRadiotherapyCompletion | RecordAdverseEvent
"""The entries in which the simulated staff make mistakes."""

_NOTICED_AFTER = (20, 60)


def enters_with_care(situation: Situation, by: Actor, right: Corrigible, wrong: Corrigible) -> Doings:
    """Somebody enters `right`, or now and then `wrong`, which is corrected weeks later."""
    draws = situation.course.draws(f"slip {right.wire} {right.occurred_on}")
    slips = draws.happens(situation.course.assumptions.entry_mistaken)
    if not slips or wrong.occurred_on.latest > situation.today:
        return enters(by, right)
    noticed_on = situation.today + timedelta(days=draws.between(*_NOTICED_AFTER))
    correction = Act(noticed_on, partial(_correct, recorded_as(wrong), recorded_as(right)), tidies=True)
    return enters(by, wrong) + Doings(later=(correction,))


def entered_for_wrong_patient(entry: RecordRecurrence, made_on: date, noticed_on: date) -> tuple[Act, Act]:
    """An entry that belongs to somebody else, made on a day and voided later."""
    make = Act(made_on, lambda situation: enters(COORDINATOR, entry))
    return make, Act(noticed_on, partial(_void, recorded_as(entry)), tidies=True)


def _correct(wrong: Event, right: Event, situation: Situation) -> Doings:
    return _put_right(
        wrong,
        situation,
        lambda target: CorrectEntry(
            occurred_on=ClinicalDate.parse(situation.today),
            target=target,
            replacement=json.loads(encode(right)),
            reason="transcription error found at source data verification",
        ),
    )


def _void(wrong: Event, situation: Situation) -> Doings:
    today = ClinicalDate.parse(situation.today)
    return _put_right(
        wrong,
        situation,
        lambda target: VoidEntry(occurred_on=today, target=target, reason="entered for the wrong patient"),
    )


def _put_right(wrong: Event, situation: Situation, remedy: Callable[[UUID], CorrectEntry | VoidEntry]) -> Doings:
    target = next((entry.event_id for entry in situation.patient.entries if entry.event == wrong), None)
    return NOTHING if target is None else enters(COORDINATOR, remedy(target))
