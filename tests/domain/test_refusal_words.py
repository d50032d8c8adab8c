"""What is wrong with facts, as people read it: the field by its title, a plain sentence, the way out, no jargon."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError

from domain.decide import PATIENT_COMMANDS
from domain.decisions.safety import DeclareSeriousAdverseEvent
from domain.decisions.screening import RecordPathology
from domain.refusal_words import CHOICE, in_words, title_of

JARGON = ("Input should", "validation", "pattern", "Tuple", "String", "^", "$", "pydantic", "occurred_on", "_", "\n")


def _said(wire: str, **facts: Any) -> str:
    kind = PATIENT_COMMANDS[wire]
    with pytest.raises(ValidationError) as refused:
        kind.model_validate({"occurred_on": "2021-08-19", **facts})
    return in_words(refused.value, kind)


@pytest.mark.parametrize(
    ("wire", "facts", "said"),
    [
        (
            "record-fraction",
            {"number": "x", "dose_cgy": 267},
            "number within the phase 'x' is not a whole number from 1 to 99.",
        ),
        (
            "record-fraction",
            {"number": 1, "dose_cgy": 0},
            "Dose delivered (cGy) 0 is not a whole number above 0 to 3000.",
        ),
        ("record-fraction", {"number": 1, "dose_cgy": 267, "shift_mm": 999}, "(mm) 999 is not a number from 0 to 200."),
        ("record-performance-status", {"karnofsky": 75}, "75 is not a whole number from 0 to 100 in steps of 10."),
        ("record-fraction", {"number": 1}, "Dose delivered (cGy) is missing: fill it in."),
        ("record-missed-fraction", {"reason": ""}, "Reason is missing: fill it in."),
        (
            "correct-entry",
            {"target": "the last", "replacement": {}, "reason": "x"},
            "Reason has fewer than 3 letters: say more.",
        ),
        ("record-missed-fraction", {"reason": "x" * 501}, "Reason has more than 500 letters: shorten it."),
        ("record-withdrawal", {"scopes": []}, "Withdrawn from needs at least 1: choose or add one."),
        ("record-surgery", {"breast_surgery": "ALL"}, "Breast surgery 'ALL' is none of the choices: MAST or BCS."),
        ("record-plan-review", {"verdict": "good"}, "Verdict 'good' is none of the choices: accept or revise."),
        (
            "record-visit",
            {"disease_status": "NO_EVIDENCE", "visit": "6m", "seen": 1},
            "seen 1 is not asked for: leave it out.",
        ),
        ("record-contact", {"occurred_on": "2021-02-30"}, "Date '2021-02-30' is not in the calendar: write 2021-12-01"),
        (
            "void-entry",
            {"target": "the last", "reason": "wrong"},
            "Entry to void 'the last' is not what belongs here. ",
        ),
        (
            "record-visit",
            {"disease_status": "NO_EVIDENCE", "visit": ["6m"]},
            "Which visit is not what belongs here. Column",
        ),
        ("record-second-primary", {"site": ["lung"]}, "Site is not what belongs here, such as lung."),
        (
            "record-medical-history",
            {"prior_malignancies": [{"kind": "LCIS"}]},
            "malignancies › row 1 › Diagnosed on is missing",
        ),
    ],
)
def test_a_field_is_called_by_its_title_and_says_what_belongs_there(
    wire: str, facts: dict[str, Any], said: str
) -> None:
    found = _said(wire, **facts)
    assert said in found
    assert not [word for word in JARGON if word in found.replace("2021-12-01", "")], found


def test_everything_that_is_wrong_is_said_a_sentence_each() -> None:
    found = _said("record-fraction", number=100, cbct="maybe")
    assert found.count(". ") == 2
    assert found.endswith(".")
    assert "Cone-beam CT taken 'maybe' is none of the choices: yes, no or unknown." in found


def test_what_may_be_a_name_where_an_id_belongs_is_not_repeated() -> None:
    class Whose(BaseModel):
        patient: str = Field(title="Patient", pattern="^[A-Z]+$", description="Pseudonymous id.")
        share: Decimal = Field(title="Share")
        seen: str

    with pytest.raises(ValidationError) as refused:
        Whose.model_validate({"patient": "Zhang Wei", "share": "half", "seen": 1})
    assert in_words(refused.value, Whose) == (
        "Patient is not what belongs here. Pseudonymous id. Share 'half' is not what belongs here. "
        "seen 1 is not what belongs here."
    )


def test_a_choice_a_form_offers_says_itself_what_is_wrong() -> None:
    problem = PydanticCustomError(CHOICE, "{problem}", {"problem": "Choose a term, or write one"})
    refused = ValidationError.from_exception_data("", [{"type": problem, "loc": ("grade",), "input": "2"}])
    assert in_words(refused, PATIENT_COMMANDS["record-adverse-event"]) == "Choose a term, or write one."


def test_a_card_is_named_only_when_it_is_wrong_as_a_whole() -> None:
    class Form(BaseModel):
        entry: RecordPathology = Field(title="Pathology report")

    for facts, said in (
        ({"occurred_on": "2021-08-19", "grade": 9}, "Grade of"),
        ("none", "Pathology report 'none' is"),
    ):
        with pytest.raises(ValidationError) as refused:
            Form.model_validate({"entry": facts})
        assert in_words(refused.value, Form).startswith(said)


def test_of_what_is_wrong_as_a_whole_only_the_sentence_is_said() -> None:
    with pytest.raises(ValidationError) as refused:
        RecordPathology.model_validate(["no facts"])
    assert in_words(refused.value, RecordPathology) == "is not what belongs here."


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("aware_at", "Site became aware at"),
        ("patient", "patient"),
        ("occurred_on", "Date"),
    ],
)
def test_a_field_has_a_title(field: str, title: str) -> None:
    assert title_of(DeclareSeriousAdverseEvent, field) == title


def test_a_field_within_another_is_called_by_both_titles() -> None:
    assert title_of(PATIENT_COMMANDS["record-plan"], "phases.MAIN.total_cgy") == "Phases › MAIN › Total dose (cGy)"
    assert title_of(PATIENT_COMMANDS["correct-entry"], "replacement.occurred_on").endswith(" › occurred on")
