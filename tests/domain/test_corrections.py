"""Taking something back: with a reason, by a new entry, never by deletion."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.decisions.corrections import CorrectEntry, VoidEntry
from domain.rejections import Implausible, NoSuchEntry, NotPermitted
from events.event import Event
from tests import facts
from tests.given import entry, given

ON = "2021-03-01"
LIFE = (*facts.enrolled(), facts.planned(), facts.reminded("reminder/1"), facts.ordered(), facts.visit())
ENDED = len(LIFE)


def _correct(position: int, replacement: Event | dict[str, Any]) -> CorrectEntry:
    said = replacement if isinstance(replacement, dict) else replacement.model_dump(mode="json", exclude_none=True)
    return CorrectEntry.model_validate(
        {"occurred_on": ON, "target": entry(position), "replacement": said, "reason": "misread"}
    )


def _void(position: int) -> VoidEntry:
    return VoidEntry.model_validate({"occurred_on": ON, "target": entry(position), "reason": "wrong patient"})


def _position(kind: str) -> int:
    return next(position for position, event in enumerate(LIFE, start=1) if event.type.startswith(kind))


PATHOLOGY = _position("pathology")
PLAN = _position("radiotherapy-planned")
VISIT = _position("visit")


def test_a_correction_replaces_an_entry_by_one_of_its_type() -> None:
    given(*LIFE).when(_correct(PATHOLOGY, facts.pathology(grade=3))).then(
        facts.corrected(entry(PATHOLOGY), facts.pathology(grade=3))
    )


def test_what_the_entry_already_says_is_no_correction() -> None:
    given(*LIFE).when(_correct(PATHOLOGY, facts.pathology())).then()
    corrected = facts.corrected(entry(PATHOLOGY), facts.pathology(grade=3))
    given(*LIFE, corrected).when(_correct(PATHOLOGY, facts.pathology(grade=3))).then()


def test_a_correction_may_be_corrected_back() -> None:
    corrected = facts.corrected(entry(PATHOLOGY), facts.pathology(grade=3))
    back = facts.corrected(entry(PATHOLOGY), facts.pathology())
    given(*LIFE, corrected).when(_correct(PATHOLOGY, facts.pathology())).then(back)


@pytest.mark.parametrize(
    ("position", "replacement", "named"),
    [
        (PATHOLOGY, {"grade": 3}, ["pathology-reported.v1", "occurred_on"]),
        (PATHOLOGY, {"occurred_on": "2020-11-27", "grade": 4}, ["grade"]),
        (PATHOLOGY, {"occurred_on": "2020-11-27", "grad": 3}, ["grad"]),
        (PATHOLOGY, {"occurred_on": "2020-11-31"}, ["not in the calendar"]),
        (VISIT, {"occurred_on": "2021-08-19", "visit": "6m"}, ["disease_status"]),
    ],
)
def test_a_replacement_that_does_not_fit_its_entry_is_refused(
    position: int, replacement: dict[str, Any], named: list[str]
) -> None:
    given(*LIFE).when(_correct(position, replacement)).then_rejected(Implausible, field="replacement", mentions=named)


def test_why_a_replacement_does_not_fit_is_said_by_the_names_it_is_written_with_and_in_a_sentence() -> None:
    refused = given(*LIFE).when(_correct(PATHOLOGY, {"grade": 4})).then_rejected(Implausible, field="replacement")
    assert refused.rule == "occurred_on is missing: fill it in. grade 4 is not a whole number from 1 to 3"
    assert "pydantic" not in str(refused)
    assert "\n" not in str(refused)


def test_a_replacement_obeys_the_rules_of_the_entry() -> None:
    wrong_sum = [{"phase": "MAIN", "total_cgy": 4000, "fractions": 15, "per_fraction_cgy": 267}]
    given(*LIFE).when(_correct(PLAN, facts.planned(phases=wrong_sum))).then_rejected(
        Implausible, field="phases.MAIN.total_cgy", mentions="15 fractions of 267 cGy are 4005 cGy"
    )
    given(*LIFE).when(_correct(VISIT, facts.visit("7m"))).then_rejected(NoSuchEntry, field="visit", mentions="'7m'")
    given(*LIFE).when(_correct(PLAN, facts.planned(boost="yes"))).then(
        facts.corrected(entry(PLAN), facts.planned(boost="yes"))
    )
    given(*LIFE).when(_correct(VISIT, facts.visit("12m"))).then(facts.corrected(entry(VISIT), facts.visit("12m")))


@pytest.mark.parametrize("kind", ["patient-randomised", "genomic-test-ordered", "reminder-sent"])
def test_what_was_done_in_the_world_is_not_undone_by_an_entry(kind: str) -> None:
    """A10: also a patient randomised by mistake keeps her number and arm (intention to treat)."""
    position = _position(kind)
    for command in (_correct(position, LIFE[position - 1]), _void(position)):
        given(*LIFE).when(command).then_rejected(NotPermitted, field="target", mentions=[kind, "cannot be undone"])


def test_an_allocation_taken_over_may_be_mended_as_it_was_typed_here() -> None:
    omit, imni = facts.taken_over(arm="OMIT"), facts.taken_over(arm="IMNI")
    given(facts.screened(), omit).when(_correct(2, imni)).then(facts.corrected(entry(2), imni))
    given(facts.screened(), omit).when(_void(2)).then(facts.voided(entry(2)))


def test_an_entry_is_voided_once() -> None:
    given(*LIFE).when(_void(PATHOLOGY)).then(facts.voided(entry(PATHOLOGY)))
    given(*LIFE, facts.voided(entry(PATHOLOGY))).when(_void(PATHOLOGY)).then()


def test_a_correction_may_be_voided_but_neither_corrected_nor_a_void_voided() -> None:
    corrected = facts.corrected(entry(PATHOLOGY), facts.pathology(grade=3))
    given(*LIFE, corrected).when(_void(ENDED + 1)).then(facts.voided(entry(ENDED + 1)))
    given(*LIFE, corrected).when(_correct(ENDED + 1, corrected)).then_rejected(NotPermitted, field="target")
    given(*LIFE, facts.voided(entry(PATHOLOGY))).when(_void(ENDED + 1)).then_rejected(NotPermitted, field="target")


def test_what_is_void_is_recorded_anew_not_corrected() -> None:
    given(*LIFE, facts.voided(entry(PATHOLOGY))).when(_correct(PATHOLOGY, facts.pathology(grade=3))).then_rejected(
        NotPermitted, field="target", mentions=["is void", "Record the fact anew"]
    )


@pytest.mark.parametrize("command", [_void(99), _correct(99, facts.pathology())])
def test_an_unknown_entry_is_refused_with_the_way_to_its_id(command: VoidEntry | CorrectEntry) -> None:
    given(*LIFE).when(command).then_rejected(
        NoSuchEntry, field="target", mentions=[str(entry(99)), "patient RJ-0001", "imni history"]
    )


@pytest.mark.parametrize("reason", ["", "  ", "no"])
def test_a_correction_without_a_reason_is_none(reason: str) -> None:
    target = UUID(int=1)
    with pytest.raises(ValidationError, match="reason"):
        VoidEntry.model_validate({"occurred_on": ON, "target": target, "reason": reason})
    with pytest.raises(ValidationError, match="reason"):
        CorrectEntry.model_validate({"occurred_on": ON, "target": target, "replacement": {}, "reason": reason})
