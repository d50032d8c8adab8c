"""Limits and p values from an estimate and its standard error: the signs of non-inferiority in one place.

Non-inferior means: better than the margin. For a hazard ratio better is lower, for a difference in survival higher.
The one-sided test at `alpha` and the two-sided limits at 1 - 2 alpha always say the same.
"""

import math
from statistics import NormalDist


def limits(estimate: float, se: float, alpha: float) -> tuple[float, float]:
    """Two-sided limits at confidence 1 - 2 `alpha`; `alpha` is one-sided."""
    half = NormalDist().inv_cdf(1 - alpha) * se
    return estimate - half, estimate + half


def p_below(z: float) -> float:
    """One-sided p value against a margin the estimate should lie below; exact far into the tail."""
    return math.erfc(-z / math.sqrt(2)) / 2


def p_above(z: float) -> float:
    """One-sided p value against a margin the estimate should lie above."""
    return p_below(-z)


def p_two_sided(z: float) -> float:
    """Two-sided p value of a standard normal statistic."""
    return math.erfc(abs(z) / math.sqrt(2))


def p_chi_square(chi2: float | None) -> float | None:
    """Upper tail of a chi-square statistic on one degree of freedom; None where there is none."""
    return None if chi2 is None else math.erfc(math.sqrt(chi2 / 2))
