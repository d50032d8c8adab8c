"""The schema of facts, which a form is made from: one plain field a fact, nothing about null."""

import json
import re

import pytest

from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS
from domain.decisions.command import Command
from domain.decisions.screening import RecordPathology, RecordPerformanceStatus

COMMANDS = {**PATIENT_COMMANDS, **TRIAL_COMMANDS}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_field_asks_whether_it_is_null(command: type[Command]) -> None:
    schema = command.model_json_schema()
    assert '"null"' not in json.dumps(schema)
    for field in schema["properties"].values():
        assert "anyOf" not in field
        assert "title" in field or "$ref" in field


def test_a_decimal_is_a_number_with_its_range() -> None:
    size = RecordPathology.model_json_schema()["properties"]["tumour_size_mm"]
    assert (size["type"], size["minimum"], size["maximum"]) == ("number", 0, 300)


def test_what_is_not_known_may_still_be_null() -> None:
    assert RecordPathology.model_validate_json('{"occurred_on": "2021-01-01", "grade": null}').grade is None


_PLAIN = re.findall(
    r"\w+",
    "F M T1 T2 T3 T4 "
    "UNKNOWN OTHER BREAST NECK CHEST ELSEWHERE NEGATIVE CLOSE POSITIVE SUSPICION RECURRENCE AXILLA SUPRACLAVICULAR "
    "INFRACLAVICULAR DISTANT HISTOLOGY CYTOLOGY IMAGING CLINICAL DEATH HOSPITALISATION DISABILITY MAMMOGRAPHY THYROID "
    "TOXICITY ECG CTCAE RTOG CHEST_CT CHEST_WALL INTERNAL_MAMMARY NO_EVIDENCE PHYSICAL_EXAM LIVER_FUNCTION "
    "RENAL_FUNCTION LIFE_THREATENING CONGENITAL_ANOMALY OTHER_IMPORTANT BREAST_CANCER",
)
"""Choices in capitals that say themselves what they mean."""


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_choice_in_capitals_is_a_plain_word_or_explained_beneath_its_field(command: type[Command]) -> None:
    schema = command.model_json_schema()
    for name, asked in schema["properties"].items():
        of = asked.get("items", asked)
        choices = schema["$defs"][of["$ref"].rpartition("/")[2]].get("enum", ()) if "$ref" in of else of.get("enum", ())
        cryptic = {one for one in choices if one.isupper() and one not in _PLAIN}
        explained = {one for one in cryptic if re.search(rf"\b{one}\b", asked.get("description", ""))}
        assert cryptic == explained, name


def test_limits_and_examples_stand_beneath_a_field_because_prefect_shows_neither() -> None:
    asked = RecordPathology.model_json_schema()["properties"]
    assert asked["tumour_size_mm"]["description"] == "From 0 to 300."
    assert asked["her2"]["description"] == "For example: 0, 1+, 2+ ISH negative, 3+"
    assert asked["ki67_pct"]["description"] == "A range such as 10-15 % enters as its lower bound. From 0 to 100."
    assert "description" not in asked["grade"], "its title says (1-3)"
    karnofsky = RecordPerformanceStatus.model_json_schema()["properties"]["karnofsky"]
    assert karnofsky["description"] == "From 0 to 100, in steps of 10."
    assert "description" not in asked["occurred_on"], "a calendar opens"


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_stands_beneath_a_field_is_plain_text_and_whole_sentences(command: type[Command]) -> None:
    for name, asked in command.model_json_schema()["properties"].items():
        said = str(asked.get("description", ""))
        assert not set("*`_") & set(re.sub(r"\b[A-Z0-9_]+\b", "", said)), (name, said)
        before, _, _ = said.partition(" For example: ")
        assert not before or before.startswith("For example: ") or before[-1] in ".?", (name, said)
