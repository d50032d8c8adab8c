"""Patients compared within their stratum: the tops of the likelihoods together, and the log-rank sums."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from pandas import DataFrame

from domain.analysis.hazard_ratio import hazard_ratio
from domain.analysis.stratified import stratified
from tests.domain.analysis.test_hazard_ratio import Patient, arrays, efron_score

STRATA = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1), st.integers(0, 1), st.sampled_from("ab")), min_size=2)


@settings(max_examples=80, deadline=None)
@given(STRATA)
def test_the_stratified_hazard_ratio_is_the_top_of_the_likelihoods_of_the_strata(
    patients: list[tuple[int, int, int, str]],
) -> None:
    time, status, arm = arrays([(t, s, a) for t, s, a, _ in patients])
    labels = tuple(label for *_, label in patients)
    found = stratified(time, status, arm, labels, margin=2.30, alpha=0.025)
    assert found.cox is not None
    assume(found.cox.coef is not None and found.cox.se is not None)
    assert found.cox.coef is not None
    assert found.cox.se is not None
    within = [np.array(labels) == label for label in set(labels)]
    score, information = np.sum([efron_score(found.cox.coef, time[s], status[s], arm[s]) for s in within], axis=0)
    assert abs(score) / information < 1e-10
    assert math.isclose(found.cox.se, information**-0.5, rel_tol=1e-9)


def test_strata_agree_with_lifelines_where_it_has_them() -> None:
    draw = np.random.default_rng(7)
    arm, stratum = draw.integers(0, 2, 300), draw.integers(0, 4, 300)
    time = np.ceil(draw.exponential(20 * (1 + stratum) / (1 + arm)))
    status = draw.integers(0, 2, 300).astype(np.float64)
    found = stratified(time, status, arm.astype(np.float64), tuple(map(str, stratum)), margin=2.30, alpha=0.025)
    frame = DataFrame({"time": time, "status": status, "arm": arm, "stratum": stratum})
    theirs = CoxPHFitter().fit(
        frame, "time", "status", strata=["stratum"], fit_options={"precision": 1e-12, "r_precision": 1e-14}
    )
    assert found.strata == 4
    assert found.cox is not None
    assert found.cox.coef == pytest.approx(theirs.params_["arm"], rel=1e-7)
    assert found.cox.se == pytest.approx(theirs.standard_errors_["arm"], rel=1e-7)


def test_one_stratum_is_no_stratum() -> None:
    columns = arrays([(1, 1, 0), (2, 1, 1), (3, 1, 0), (4, 0, 1), (5, 1, 1), (6, 0, 0)])
    found = stratified(*columns, ("a",) * 6, margin=2.30, alpha=0.025)
    whole = hazard_ratio(*columns, margin=2.30, alpha=0.025)
    assert found.cox is not None
    assert found.cox.coef == pytest.approx(whole.coef, rel=1e-8)
    assert found.cox.ni_p_one_sided == pytest.approx(whole.ni_p_one_sided, rel=1e-8)


def test_the_stratified_log_rank_test_sums_over_strata() -> None:
    columns = arrays([(1, 1, 0), (2, 1, 1), (3, 1, 0), (1, 1, 1), (2, 1, 0), (2, 0, 1)])
    found = stratified(*columns, ("a", "a", "a", "b", "b", "b"), margin=2.30, alpha=0.025).logrank
    assert found is not None
    assert found.observed == (3, 2)
    # Stratum a: 2/3 + 1/2 + 1 of IMNI, stratum b: 1/3 + 1/2.
    assert found.expected == pytest.approx((3.0, 2.0))
    assert found.variance == pytest.approx(2 / 9 + 1 / 4 + 2 / 9 + 1 / 4)
    assert found.chi2 == pytest.approx(0.0, abs=1e-20)
    assert found.p == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("patients", "strata", "said"),
    [
        ([(1, 1, 0), (2, 1, 1)], ("a", "b"), "no event occurred while both arms of its stratum"),
        ([(1, 1, 0), (2, 0, 1)], ("a", "a"), "tends to zero"),
        ([(2, 0, 0), (1, 1, 1)], ("a", "a"), "tends to infinity"),
    ],
)
def test_strata_without_an_estimate_say_why(patients: list[Patient], strata: tuple[str, ...], said: str) -> None:
    found = stratified(*arrays(patients), strata, margin=2.30, alpha=0.025)
    assert found.cox is not None
    assert said in (found.cox.reason or "")
    assert found.logrank is not None
    assert (found.logrank.reason is not None) == (strata == ("a", "b"))


def test_nobody_has_no_strata() -> None:
    nobody = np.empty(0)
    assert stratified(nobody, nobody, nobody, (), margin=2.30, alpha=0.025).reason == "no patients"
