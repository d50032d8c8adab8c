"""The hazard ratio is the maximum of Efron's likelihood when there is one, and nothing when there is none."""

import math

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.analysis.hazard_ratio import hazard_ratio, why_not_estimable
from domain.analysis.risk_table import FloatArray

Patient = tuple[int, int, int]
PATIENTS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=25)


def arrays(patients: list[Patient]) -> tuple[FloatArray, FloatArray, FloatArray]:
    time, status, arm = np.array(patients, dtype=np.float64).T
    return time, status, arm


def efron_score(coef: float, time: FloatArray, status: FloatArray, arm: FloatArray) -> tuple[float, float]:
    """Slope and curvature of Efron's likelihood, written out patient by patient."""
    score = information = 0.0
    weight = np.exp(coef * arm)
    for moment in np.unique(time[status == 1]):
        at_risk, dying = time >= moment, (time == moment) & (status == 1)
        for taken in range(int(dying.sum())):
            share = at_risk - dying * taken / dying.sum()
            mean = float((share * weight * arm).sum() / (share * weight).sum())
            score -= mean
            information += mean * (1 - mean)
        score += float(arm[dying].sum())
    return score, information


@settings(max_examples=60, deadline=None)
@given(PATIENTS)
def test_an_estimate_is_the_top_of_the_likelihood(patients: list[Patient]) -> None:
    time, status, arm = arrays(patients)
    found = hazard_ratio(time, status, arm, margin=2.30, alpha=0.025)
    assume(found.coef is not None and found.se is not None)
    assert found.coef is not None
    assert found.se is not None
    score, information = efron_score(found.coef, time, status, arm)
    assert abs(score) / information < 1e-9
    assert math.isclose(found.se, information**-0.5, rel_tol=1e-8)


@settings(max_examples=200, deadline=None)
@given(PATIENTS)
def test_without_an_estimate_the_likelihood_never_turns(patients: list[Patient]) -> None:
    time, status, arm = arrays(patients)
    ends = [efron_score(coef, time, status, arm)[0] for coef in (-25.0, 25.0)]
    turns = ends[0] > 1e-6 and ends[1] < -1e-6
    assert (why_not_estimable(time, status, arm) is None) == turns


@settings(max_examples=25, deadline=None)
@given(PATIENTS)
def test_exchanging_the_arms_inverts_the_hazard_ratio(patients: list[Patient]) -> None:
    time, status, arm = arrays(patients)
    there = hazard_ratio(time, status, arm, margin=2.30, alpha=0.025)
    back = hazard_ratio(time, status, 1 - arm, margin=2.30, alpha=0.025)
    assert there.estimable == back.estimable
    if there.hr is not None and back.hr is not None:
        assert math.isclose(there.hr * back.hr, 1.0, rel_tol=1e-9)


def test_one_patient_against_many_is_estimated_where_newton_overshoots() -> None:
    time = np.array([9, 8, 8, 5, 0, 7, 4, 8, 5, 3, 8, 5, 5, 2, 0, 1, 9, 0, 9, 0, 4], dtype=np.float64)
    status = np.array([1, 0, 0, 0, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1], dtype=np.float64)
    arm = np.ones(21)
    arm[4] = 0
    found = hazard_ratio(time, status, arm, margin=2.30, alpha=0.025)
    assert found.coef is not None
    score, information = efron_score(found.coef, time, status, arm)
    assert abs(score) / information < 1e-9


def test_an_arm_without_events_is_named() -> None:
    found = hazard_ratio(*arrays([(1, 1, 0), (2, 1, 0), (3, 0, 1), (4, 0, 1)]), margin=2.30, alpha=0.025)
    assert found.reason is not None
    assert "no events in arm OMIT" in found.reason
    assert found.noninferior is None
