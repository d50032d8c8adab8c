"""Of the running trial: information, conditional power, and when its last patient and last event are expected."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.design.forecast import forecast
from domain.design.running import ComeIn, conditional_power
from domain.design.running_trial import running_trial
from domain.design.scenario import planned
from domain.protocol.v2_0 import EDITION
from tests import facts
from tests.given import patient_with

PLAN, MARGINS = planned(EDITION), EDITION.margins
NOW = date(2026, 1, 1)
HALFWAY = ComeIn(NOW, patients=107, years=1.0, events=1, patient_years=53.5, followed=106)


def test_half_the_patients_in_a_year_are_followed_by_the_other_half_in_the_next() -> None:
    found = forecast(HALFWAY, PLAN, 46)
    assert found.last_patient.day is not None
    assert found.last_patient.earliest is not None
    assert abs((found.last_patient.day - NOW).days - 365) < 15
    assert found.last_patient.latest is not None
    assert found.last_patient.earliest < found.last_patient.day < found.last_patient.latest


def test_the_events_needed_take_as_long_as_the_design_says_when_they_come_as_planned() -> None:
    found = forecast(replace(HALFWAY, patients=214, followed=213, patient_years=1 / PLAN.hazard), PLAN, 46).last_event
    assert found.day is not None
    assert found.earliest is not None
    assert found.earliest < NOW + timedelta(days=round(12.5 * 365.25))
    assert found.day > NOW + timedelta(days=5 * 365)


def test_what_was_seen_weighs_more_the_more_it_is() -> None:
    often = replace(HALFWAY, patients=214, followed=180, events=30, patient_years=300.0)
    seldom = replace(often, patient_years=3000.0)
    soon, late = (forecast(seen, PLAN, 46).last_event.day for seen in (often, seldom))
    assert soon is not None
    assert late is not None
    assert soon < late


def test_the_same_state_gives_the_same_forecast_and_another_seed_another() -> None:
    assert forecast(HALFWAY, PLAN, 46) == forecast(HALFWAY, PLAN, 46)
    assert forecast(HALFWAY, PLAN, 46) != forecast(HALFWAY, PLAN, 46, seed=1)


def test_what_is_in_is_not_forecast_and_what_cannot_come_is_said_so() -> None:
    full = replace(HALFWAY, patients=214, followed=3, events=46)
    assert forecast(full, PLAN, 46).last_patient.reason == "the patients are in"
    assert forecast(full, PLAN, 46).last_event.reason == "the events are in"
    too_few = forecast(full, PLAN, 60).last_event
    assert too_few.day is None
    assert "14 events are missing" in str(too_few.reason)
    leaving = forecast(replace(HALFWAY, events=0), replace(PLAN, dropout=2.0), 46).last_event
    assert leaving.day is None
    assert "never" in str(leaving.reason)


def test_conditional_power_follows_what_is_seen() -> None:
    needed = 45.25561
    start = conditional_power(-0.15, 1, needed, MARGINS)
    good, bad = (conditional_power(z, 23, needed, MARGINS) for z in (-2.5, 1.0))
    assert start.as_designed is not None
    assert good.as_designed is not None
    assert bad.as_designed is not None
    assert good.as_seen is not None
    assert bad.as_seen is not None
    assert bad.as_designed < start.as_designed < good.as_designed
    assert bad.as_seen < bad.as_designed
    assert good.as_seen > good.as_designed
    assert good.fraction == pytest.approx(23 / needed)


def test_without_a_test_or_with_all_events_in_there_is_no_conditional_power() -> None:
    assert conditional_power(None, 0, 45.3, MARGINS).reason == "no test at the margin yet"
    assert "in" in str(conditional_power(-1.0, 46, 45.3, MARGINS).reason)


def test_the_trial_of_a_log_is_held_against_its_design() -> None:
    told = {
        "RJ-1": facts.enrolled(facts.visit("6m", "2022-06-01")),
        "RJ-2": facts.enrolled(facts.recurrence("DISTANT", on="2021-12-01"), arm="IMNI"),
        "RJ-3": (facts.screened(),),
    }
    patients = [patient_with(*events, patient_id=patient_id) for patient_id, events in told.items()]
    found = running_trial(patients, EDITION, PLAN, date(2022, 7, 30), 1)
    assert (found.patients, found.events, found.forecast.patients, found.forecast.events) == (2, 1, 214, 46)
    assert found.patient_years > 0.5
    assert found.conditional_power.fraction == pytest.approx(1 / 45.2556, rel=1e-4)
    nobody = running_trial([], EDITION, PLAN, date(2022, 7, 30), 0)
    assert nobody.conditional_power.as_designed is None
    assert nobody.forecast.last_patient.day is not None
