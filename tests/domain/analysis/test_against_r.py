"""Every estimate equals R's in every reference case, and is undefined exactly where R's is."""

from typing import Any

import numpy as np
import pytest

from domain.analysis.analyse import analyse, arm_curves, columns
from domain.analysis.follow_up_time import median_follow_up
from domain.analysis.kaplan_meier import SurvivalCurve
from domain.analysis.survival_difference import survival_difference
from domain.analysis.survival_table import ARMS, Arm
from domain.protocol.v2_0 import EDITION
from tests.domain.analysis.reference_cases import CASES, expected, reference, same, table

ARM_CASES = [
    (case, arm, f"arm{code}")
    for case in CASES
    for code, arm in enumerate(ARMS)
    if expected(case, "km", f"arm{code}", "n")
]


def curve(case: str, arm: Arm) -> SurvivalCurve:
    return arm_curves(table(case))[arm]


def differing(ours: dict[str, Any], theirs: dict[str, Any], rtol: float = 1e-8) -> dict[str, tuple[Any, Any]]:
    return {key: (ours[key], theirs.get(key)) for key in ours if not same(ours[key], theirs.get(key), rtol)}


@pytest.mark.parametrize(("case", "arm", "key"), ARM_CASES)
def test_curve_at_every_time(case: str, arm: Arm, key: str) -> None:
    ours, theirs = curve(case, arm), expected(case, "km", key, "table")
    estimates = {
        "time": ours.counts.time,
        "n_risk": ours.counts.at_risk,
        "n_event": ours.counts.events,
        "n_censor": ours.counts.censored,
        "surv": ours.survival,
        "se_greenwood": ours.se,
        "ci_loglog_lower": ours.lower,
        "ci_loglog_upper": ours.upper,
    }
    for name, column in estimates.items():
        assert len(column) == len(theirs[name])
        assert all(same(float(mine), r) for mine, r in zip(column, theirs[name], strict=True)), name


@pytest.mark.parametrize(("case", "arm", "key"), ARM_CASES)
def test_curve_at_the_evaluation_times(case: str, arm: Arm, key: str) -> None:
    ours, theirs = curve(case, arm), expected(case, "km", key, "at_times")
    for row, time in enumerate(theirs["time"]):
        point = ours.at(time)
        assert same(point.survival, theirs["surv"][row])
        assert same(point.se, theirs["se_greenwood"][row])
        assert same(point.lower, theirs["ci"]["loglog"]["lower"][row])
        assert same(point.upper, theirs["ci"]["loglog"]["upper"][row])
        assert point.at_risk == theirs["n_risk"][row]
        assert point.beyond_last_time == theirs["beyond_last_time"][row]
        assert ours.counts.events_before(time) == theirs["cum_events_before"][row]
        assert ours.counts.censored_before(time) == theirs["cum_censored_before"][row]


@pytest.mark.parametrize(("case", "arm", "key"), ARM_CASES)
def test_median_and_its_limits(case: str, arm: Arm, key: str) -> None:
    quantiles = expected(case, "km", key, "quantiles")
    limits = quantiles["ci_R"]["loglog"]
    theirs = (quantiles["median_R_print"], limits["lower"][1], limits["upper"][1])
    assert all(same(mine, r) for mine, r in zip(curve(case, arm).median(), theirs, strict=True))


@pytest.mark.parametrize("case", CASES)
def test_log_rank(case: str) -> None:
    test = analyse(table(case), EDITION.margins).logrank
    theirs = expected(case, "logrank", "rho0_logrank") or {}
    assert not differing(
        {"chi2": test.chi2, "p": test.p, "z_experimental": test.z}, theirs if theirs.get("chi2") is not None else {}
    )
    assert (test.chi2 is None) == (test.reason is not None)


@pytest.mark.parametrize("case", CASES)
def test_cox_model_and_its_non_inferiority_test(case: str) -> None:
    cox = analyse(table(case), EDITION.margins).cox
    theirs: dict[str, Any] = expected(case, "cox_efron") or {"estimable": False}
    ni: dict[str, Any] = theirs.get("ni") or {}
    assert cox.estimable == theirs["estimable"]
    assert (cox.reason is None) == cox.estimable
    estimates = {"coef": cox.coef, "se": cox.se, "hr": cox.hr, "hr_lower95": cox.lower, "hr_upper95": cox.upper}
    assert not differing(estimates, theirs, 1e-10)
    assert not differing({"z": cox.ni_z, "p_one_sided": cox.ni_p_one_sided}, ni, 1e-10)
    assert cox.noninferior == ni.get("noninferior_at_0_025")


@pytest.mark.parametrize("case", CASES)
def test_difference_at_the_last_evaluation_time(case: str) -> None:
    last = reference(case)["eval_times"][-1]
    found = survival_difference(*(curve(case, arm).at(last) for arm in ARMS), margin=0.10, alpha=0.025)
    theirs: dict[str, Any] = expected(case, "km_difference") or {"degenerate": True}
    assert not differing({"diff": found.diff, "se": found.se}, theirs)
    assert (found.reason is not None) == theirs["degenerate"]
    if theirs["degenerate"]:
        assert (found.lower, found.upper, found.ni_p_one_sided, found.noninferior) == (None, None, None, None)
        return
    assert found.beyond_last_time == theirs["any_beyond_last_time"]
    assert not differing({"lower95": found.lower, "upper95": found.upper}, theirs)
    assert not differing({"p_one_sided": found.ni_p_one_sided}, theirs["ni"])
    assert found.noninferior == (theirs["lower95"] > -0.10)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("group", ["all", "arm0", "arm1"])
def test_median_follow_up(case: str, group: str) -> None:
    time, status, arm = columns(table(case))
    chosen = arm >= 0 if group == "all" else arm == int(group[-1])
    theirs = expected(case, "reverse_km", group, "tie_corrected", "median_first_le")
    assert same(median_follow_up(time[chosen], status[chosen]), theirs)


def test_the_table_of_the_report_is_in_years_whatever_the_unit() -> None:
    case = "S03_imni_n75_interim"
    report = analyse(table(case), EDITION.margins)
    survival = [point.survival for point in report.arms["OMIT"].km]
    assert all(map(same, survival, expected(case, "km", "arm1", "at_times", "surv")))
    assert same(report.follow_up.median_years, 243 / 365.25)
    assert [point.beyond_last_time for point in report.arms["OMIT"].km] == [False, True, True, True, True]


def test_events_leave_before_the_censorings_of_the_same_day() -> None:
    time, status = np.array([1.0, 1.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0, 0.0])
    assert median_follow_up(time, status) == 1.0
