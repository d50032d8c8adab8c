"""Assumptions: the protocol's own by default, and impossible ones are refused by name."""

import math
import pickle
from typing import Any

import pytest

from domain.simulation.accrual import arrivals
from domain.simulation.assumptions import Assumptions, FirstEvent, ImplausibleAssumption
from events.randomisation import Arm


@pytest.mark.parametrize("arm", list(Arm))
def test_the_default_hazard_leaves_91_percent_event_free_at_5_years(arm: Arm) -> None:
    assert math.exp(-5 * Assumptions().hazard_per_year(arm)) == pytest.approx(0.91)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"patients": 0}, "patients"),
        ({"accrual_months": 0}, "accrual_months"),
        ({"visit_missed": 1.0}, "visit_missed"),
        ({"genomic_low": -0.1}, "genomic_low"),
        ({"lost_per_year": -1.0}, "lost_per_year"),
        ({"event_free_at_5_years": {Arm.IMNI: 0.91}}, "event_free_at_5_years[OMIT]"),
        ({"first_events": {FirstEvent.LOCAL: 0.5}}, "first_events"),
    ],
)
def test_an_impossible_assumption_is_refused_by_its_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ImplausibleAssumption) as refused:
        Assumptions(**given)
    assert refused.value.field == field
    assert str(refused.value).startswith(field)
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


def test_patients_come_at_the_pace_that_fills_the_trial_in_its_accrual_time() -> None:
    assumptions = Assumptions()
    needed = round(assumptions.patients / assumptions.randomised_share)
    coming = arrivals(assumptions)
    days = [next(coming) for _ in range(needed)]
    assert [number for number, _ in days] == list(range(1, needed + 1))
    assert [day for _, day in days] == sorted(day for _, day in days)
    months = (days[-1][1] - assumptions.accrual_from).days / 30.44
    assert months == pytest.approx(24, rel=0.15)
