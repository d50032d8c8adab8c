"""The conclusions of Piaggio's figure 1, decided on the limits as they are."""

import math

import pytest

from domain.analysis.hazard_ratio import estimated, not_estimable
from domain.analysis.hazard_results import Verdict
from domain.analysis.verdict import verdict

Z = 1.959963984540054


def concluded(lower: float, upper: float) -> Verdict:
    """From limits back to the estimate that has them."""
    coef, se = (math.log(lower) + math.log(upper)) / 2, (math.log(upper) - math.log(lower)) / (2 * Z)
    return verdict(estimated(coef, se, margin=2.30, alpha=0.025))


@pytest.mark.parametrize(
    ("lower", "upper", "conclusion", "said"),
    [
        (0.40, 0.90, "superior", "below 1"),
        (0.70, 1.80, "non-inferior", "below the margin"),
        (1.10, 2.20, "non-inferior", "omission has more events"),
        (0.90, 2.60, "inconclusive", "include the margin"),
        (1.20, 2.80, "inconclusive", "omission has more events"),
        (2.40, 5.00, "inferior", "above the margin"),
        (0.80, 2.2999, "non-inferior", "below the margin"),
        (0.80, 2.3001, "inconclusive", "include the margin"),
        (2.2999, 4.00, "inconclusive", "include the margin"),
    ],
)
def test_the_limits_decide_unrounded(lower: float, upper: float, conclusion: str, said: str) -> None:
    found = concluded(lower, upper)
    assert found.conclusion == conclusion
    assert said in found.reason


def test_without_a_hazard_ratio_there_is_no_conclusion() -> None:
    found = verdict(not_estimable("no events in arm OMIT", margin=2.30))
    assert (found.conclusion, found.reason) == ("not estimable", "no hazard ratio: no events in arm OMIT")
