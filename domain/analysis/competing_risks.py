"""Cumulative incidence by arm and Gray's tests, for a table that tells causes apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from domain.analysis.cumulative_incidence import (
    CauseCounts,
    Incidence,
    cause_counts,
    cumulative_incidence,
    one_minus_kaplan_meier,
)
from domain.analysis.gray_test import gray_test
from domain.analysis.risk_table import SAME_TIME, FloatArray
from domain.analysis.survival_results import ArmIncidence, CompetingRisks, GrayTests, IncidencePoint
from domain.analysis.survival_table import ARMS, Arm


def competing_risks(
    time: FloatArray, cause: Sequence[int] | None, arm: FloatArray, instants: Sequence[float], alpha: float
) -> CompetingRisks:
    """Both causes in both arms at the `instants` 1, 2, … years, in the unit of `time`; `alpha` is one-sided."""
    if cause is None:
        return CompetingRisks(arms=None, gray_test=None, reason="the table has no column cause")
    causes = np.asarray(cause, dtype=np.float64)
    grid = np.unique(time[causes > 0])
    groups = [cause_counts(time[arm == code], causes[arm == code], grid) for code in (0, 1)]
    last = [time[arm == code].max(initial=0.0) for code in (0, 1)]
    arms: dict[Arm, ArmIncidence] = {
        name: _arm(group, len(time[arm == code]), last[code], instants, alpha)
        for code, (name, group) in enumerate(zip(ARMS, groups, strict=True))
    }
    first, second = (gray_test(*groups), gray_test(*(group.exchanged() for group in groups)))
    return CompetingRisks(arms=arms, gray_test=GrayTests(cause1=first, cause2=second))


def _arm(counts: CauseCounts, n: int, last: float, instants: Sequence[float], alpha: float) -> ArmIncidence:
    each = (counts, counts.exchanged())
    points = [tuple(_point(group, n, last, year, at, alpha) for year, at in enumerate(instants, 1)) for group in each]
    n_cause = (int(counts.cause1.sum()), int(counts.cause2.sum()))
    return ArmIncidence(n=n, n_cause=n_cause, cause1=points[0], cause2=points[1])


def _point(counts: CauseCounts, n: int, last: float, year: int, at: float, alpha: float) -> IncidencePoint:  # noqa: PLR0913, PLR0917
    beyond = bool(at > last * (1 + SAME_TIME))
    found = cumulative_incidence(counts, at, alpha) if n else None
    return IncidencePoint(
        years=year,
        cif=found.cif if found else None,
        se=found.se if found else None,
        lower=found.lower if found else None,
        upper=found.upper if found else None,
        naive_1_minus_km=one_minus_kaplan_meier(counts, at) if found else None,
        beyond_last_time=beyond,
        reason=_why_without_limits(found, beyond),
    )


def _why_without_limits(found: Incidence | None, beyond: bool) -> str | None:
    if found is None:
        return "no patients in this arm"
    if found.lower is None:
        return f"the incidence is {found.cif:.0f}: log-log limits are undefined"
    return "beyond the last time of this arm: incidence carried forward" if beyond else None
