"""Restricted means, likelihood tests, profile limits and competing risks equal R's in every reference case."""

from typing import Any

import numpy as np
import pytest

from domain.analysis.analyse import analyse, arm_curves, columns
from domain.analysis.cumulative_incidence import cause_counts, cumulative_incidence, one_minus_kaplan_meier
from domain.analysis.gray_test import gray_test
from domain.analysis.partial_likelihood import PartialLikelihood, partial_likelihood
from domain.analysis.restricted_mean import restricted_means
from domain.analysis.result import Analysis
from domain.analysis.survival_results import RestrictedMeans
from domain.analysis.survival_table import ARMS
from domain.analysis.two_arms import two_arms
from domain.protocol.v2_0 import EDITION
from tests.domain.analysis.reference_cases import CASES, expected, reference, same, table

COMPETING = [case for case in CASES if expected(case, "competing_risks")]


def differing(ours: dict[str, Any], theirs: dict[str, Any] | None, rtol: float = 1e-8) -> dict[str, tuple[Any, Any]]:
    known = theirs or {}
    return {key: (ours[key], known.get(key)) for key in ours if not same(ours[key], known.get(key), rtol)}


def analysed(case: str) -> Analysis:
    return analyse(table(case), EDITION.margins)


def likelihood(case: str) -> PartialLikelihood:
    return partial_likelihood([two_arms(*columns(table(case)))])


def means(case: str) -> RestrictedMeans:
    return restricted_means(arm_curves(table(case)), reference(case)["rmst_tau"], "days", 0.025)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("arm", "key"), list(zip(ARMS, ("arm0", "arm1"), strict=True)))
def test_restricted_mean_of_an_arm(case: str, arm: Any, key: str) -> None:
    found, theirs = means(case).arms[arm], expected(case, "km", key, "rmst")
    assert not differing({"rmst": found.rmst, "se": found.se}, theirs)
    if found.se:
        assert not differing({"lower": found.lower, "upper": found.upper}, theirs)
        assert found.tau_beyond_last_time == theirs["tau_beyond_last_time"]
    else:
        assert (found.lower, found.upper) == (None, None)
        assert found.reason is not None


@pytest.mark.parametrize("case", CASES)
def test_difference_in_restricted_mean(case: str) -> None:
    found, theirs = means(case).difference, expected(case, "rmst_difference")
    assert not differing({"diff": found.diff, "se": found.se, "ratio": found.ratio}, theirs)
    if found.se:
        assert not differing({"lower95": found.lower, "upper95": found.upper, "p": found.p}, theirs)
        assert found.z == (found.diff or 0) / found.se
    else:
        assert (found.lower, found.upper, found.z, found.p) == (None, None, None, None)
        assert found.reason is not None


@pytest.mark.parametrize("case", CASES)
def test_likelihood_ratio_and_score_tests(case: str) -> None:
    found, cox = analysed(case), expected(case, "cox_efron") or {}
    for ours, theirs in ((found.lr_ni, cox.get("ni_lr")), (found.score_ni, cox.get("ni_score"))):
        assert not differing({"z": ours.z, "p_one_sided": ours.p_one_sided}, theirs)
        assert ours.margin_hr == 2.30
        assert ours.noninferior == (None if ours.p_one_sided is None else ours.p_one_sided < 0.025)
    wald = "wald_chi2", "wald_p"
    tests = {key: getattr(found.equality, key) for key in type(found.equality).model_fields if key != "reason"}
    assert not differing({key: value for key, value in tests.items() if key in wald}, cox, 1e-10)
    assert not differing({key: value for key, value in tests.items() if key not in wald}, cox)


@pytest.mark.parametrize("case", CASES)
def test_profile_limits(case: str) -> None:
    found, theirs = analysed(case).profile, expected(case, "cox_efron", "profile_likelihood_ci95") or {}
    finite = {key: None if value in ("Infinity", float("inf")) else value for key, value in theirs.items()}
    assert not differing({"lower": found.lower, "upper": found.upper}, finite)
    assert (found.reason is None) == (found.upper is not None and bool(found.lower))


