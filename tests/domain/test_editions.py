"""Protocol editions, and the readings under which one is in force."""

import pytest

from domain.protocol.editions import EDITIONS, edition_in_force, edition_named, read_as
from domain.protocol.readings import DEFAULT_READINGS, QUESTIONS
from domain.protocol.v2_0 import EDITION
from domain.rejections import NoSuchEntry
from domain.standing import Standing
from tests import facts
from tests.given import trial_with


def test_editions_are_found_by_number_in_the_order_they_came() -> None:
    assert list(EDITIONS) == sorted(EDITIONS)
    assert edition_named("2.0") is EDITION


def test_an_unknown_edition_is_refused_with_those_there_are() -> None:
    with pytest.raises(NoSuchEntry, match=r"edition 9\.9: no such protocol edition\. Use one of 2\.0"):
        edition_named("9.9")


def test_without_any_decision_the_first_edition_is_in_force_as_read_by_default() -> None:
    in_force = edition_in_force(Standing())
    assert in_force.id == "2.0"
    assert dict(in_force.readings) == dict(DEFAULT_READINGS)


def test_the_trials_last_choice_of_a_reading_is_in_force() -> None:
    trial = trial_with(
        facts.edition_activated(),
        facts.reading_chosen("PQ-04", "<44"),
        facts.reading_chosen("PQ-01", "either"),
        facts.reading_chosen("PQ-04", "<=44"),
        facts.reading_chosen("PQ-04", "<44"),
    )
    in_force = edition_in_force(trial)
    assert (in_force.reading("PQ-04"), in_force.reading("PQ-01")) == ("<44", "either")
    assert in_force.genomic.threshold_is_low is False


def test_reading_an_edition_otherwise_leaves_the_edition_as_it_was() -> None:
    assert read_as(EDITION, {"PQ-04": "<44"}).genomic != EDITION.genomic
    assert EDITION.reading("PQ-04") == "<=44"


def test_every_question_is_decided_by_one_of_its_options() -> None:
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS)
    assert all(question.default in question.options and len(question.options) > 1 for question in QUESTIONS)


def test_the_protocols_figures() -> None:
    """Protocol: Sample size; Trial design; Interventions; Quality assurance."""
    assert (EDITION.target_patients, EDITION.planned_accrual_months, EDITION.plan_reviews) == (214, 24, 20)
    assert (str(EDITION.margins.hazard_ratio), str(EDITION.margins.difference)) == ("2.30", "0.10")
    assert (EDITION.cbct_first_fractions, str(EDITION.cbct_action_level_mm)) == (3, "5")
    assert EDITION.genomic.low_at_most == 44
