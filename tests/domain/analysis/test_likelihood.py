"""Profile limits and tests by the likelihood: what must hold between them in any table of patients."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings

from domain.analysis.hazard_ratio import hazard_ratio, why_not_estimable
from domain.analysis.likelihood_tests import equality_tests, likelihood_ratio_test, profile_limits, score_test
from domain.analysis.partial_likelihood import PartialLikelihood, partial_likelihood
from domain.analysis.proportional_hazards import proportional_hazards
from domain.analysis.risk_table import FloatArray
from domain.analysis.two_arms import two_arms
from tests.domain.analysis.test_hazard_ratio import PATIENTS, Patient, arrays, efron_score

Columns = tuple[FloatArray, FloatArray, FloatArray]


def likelihood(columns: Columns) -> PartialLikelihood:
    return partial_likelihood([two_arms(*columns)])


@settings(max_examples=150, deadline=None)
@given(PATIENTS)
def test_the_likelihood_has_a_maximum_exactly_when_the_hazard_ratio_is_estimable(patients: list[Patient]) -> None:
    columns = arrays(patients)
    ours = likelihood(columns)
    assert (ours.maximum is None) == (why_not_estimable(*columns) is not None)
    if ours.maximum is not None:
        score, information = efron_score(ours.maximum, *columns)
        assert abs(score) / information < 1e-10


@settings(max_examples=150, deadline=None)
@given(PATIENTS)
def test_profile_limits_and_likelihood_ratio_test_say_the_same(patients: list[Patient]) -> None:
    ours = likelihood(arrays(patients))
    limits, tested = profile_limits(ours, 0.025), likelihood_ratio_test(ours, 2.30, 0.025)
    if tested.z is None:
        assert (limits.lower, limits.upper, tested.noninferior) == (None, None, None)
        assert score_test(ours, 2.30, 0.025).z is None
        return
    assert tested.noninferior == (limits.upper is not None and limits.upper < 2.30)
    for limit in (limits.lower, limits.upper):
        if limit:
            fallen = ours.supremum - ours.log_likelihood(math.log(limit))
            assert math.isclose(fallen, NormalDist().inv_cdf(0.975) ** 2 / 2, rel_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(PATIENTS)
def test_exchanging_the_arms_inverts_the_profile_limits(patients: list[Patient]) -> None:
    time, status, arm = arrays(patients)
    there, back = (
        profile_limits(likelihood((time, status, arm)), 0.025),
        profile_limits(likelihood((time, status, 1 - arm)), 0.025),
    )
    if there.lower and back.upper:
        assert math.isclose(there.lower * back.upper, 1.0, rel_tol=1e-9)
    else:
        assert not there.lower
        assert not back.upper


def test_a_strong_effect_is_found_far_from_1() -> None:
    control, omit = [(day, 1, 0) for day in range(1, 400)], [(1, 1, 1), *((1, 1, 1) for _ in range(30)), (400, 0, 1)]
    for columns in (arrays([*control, *omit]), arrays([(t, s, 1 - a) for t, s, a in [*control, *omit]])):
        ours = likelihood(columns)
        assert ours.maximum is not None
        assert abs(ours.maximum) > 1
        assert abs(ours.score(ours.maximum)[0]) < 1e-9


def test_without_information_no_test_of_equality() -> None:
    columns = arrays([(1, 1, 0), (2, 0, 0), (3, 1, 0)])
    found = equality_tests(likelihood(columns), hazard_ratio(*columns, margin=2.30, alpha=0.025))
    assert (found.lr_chi2, found.score_chi2, found.loglik_model) == (None, None, None)
    assert found.reason == "no patients in arm OMIT"


def changing(columns: Columns, coef: float, change: float, clock: dict[float, float]) -> float:
    """Efron's log likelihood of a coefficient that changes with a clock, patient by patient."""
    time, status, arm = columns
    found = 0.0
    for moment in np.unique(time[status == 1]):
        at_risk, dying = time >= moment, (time == moment) & (status == 1)
        weight = np.exp((coef + change * clock[float(moment)]) * arm)
        found += float(np.log(weight[dying]).sum())
        for taken in range(int(dying.sum())):
            found -= math.log(float((weight * (at_risk - dying * taken / dying.sum())).sum()))
    return found


def test_proportional_hazards_is_the_score_test_of_a_coefficient_that_changes_with_time() -> None:
    columns = arrays(
        [(1, 1, 0), (2, 1, 1), (2, 1, 0), (3, 0, 1), (4, 1, 1), (4, 1, 1), (6, 1, 0), (8, 1, 1), (9, 0, 0)]
    )
    counts, ours = two_arms(*columns), likelihood(columns)
    coef = ours.maximum or 0.0
    found = proportional_hazards(ours, counts, hazard_ratio(*columns, margin=2.30, alpha=0.025))
    seen = dict(zip((1.0, 2.0, 4.0, 6.0, 8.0), (0.0, 1 / 9, 1 / 3, 3 / 5, 11 / 15), strict=True))
    for clock, tested in (({time: time for time in seen}, found.identity), (seen, found.km)):
        step = 1e-4
        up, down = changing(columns, coef, step, clock), changing(columns, coef, -step, clock)
        middle = changing(columns, coef, 0.0, clock)
        both = changing(columns, coef + step, step, clock) - changing(columns, coef + step, -step, clock)
        mixed = (both - changing(columns, coef - step, step, clock) + changing(columns, coef - step, -step, clock)) / 4
        information = -(up - 2 * middle + down) / step**2
        left = information - (mixed / step**2) ** 2 / ours.score(coef)[1]
        assert tested.chi2 == pytest.approx(((up - down) / (2 * step)) ** 2 / left, rel=1e-4)


def test_events_of_one_time_cannot_change_with_time() -> None:
    columns = arrays([(5, 1, 0), (5, 1, 1), (5, 1, 0), (5, 0, 1)])
    found = proportional_hazards(likelihood(columns), two_arms(*columns), hazard_ratio(*columns, margin=2, alpha=0.025))
    assert (found.km.chi2, found.identity.chi2) == (None, None)
    assert found.km.reason == "both arms were at risk at the events of one time only"
