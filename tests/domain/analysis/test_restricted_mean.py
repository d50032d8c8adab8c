"""The restricted mean where it can be worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analysis.kaplan_meier import SurvivalCurve, survival_curve
from domain.analysis.restricted_mean import restricted_mean, restricted_means
from domain.analysis.survival_table import Arm

TIMES = st.lists(st.integers(0, 9), min_size=1, max_size=20)


@given(TIMES)
def test_without_censoring_it_is_the_mean_with_its_standard_error(days: list[int]) -> None:
    time = np.array(days, dtype=np.float64)
    found = restricted_mean(survival_curve(time, np.ones(len(time))), 5.0, 0.025)
    seen = np.minimum(time, 5.0)
    assert found.rmst == pytest.approx(seen.mean())
    assert found.se == pytest.approx(seen.std() / len(seen) ** 0.5, abs=1e-7)


def test_a_mean_of_0_has_no_ratio() -> None:
    gone, here = np.zeros(2), np.array([1.0, 3.0])
    curves: dict[Arm, SurvivalCurve] = {
        "IMNI": survival_curve(gone, np.ones(2)),
        "OMIT": survival_curve(here, np.ones(2)),
    }
    found = restricted_means(curves, 5.0, "years", 0.025).difference
    assert (found.diff, found.ratio, found.reason) == (2.0, None, "the mean of arm IMNI is 0: no ratio")
