"""Each form as an operator reads it: plain words to choose, units and limits, times of the hospital, lists of terms."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError

from domain.decisions.command import Command
from domain.decisions.conduct import ChooseReading, choosable
from domain.decisions.consent import RecordConsent
from domain.decisions.follow_up import RecordVisit
from domain.decisions.outcomes import RecordRecurrence, RecordSuspicion
from domain.decisions.radiotherapy import RecordPlanDose
from domain.decisions.safety import (
    AssessSeriousAdverseEvent,
    DeclareSeriousAdverseEvent,
    RecordAdverseEvent,
    RecordSeriousAdverseEventNotice,
)
from domain.protocol.editions import EDITIONS
from domain.refusal_words import in_words
from domain.toxicity.terms import terms
from events.screening import PrimaryTumour, RegionalNodes
from flows.batch_entry import BatchForm, enter_batch
from flows.form_card import card_of
from flows.form_lists import LISTS, as_listed
from flows.form_words import WORDS, as_chosen, as_kept
from flows.operator_entry import FORMS, OPERATOR_COMMANDS

EVERY = {**FORMS, "enter-batch": enter_batch}
SHANGHAI = {"zone": ZoneInfo("Asia/Shanghai")}
CATEGORIES = {*PrimaryTumour, *RegionalNodes}
"""What a pathologist writes, and everybody reads."""
UNIT = re.compile(r"\((mm|%|cGy|\d+-\d+)\)|[Hh]ow many|Which of|the unit|nodes")


def _asked(wire: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field of a form as Prefect is told of it, those of rows within it too."""
    definitions = EVERY[wire].parameters.model_dump()["definitions"]
    for card, definition in definitions.items():
        for name, asked in definition.get("properties", {}).items():
            of = asked.get("items", asked).get("$ref", "").rpartition("/")[2]
            if "properties" not in definitions.get(of, {}):
                yield f"{card}.{name}", {**definitions.get(of, {}), **asked}


@pytest.mark.parametrize("wire", EVERY)
def test_every_field_says_what_it_wants_in_words_of_ours(wire: str) -> None:
    for field, asked in _asked(wire):
        offers = asked.get("items", asked).get("enum")
        assert asked["title"], field
        assert "anyOf" not in asked, field
        assert asked.get("type") != "boolean", field
        assert asked.get("format") in {None, "date", "uuid"}, field
        if not offers:
            assert asked.get("description") or UNIT.search(asked["title"]), field


def test_no_title_is_one_that_pydantic_made_up_from_the_name_of_a_field() -> None:
    def of(kind: type[BaseModel]) -> Iterator[tuple[str, str | None]]:
        for name, field in kind.model_fields.items():
            yield f"{kind.__name__}.{name}", field.title
            for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
                if isinstance(inner, type) and issubclass(inner, BaseModel):
                    yield from of(inner)

    titles = [
        found for form in [*(FORMS[wire].fn.__annotations__["form"] for wire in FORMS), BatchForm] for found in of(form)
    ]
    assert len(titles) > len(FORMS)
    assert not [field for field, title in titles if not title]


@pytest.mark.parametrize("wire", EVERY)
def test_every_number_has_its_unit_and_its_limits(wire: str) -> None:
    for field, asked in _asked(wire):
        if asked["type"] in {"integer", "number"}:
            assert "maximum" in asked, field
            assert "minimum" in asked or "exclusiveMinimum" in asked, field
            assert UNIT.search(f"{asked['title']} {asked.get('description', '')}"), field


@pytest.mark.parametrize("wire", EVERY)
def test_no_choice_is_a_code_that_one_must_know(wire: str) -> None:
    for field, asked in _asked(wire):
        offered = asked.get("items", asked).get("enum", ())
        cryptic = [one for one in offered if one == one.upper() and one not in CATEGORIES]
        assert not cryptic, (field, cryptic)
        default = asked.get("default")
        assert not offered or not isinstance(default, str) or default in offered, field


def test_no_two_choices_of_a_field_read_alike_and_each_is_kept_as_its_code() -> None:
    for kind, words in WORDS.items():
        assert len(set(words.values())) == len(words), kind


@pytest.mark.parametrize("wire", OPERATOR_COMMANDS)
def test_a_form_takes_words_and_codes_alike(wire: str) -> None:
    command = OPERATOR_COMMANDS[wire]
    for name, asked in card_of(command).model_json_schema()["properties"].items():
        offered = asked.get("items", asked).get("enum", ()) if name in command.model_fields else ()
        for words in offered:
            said = [words] if asked["type"] == "array" else words
            kept = as_kept(command, {name: said})
            assert as_chosen(command, kept) == {name: said}
            assert as_kept(command, kept) == kept


def test_words_are_kept_as_codes_within_the_rows_of_a_form_too() -> None:
    plan = OPERATOR_COMMANDS["record-plan"]
    phase = {"total_cgy": 4005, "fractions": 15, "per_fraction_cgy": 267}
    told = {"occurred_on": "2021-01-01", "regimen": "HYPO – hypofractionated"}
    rows = [{**phase, "phase": "MAIN – chest wall or whole breast, with nodes"}]
    checked: Any = card_of(plan).model_validate({**told, "phases": rows})
    assert (checked.regimen, checked.phases[0].phase) == ("HYPO", "MAIN")


