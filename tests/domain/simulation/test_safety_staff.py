"""The simulated investigators and the clocks of a serious adverse event."""

from __future__ import annotations

from datetime import date

from domain.decisions.safety import AssessSeriousAdverseEvent, RecordSeriousAdverseEventNotice
from domain.protocol.v2_0 import EDITION
from domain.simulation.site_acts import Doings, Situation
from domain.simulation.staff import respond
from domain.worklist import worklist
from events.event import Event
from tests.domain.simulation.test_staff import COURSE, LIFE
from tests.facts import enrolled, serious, serious_reported
from tests.given import patient_with

FATAL = serious("2021-03-01", criteria=["DEATH"])


def done(*events: Event, on: str) -> dict[str, Doings]:
    """What is done about each clock that runs."""
    patient, today = patient_with(*enrolled(*events)), date.fromisoformat(on)
    situation = Situation(patient, COURSE, LIFE, EDITION, today)
    items = [item for item in worklist(patient, EDITION, today) if item.subject == "SAE-1"]
    return {item.key.rpartition("/")[2]: respond(situation, item) for item in items}


def test_the_investigator_hears_of_it_and_assesses_it_at_once() -> None:
    found = done(FATAL, on="2021-03-01")
    (told,) = [entered.command for entered in found["site-to-investigator"].entered]
    assert isinstance(told, RecordSeriousAdverseEventNotice)
    assert told.to == "principal-investigator"
    (assessed,) = [entered.command for entered in found["assessment"].entered]
    assert isinstance(assessed, AssessSeriousAdverseEvent)
    assert found["ethics-fatal"].again_on == date(2021, 3, 4)


def test_the_ethics_committee_hears_of_it_days_later_and_of_a_death_twice() -> None:
    (first,) = [entered.command for entered in done(FATAL, on="2021-03-04")["ethics-fatal"].entered]
    assert (first.model_dump()["to"], first.model_dump()["kind"]) == ("ethics-committee", "initial")
    reported = serious_reported("ethics-committee", "2021-03-04", kind="initial")
    assert done(FATAL, reported, on="2021-03-05")["ethics-follow-up"].again_on == date(2021, 3, 7)
    (second,) = [entered.command for entered in done(FATAL, reported, on="2021-03-07")["ethics-follow-up"].entered]
    assert second.model_dump()["kind"] == "follow-up"
