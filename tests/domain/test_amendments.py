"""An amendment in force: who is reached by which part of it, and decisions taken again as they were and as if."""

from datetime import date

import pytest

from domain.analysis_sets import intention_to_treat, per_protocol
from domain.deviations import deviations
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition, Policy
from domain.protocol.editions import edition_in_force
from domain.protocol.v2_0 import EDITION
from domain.replay import Replayed, replay
from domain.visit_windows import Anchor, set_out
from events.event import Event
from tests import facts
from tests.amendment import VISITS_30_DAYS_LATER, amended
from tests.given import NOW, patient_with, trial_with

FIRST, AGAIN, ACTIVATED = "2021-01-05", "2021-07-05", "2021-06-01"


def in_force(visits: Policy = "prospective", eligibility: Policy = "prospective") -> Edition:
    trial = trial_with(facts.edition_activated(), facts.edition_activated("2.1", ACTIVATED))
    return edition_in_force(trial, {"2.0": EDITION, "2.1": amended(visits, eligibility)})


def consented(*on: str) -> Patient:
    return patient_with(facts.screened(), *(facts.consented(day, form_version="") for day in on))


def test_an_activation_is_in_force_from_its_day_and_knows_what_it_supersedes() -> None:
    edition = in_force()
    assert (edition.id, edition.activated_on) == ("2.1", date(2021, 6, 1))
    assert edition.supersedes is not None
    assert (edition.supersedes.id, edition.supersedes.supersedes) == ("2.0", None)


@pytest.mark.parametrize(
    ("policy", "consents", "moves"),
    [
        ("prospective", (FIRST,), False),
        ("prospective", (FIRST, AGAIN), False),
        ("prospective", (AGAIN,), True),
        ("prospective", (ACTIVATED,), True),
        ("prospective", (), True),
        ("reconsented-only", (FIRST,), False),
        ("reconsented-only", (FIRST, AGAIN), True),
        ("all-open-visits", (FIRST,), True),
    ],
)
def test_whom_the_visits_of_an_amendment_reach(policy: Policy, consents: tuple[str, ...], moves: bool) -> None:
    holds = edition_for(consented(*consents), in_force(visits=policy))
    assert (holds.columns == VISITS_30_DAYS_LATER) is moves


def test_the_number_on_the_form_counts_more_than_its_day() -> None:
    late_on_the_old_form = patient_with(facts.screened(), facts.consented(AGAIN, form_version="2.0"))
    early_on_the_new_one = patient_with(facts.screened(), facts.consented(FIRST, form_version="2.1"))
    assert edition_for(late_on_the_old_form, in_force()).columns == EDITION.columns
    assert edition_for(early_on_the_new_one, in_force()).columns == VISITS_30_DAYS_LATER


@pytest.mark.parametrize(
    ("form", "on", "wording"),
    [
        ("2.0", FIRST, None),
        ("2.0", "2021-05-31", None),
        ("2.0", ACTIVATED, "Trial consent of 2021-06-01 on the form of edition 2.0, in force was 2.1"),
        ("2.1", ACTIVATED, None),
        ("2.1", FIRST, "Trial consent of 2021-01-05 on the form of edition 2.1, in force was 2.0"),
        ("2.0", "2021", None),
        ("1.3", "2021-07-05", None),
        ("", "2021-07-05", None),
    ],
)
def test_ic11_consent_is_signed_on_the_form_in_force_that_day(form: str, on: str, wording: str | None) -> None:
    signed = facts.consented(on, form_version=form)
    patient = patient_with(*facts.eligible(signed), facts.consented_to_test(form_version=form), facts.randomised())
    found = [d for d in deviations(patient, in_force()) if d.rule == "IC11" and "form" in d.wording]
    assert [d.wording for d in found] == ([wording] if wording else [])
    assert {d.classification for d in found} <= {"minor"}


def test_each_part_of_an_amendment_has_a_policy_of_its_own() -> None:
    holds = edition_for(consented(FIRST), in_force(visits="all-open-visits", eligibility="prospective"))
    assert (holds.columns == VISITS_30_DAYS_LATER, holds.risk_factors_needed) == (True, 2)


@pytest.mark.parametrize(("form", "on", "population"), [("2.0", FIRST, "OMIT"), ("2.1", AGAIN, None)])
def test_per_protocol_is_judged_by_the_edition_that_holds_for_each_patient(
    form: str, on: str, population: str | None
) -> None:
    """Two risk factors are enough by edition 2.0, three are needed by 2.1."""
    entered = (*facts.eligible(facts.consented(on, form_version=form)), facts.randomised("2021-07-10"))
    patient = patient_with(*entered, facts.completed("2021-08-20"))
    assert per_protocol(patient, in_force()) == population
    assert intention_to_treat(patient, in_force()) == "OMIT"


def test_without_an_amendment_the_edition_holds_for_everyone() -> None:
    assert edition_for(consented(FIRST), EDITION) is EDITION


def _life() -> tuple[Event, ...]:
    visits = set_out(Anchor("radiotherapy-completed", date(2021, 2, 19)), EDITION, facts.day("2021-03-01").earliest)
    return (
        *facts.eligible(),
        facts.eligibility_confirmed(),
        facts.randomised(),
        facts.completed("2021-02-19"),
        facts.scheduled(*visits, on="2021-03-01", anchor="radiotherapy-completed", anchored_on="2021-02-19"),
    )


def _replayed(edition: Edition, *life: Event) -> dict[str, Replayed]:
    patient = patient_with(*(life or _life()), recorded=NOW)
    return {each.entry.event.type: each for each in replay(patient, lambda position: edition)}


def test_every_decision_comes_out_bit_for_bit_under_the_rules_of_its_day() -> None:
    found = _replayed(EDITION)
    assert set(found) == {"eligibility-confirmed.v1", "patient-randomised.v2", "follow-up-scheduled.v1"}
    assert [each.again for each in found.values() if not each.agrees] == []


def test_a_screening_failure_is_a_decision_too() -> None:
    failed = (*facts.eligible(facts.pathology(grade=1, pt="T1c")), facts.screening_failed("IC04", on="2021-01-08"))
    assert all(each.agrees for each in _replayed(EDITION, *failed).values())


def test_as_if_under_the_amendment_decisions_come_out_otherwise() -> None:
    found = _replayed(amended())
    assert not any(each.agrees for each in found.values())
    assert b'"failed":["IC04"]' in found["eligibility-confirmed.v1"].again.replace(b" ", b"")
    assert b"IC04" in found["patient-randomised.v2"].again
    assert b"2021-04-18" in found["follow-up-scheduled.v1"].again
