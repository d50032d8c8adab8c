"""Every link of a page opens a form that there is, with fields that it has."""

from domain.work_item import ENGINE_WORK, Work
from flows.operator_entry import OPERATOR_COMMANDS
from flows.reports.next_forms import FORM_OF_CRITERION, FORM_OF_WORK, forms_by_chapter
from tests.given import edition_with

MORE_THAN_A_FORM = {Work.COMPLETE_SCREENING, Work.SETTLE_RISK_CLASS}


def test_work_of_people_leads_to_a_form_and_a_field_of_it() -> None:
    assert set(Work) - ENGINE_WORK - set(FORM_OF_WORK) == MORE_THAN_A_FORM
    for wire, field in FORM_OF_WORK.values():
        assert not field or field in OPERATOR_COMMANDS[wire].model_fields


def test_every_criterion_has_a_form_but_the_score_from_the_laboratory() -> None:
    criteria = {criterion.id for criterion in edition_with().criteria}
    assert criteria - set(FORM_OF_CRITERION) == {"DR02"}
    assert set(FORM_OF_CRITERION) <= criteria
    assert set(FORM_OF_CRITERION.values()) <= set(OPERATOR_COMMANDS)


def test_every_form_stands_in_one_chapter() -> None:
    links = [link for _, found in forms_by_chapter() for link in found]
    told = sorted(link.partition("(/forms/")[2].rstrip(")") for link in links)
    assert told == sorted([*OPERATOR_COMMANDS, "enter-batch"])
