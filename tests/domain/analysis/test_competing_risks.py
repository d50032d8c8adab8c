"""Cumulative incidence with ties, at day 0 and past the last time; Gray's test with ties and without events."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analysis.competing_risks import competing_risks
from domain.analysis.cumulative_incidence import CauseCounts, cause_counts, cumulative_incidence, one_minus_kaplan_meier
from domain.analysis.gray_test import gray_test
from domain.analysis.survival_results import CompetingRisks

Patient = tuple[int, int]
Trial = list[tuple[int, int, int]]
PATIENTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)), min_size=1, max_size=25)


def counted(patients: list[Patient]) -> CauseCounts:
    time, cause = np.array(patients, dtype=np.float64).T
    return cause_counts(time, cause, np.unique(time[cause > 0]))


def analysed(trial: Trial) -> CompetingRisks:
    time, cause, arm = np.array(trial, dtype=np.float64).reshape(-1, 3).T
    return competing_risks(time, tuple(cause.astype(int)), arm, (1.0, 2.0, 3.0, 4.0, 5.0), 0.025)


@settings(max_examples=100, deadline=None)
@given(PATIENTS, st.integers(0, 7))
def test_both_incidences_and_the_event_free_make_everybody(patients: list[Patient], at: int) -> None:
    counts = counted(patients)
    ours, other = (cumulative_incidence(each, at, 0.025) for each in (counts, counts.exchanged()))
    either = CauseCounts(counts.time, counts.at_risk, counts.cause1 + counts.cause2, 0 * counts.cause2)
    assert ours.cif + other.cif == pytest.approx(one_minus_kaplan_meier(either, at), abs=1e-12)
    assert one_minus_kaplan_meier(counts, at) >= ours.cif - 1e-12


@settings(max_examples=60, deadline=None)
@given(PATIENTS)
def test_without_censoring_the_incidence_is_a_share_with_its_binomial_error(patients: list[Patient]) -> None:
    complete = [(time, cause or 1) for time, cause in patients]
    found, n = cumulative_incidence(counted(complete), 3.0, 0.025), len(complete)
    share = sum(time <= 3 and cause == 1 for time, cause in complete) / n
    assert found.cif == pytest.approx(share)
    assert found.se == pytest.approx((share * (1 - share) / n) ** 0.5)
    assert (found.lower is None) == (share in {0, 1})


def test_an_event_on_day_0_counts() -> None:
    assert cumulative_incidence(counted([(0, 1), (1, 0), (2, 2), (3, 0)]), 0.0, 0.025).cif == 0.25


GRAY_TIED = (0.23445042033090133, 0.002116924380759525)
TIED: Trial = [
    *((1, 1, 0), (1, 2, 0), (2, 1, 0), (2, 1, 0), (2, 0, 0), (3, 2, 0), (3, 2, 0), (4, 1, 0), (5, 0, 0), (5, 0, 0)),
    *((1, 1, 1), (1, 1, 1), (1, 2, 1), (2, 2, 1), (2, 1, 1), (3, 1, 1), (3, 0, 1), (4, 1, 1), (4, 2, 1), (6, 0, 1)),
]


def test_gray_test_with_ties_within_and_between_causes() -> None:
    """Values of the recursions of cmprsk's `crst`, followed one time after another."""
    found = analysed(TIED).gray_test
    assert found is not None
    assert found.cause1.chi2 == pytest.approx(GRAY_TIED[0], rel=1e-10)
    assert found.cause2.chi2 == pytest.approx(GRAY_TIED[1], rel=1e-10)


def test_without_the_other_cause_gray_compares_the_only_one() -> None:
    found = analysed([(time, int(cause == 1), arm) for time, cause, arm in TIED]).gray_test
    assert found is not None
    assert found.cause1.chi2 is not None
    assert (found.cause2.chi2, found.cause2.reason) == (None, "no event of this cause told the arms apart")


def test_gray_test_keeps_its_size() -> None:
    draw = np.random.default_rng(11)
    found: list[float] = []
    for _ in range(400):
        arm, cause = np.arange(80) % 2, draw.choice([0, 1, 2], 80, p=[0.3, 0.4, 0.3])
        time, grid = draw.integers(1, 40, 80).astype(np.float64), np.arange(1.0, 40.0)
        groups = (cause_counts(time[arm == code], cause[arm == code], grid) for code in (0, 1))
        found.append(gray_test(*groups).chi2 or 0.0)
    assert np.mean(found) == pytest.approx(1.0, abs=0.2)
    assert np.mean(np.array(found) > 3.841) == pytest.approx(0.05, abs=0.03)


def test_points_without_limits_say_why() -> None:
    found = analysed([(2, 1, 0), (3, 0, 0), (4, 0, 0)]).arms
    assert found is not None
    control, omit = found["IMNI"].cause1, found["OMIT"].cause1
    assert [point.reason for point in control] == [
        "the incidence is 0: log-log limits are undefined",
        *[None] * 3,
        "beyond the last time of this arm: incidence carried forward",
    ]
    assert [point.beyond_last_time for point in control] == [False, False, False, False, True]
    assert {(point.cif, point.reason) for point in omit} == {(None, "no patients in this arm")}


def test_without_causes_there_is_no_competing_risk() -> None:
    found = competing_risks(np.array([1.0]), None, np.array([0.0]), (1.0,), 0.025)
    assert (found.arms, found.gray_test, found.reason) == (None, None, "the table has no column cause")
