"""Every link of a page opens a form that there is, with fields that it has."""

import json
from datetime import date
from urllib.parse import unquote

import pytest

from domain.work_item import ENGINE_WORK, Work
from domain.worklist import owed
from flows.form_card import card_of
from flows.form_words import words_of
from flows.operator_entry import OPERATOR_COMMANDS
from flows.reports.links import form_link
from flows.reports.next_forms import FORM_OF_CRITERION, FORM_OF_WORK, form_for, forms_by_chapter
from tests import facts
from tests.given import edition_with, patient_with

MORE_THAN_A_FORM = {Work.COMPLETE_SCREENING, Work.SETTLE_RISK_CLASS}


def test_work_of_people_leads_to_a_form_and_a_field_of_it() -> None:
    assert set(Work) - ENGINE_WORK - set(FORM_OF_WORK) == MORE_THAN_A_FORM
    for wire, field in FORM_OF_WORK.values():
        assert not field or field in OPERATOR_COMMANDS[wire].model_fields


def test_the_form_of_the_next_fraction_is_filled_in_with_its_phase_number_and_planned_dose() -> None:
    boosted = facts.enrolled(facts.planned(boost="yes"), facts.plan_reviewed(), *facts.fractions(15))
    (item,) = (
        item
        for item in owed(patient_with(*boosted), edition_with(), date(2021, 2, 22))
        if item.work is Work.DELIVER_FRACTION
    )
    asked = json.loads(unquote(form_for(item).partition("?parameters=")[2].rstrip(")")))
    assert asked == {
        "form": {"patient_id": "RJ-0001", "entry": {"phase": "BOOST – tumour bed", "number": 1, "dose_cgy": 267}},
    }


@pytest.mark.parametrize("wire", OPERATOR_COMMANDS)
def test_what_a_link_fills_in_is_what_the_form_offers_to_choose(wire: str) -> None:
    """Of every field with choices, each code: a drop-down would show another one as it is, and Prefect refuse it."""
    command = OPERATOR_COMMANDS[wire]
    card = card_of(command).model_json_schema()
    chosen = {name: words for name, field in command.model_fields.items() if (words := words_of(field.annotation))}
    for name, words in chosen.items():
        asked = card["properties"][name]
        for code in words:
            known = [code] if asked["type"] == "array" else code
            link = form_link("", wire, "RJ-1", **{name: known})
            (filled,) = json.loads(unquote(link.partition("?parameters=")[2].rstrip(")")))["form"]["entry"].values()
            offered = asked.get("items", asked)["enum"]
            assert (filled[0] if isinstance(filled, list) else filled) in offered, (name, code)


def test_every_criterion_has_a_form_but_the_score_from_the_laboratory() -> None:
    criteria = {criterion.id for criterion in edition_with().criteria}
    assert criteria - set(FORM_OF_CRITERION) == {"DR02"}
    assert set(FORM_OF_CRITERION) <= criteria
    assert set(FORM_OF_CRITERION.values()) <= set(OPERATOR_COMMANDS)


def test_every_form_stands_in_one_chapter() -> None:
    links = [link for _, found in forms_by_chapter() for link in found]
    told = sorted(link.partition("(/forms/")[2].rstrip(")") for link in links)
    assert told == sorted([*OPERATOR_COMMANDS, "enter-batch"])
