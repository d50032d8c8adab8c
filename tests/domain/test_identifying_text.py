"""Telephone and identity card numbers do not get into the log by a free text; codes and measures do."""

from typing import Any

import pytest

from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS
from domain.decisions.command import Command
from domain.rejections import Implausible
from tests import facts
from tests.given import entry, given, given_trial

ON = "2021-03-01"
RESIDENT, ENDS_WITH_X = "110105194912310021", "11010519491231002X"


def _said(wire: str, **fields: Any) -> Any:
    kind: type[Command] = {**PATIENT_COMMANDS, **TRIAL_COMMANDS}[wire]
    return kind.model_validate({"occurred_on": ON, **fields})


@pytest.mark.parametrize(
    "text",
    [
        "call 13912345678 after six",
        "tel.139 1234 5678",
        "139-1234-5678",
        "+8613912345678",
        "她的电话13912345678",
        f"card {ENDS_WITH_X}",
        f"card {ENDS_WITH_X.lower()}.",
    ],
)
def test_a_number_that_would_identify_her_is_refused_and_not_repeated(text: str) -> None:
    loss = _said("record-loss", reason=text)
    refusal = given(facts.screened()).when(loss).then_rejected(Implausible, field="reason", mentions="imni identify")
    assert "1234" not in str(refusal)


@pytest.mark.parametrize(
    "text",
    [
        "moved to another province",
        "seen on 2021-03-01 at 13:45, dose 4005 cGy in 15 fractions of 267",
        "order 1391234567",
        "specimen 213912345678",
        "factor 0.13912345678",
        RESIDENT,
        "110105999912310024",
    ],
)
def test_other_numbers_are_taken(text: str) -> None:
    loss = _said("record-loss", reason=text)
    given(facts.screened()).when(loss).then(facts.lost(on=ON, reason=text))


def test_a_code_of_eleven_digits_is_a_code_but_an_identity_card_is_one_everywhere() -> None:
    life = (*facts.enrolled(), facts.ordered())
    order = {"order_key": "recurindex/RJ-0001/2", "laboratory_order_id": "13912345678"}
    ordered = given(*life).when(_said("record-genomic-order", **order))
    assert [event.type for event in ordered.decide(life)] == ["genomic-test-ordered.v1"]
    cancer = _said("record-second-primary", site=f"lung {ENDS_WITH_X}")
    given(*life).when(cancer).then_rejected(Implausible, field="site", mentions="identity card")


def test_a_correction_brings_no_number_in_and_the_trial_s_texts_hold_none() -> None:
    life = (facts.screened(), facts.lost(on=ON))
    said = {"occurred_on": ON, "reason": "call 13912345678"}
    correction = _said("correct-entry", target=entry(2), replacement=said, reason="misread")
    given(*life).when(correction).then_rejected(Implausible, field="reason", mentions="telephone")
    given_trial().when(_said("record-audit", findings="ask 13912345678")).then_rejected(Implausible, field="findings")


def test_what_the_engine_says_of_another_system_is_kept_as_it_is() -> None:
    aside = _said("set-work-aside", key="recurindex/RJ-0001/1", problem="order 13912345678 is unknown")
    expected = facts.work_set_aside("recurindex/RJ-0001/1", on=ON, problem="order 13912345678 is unknown")
    given(facts.screened()).when(aside).then(expected)


@pytest.mark.parametrize("number", ["Zhang Wei", "张伟", "Q 17", "?17", ENDS_WITH_X])
def test_a_number_that_stands_in_mails_is_no_name_and_no_identity_card(number: str) -> None:
    asked = {"occurred_on": ON, "query_id": number, "question": "Is the grade right?"}
    query = _said("open-query", **asked)
    refused = given(facts.screened()).when(query).then_rejected(Implausible, field="query_id", mentions="not repeated")
    assert number not in str(refused)
    correction = _said("correct-entry", target=entry(2), replacement=asked, reason="misread")
    given(facts.screened(), facts.query()).when(correction).then_rejected(Implausible, field="query_id")


@pytest.mark.parametrize("number", ["Q-1", "after-death/1", "2021_03.7"])
def test_a_number_of_ones_own_is_taken(number: str) -> None:
    serious = facts.serious("2021-03-01", sae_id=number)
    declared = _said("declare-serious-adverse-event", **serious.model_dump())
    given(facts.screened()).when(declared).then(serious)


def test_a_query_that_has_a_name_for_a_number_since_long_ago_is_still_answered() -> None:
    named = facts.query("Zhang Wei")
    answer = facts.query_answered("Zhang Wei")
    given(facts.screened(), named).when(_said("answer-query", **answer.model_dump())).then(answer)
