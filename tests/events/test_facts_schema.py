"""The schema of facts, which a form is made from: one plain field a fact, nothing about null."""

import json

import pytest

from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS
from domain.decisions.command import Command
from domain.decisions.screening import RecordPathology

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