def _serious(aware_at: str) -> datetime:
    facts = {"occurred_on": "2021-08-19", "sae_id": "SAE-1", "term": "cellulitis", "criteria": ["life-threatening"]}
    checked: Any = card_of(DeclareSeriousAdverseEvent).model_validate({**facts, "aware_at": aware_at}, context=SHANGHAI)
    return checked.aware_at


@pytest.mark.parametrize(
    "aware_at", ["2021-08-19 14:30", "2021-08-19T14:30", "2021-08-19T06:30:00Z", "2021-08-19 14:30:00+08:00"]
)
def test_the_24_hours_of_a_serious_event_run_from_what_the_hospitals_clock_showed(aware_at: str) -> None:
    assert _serious(aware_at) == datetime(2021, 8, 19, 6, 30, tzinfo=UTC)
    pattern = card_of(DeclareSeriousAdverseEvent).model_json_schema()["properties"]["aware_at"]["pattern"]
    assert re.search(pattern, aware_at)


@pytest.mark.parametrize("aware_at", ["2021-13-40 99:00", "08/19/2021 02:30 pm", "yesterday"])
def test_a_time_that_is_none_is_refused_with_how_to_write_it(aware_at: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _serious(aware_at)
    assert in_words(refused.value, card_of(DeclareSeriousAdverseEvent)).startswith(f"Site became aware at '{aware_at}'")


def _graded(**facts: Any) -> Any:
    return card_of(RecordAdverseEvent).model_validate({"occurred_on": "2021-03-01", "grade": 2, **facts})


def test_a_term_is_chosen_from_the_list_or_written_where_the_list_has_it_not() -> None:
    listed = _graded(from_list="Rash: dermatitis associated with radiation › Radiation")
    assert (listed.term, listed.select) == ("Rash: dermatitis associated with radiation", "Radiation")
    assert _graded(term="Hiccoughs").term == "Hiccoughs"
    by_hand = card_of(RecordAdverseEvent).model_json_schema()["properties"]["term"]
    assert (by_hand["title"], by_hand["description"][:8]) == ("Term not on the list", "Only for")
    assert (_graded(from_list="Fracture").term, _graded(from_list="Fracture").select) == ("Fracture", None)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "Term is missing: fill it in."),
        (
            {"from_list": "Fractur"},
            "Term: 'Fractur' is not on the list: choose it from the list, or write it under Term not",
        ),
        ({"from_list": "Fracture", "term": "Rash"}, "Term: 'Fracture' was chosen, and 'Rash' was written: choose"),
    ],
)
def test_two_terms_or_none_are_refused(facts: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _graded(**facts)
    assert said in in_words(refused.value, card_of(RecordAdverseEvent))


def test_every_term_the_table_grades_and_every_metric_the_protocol_judges_is_on_a_list() -> None:
    offered = LISTS[RecordAdverseEvent].choices.values()
    assert {(one["term"], one.get("select")) for one in offered} == {(term.term, term.select) for term in terms()}
    judged = {(each.structure, each.metric) for edition in EDITIONS.values() for each in edition.dose_constraints}
    assert judged < {(one["structure"], one["metric"]) for one in LISTS[RecordPlanDose].choices.values()}
    heart = "Mean dose to the heart (Gy) – HEART MEAN_GY"
    checked: Any = card_of(RecordPlanDose).model_validate({"occurred_on": "2021-01-01", "from_list": heart, "value": 4})
    assert (checked.structure, checked.metric) == ("HEART", "MEAN_GY")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (RecordRecurrence, "behaviour"),
        (RecordSuspicion, "evidence"),
        (AssessSeriousAdverseEvent, "serious"),
        (RecordSeriousAdverseEventNotice, "kind"),
        (RecordConsent, "form_version"),
    ],
)
def test_a_form_left_as_it_is_says_nothing_that_nobody_has_said(command: type[Command], field: str) -> None:
    schema = card_of(command).model_json_schema()
    assert "default" not in schema["properties"][field]
    assert field in schema["required"]
    assert field not in command.model_json_schema()["required"], "imports may leave it out"


def test_a_visit_is_chosen_in_words_and_one_of_a_later_year_is_written() -> None:
    on = {"occurred_on": "2021-08-19", "disease_status": "no evidence of disease"}
    card: Any = card_of(RecordVisit)
    chosen = card.model_validate({**on, "from_list": "6 months after radiotherapy"})
    assert (chosen.visit, card.model_validate({**on, "visit": "7y"}).visit) == ("6m", "7y")
    assert as_listed(RecordVisit, {"visit": "week-4"}) == {"from_list": "week 4 of radiotherapy"}
    assert as_listed(RecordVisit, {"visit": "7y"}) == {"visit": "7y"}


def test_every_reading_that_may_be_chosen_is_on_a_list() -> None:
    choices = LISTS[ChooseReading].choices.values()
    offered = {(one["question"], one["option"]) for one in choices}
    assert ("PQ-04", "<44") in offered
    assert all(choosable(question, option) for question, option in offered)