@pytest.mark.parametrize("case", CASES)
def test_our_own_maximum_is_that_of_r(case: str) -> None:
    ours, theirs = likelihood(case), expected(case, "cox_efron") or {}
    assert same(ours.maximum, theirs.get("coef"), 1e-12)
    tends = theirs.get("monotone_likelihood")
    if tends in ("plus_infinity", "minus_infinity"):
        assert (ours.tends_to_infinity, ours.tends_to_zero) == (tends == "plus_infinity", tends == "minus_infinity")


@pytest.mark.parametrize("case", CASES)
def test_observed_and_expected_events(case: str) -> None:
    ours = analysed(case).logrank
    theirs = expected(case, "logrank", "rho0_logrank")
    if theirs:
        assert list(ours.observed) == theirs["observed"]
        assert all(map(same, ours.expected, theirs["expected"]))
        assert same(ours.variance, theirs["variance"])


def test_proportional_hazards_of_the_veteran_trial_as_r_tests_them_from_survival_3_on() -> None:
    found = analysed("R02_veteran_trt").proportional_hazards
    assert found.identity.chi2 is not None
    assert found.identity.p is not None
    assert round(found.identity.chi2, 2) == 4.91
    assert round(found.identity.p, 3) == 0.027


@pytest.mark.parametrize("case", COMPETING)
@pytest.mark.parametrize("arm", ["arm0", "arm1"])
@pytest.mark.parametrize("cause", [1, 2])
def test_cumulative_incidence(case: str, arm: str, cause: int) -> None:
    given = table(case)
    time, _, arms = columns(given)
    theirs = expected(case, "competing_risks", "by_arm", arm, f"cause{cause}")
    own = arms == int(arm[-1])
    counts = cause_counts(time[own], np.array(given.cause)[own], np.unique(time[np.array(given.cause) > 0]))
    counts = counts if cause == 1 else counts.exchanged()
    for row, at in enumerate(expected(case, "competing_risks", "by_arm", arm, "time")):
        found = cumulative_incidence(counts, at, 0.025)
        assert same(found.cif, theirs["cif"][row])
        assert same(found.se, theirs["se_delta_greenwood"][row])
        assert same(found.lower, theirs["ci_loglog_delta"]["lower"][row])
        assert same(found.upper, theirs["ci_loglog_delta"]["upper"][row])
        assert same(one_minus_kaplan_meier(counts, at), theirs["naive_1_minus_km"][row])


@pytest.mark.parametrize("case", COMPETING)
def test_gray_test_and_events_by_cause(case: str) -> None:
    found, theirs = analysed(case).competing, expected(case, "competing_risks")
    assert found.gray_test is not None
    assert found.arms is not None
    for cause in ("cause1", "cause2"):
        ours = getattr(found.gray_test, cause)
        assert not differing({"chi2": ours.chi2, "p": ours.p}, theirs["gray_test"][cause])
    for arm, key in zip(ARMS, ("arm0", "arm1"), strict=True):
        assert found.arms[arm].n == theirs["by_arm"][key]["n"]
        assert list(found.arms[arm].n_cause) == theirs["by_arm"][key]["n_cause"]
        assert [point.cif for point in found.arms[arm].cause1] == pytest.approx(theirs["by_arm"][key]["cause1"]["cif"])


def test_gray_test_does_not_depend_on_which_arm_is_named_first() -> None:
    given = table("S12a_competing_no_ties")
    time, _, arm = columns(given)
    causes = np.array(given.cause)
    grid = np.unique(time[causes > 0])
    control, omit = (cause_counts(time[arm == code], causes[arm == code], grid) for code in (0, 1))
    assert same(gray_test(control, omit).chi2, gray_test(omit, control).chi2, 1e-12)
