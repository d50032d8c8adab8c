"""Results on survival and cumulative incidence over time, as printed."""

from __future__ import annotations

from domain.analysis.frozen_result import FrozenResult
from domain.analysis.hazard_results import ChiSquare
from domain.analysis.survival_table import Arm, Unit


class SurvivalPoint(FrozenResult):
    """The Kaplan–Meier curve of an arm at one anniversary of randomisation.

    `se` is Greenwood's; limits are log-log; `at_risk` is #{T >= t}. Past the last time of the arm the survival is
    carried forward and `beyond_last_time` is true: show it as not estimable.
    """

    years: int
    survival: float | None
    se: float | None
    lower: float | None
    upper: float | None
    at_risk: int
    beyond_last_time: bool
    reason: str | None = None


class MedianSurvival(FrozenResult):
    """Median time to the event in years, by the rule of R's `print(survfit)`."""

    years: float | None
    lower: float | None
    upper: float | None
    reason: str | None = None


class SurvivalDifference(FrozenResult):
    """Survival at the horizon, OMIT minus IMNI, with Greenwood's standard errors; `margin` is negative.

    `beyond_last_time` is true when an arm was not followed to the horizon and its survival is carried forward.
    """

    diff: float | None
    se: float | None
    lower: float | None
    upper: float | None
    margin: float
    ni_p_one_sided: float | None
    noninferior: bool | None
    beyond_last_time: bool
    reason: str | None = None


class RestrictedMean(FrozenResult):
    """Mean event-free time of an arm up to tau. Past its last time the survival is carried forward, and flagged."""

    rmst: float | None
    se: float | None
    lower: float | None
    upper: float | None
    tau_beyond_last_time: bool
    reason: str | None = None


class RestrictedMeanDifference(FrozenResult):
    """Event-free time gained or lost up to tau, OMIT minus IMNI, with its two-sided test; `ratio` is OMIT to IMNI."""

    diff: float | None
    se: float | None
    lower: float | None
    upper: float | None
    z: float | None
    p: float | None
    ratio: float | None
    tau_beyond_last_time: bool
    reason: str | None = None


class RestrictedMeans(FrozenResult):
    """Restricted mean event-free time; `tau` and every time here are in `unit`, that of the table."""

    tau: float
    unit: Unit
    arms: dict[Arm, RestrictedMean]
    difference: RestrictedMeanDifference


class IncidencePoint(FrozenResult):
    """Cumulative incidence of one cause in an arm at one anniversary, other causes competing; limits are log-log.

    `naive_1_minus_km` takes the competing events for censorings: printed for contrast, never the incidence.
    """

    years: int
    cif: float | None
    se: float | None
    lower: float | None
    upper: float | None
    naive_1_minus_km: float | None
    beyond_last_time: bool
    reason: str | None = None


class ArmIncidence(FrozenResult):
    """One arm: patients, events of each cause, and the incidence of each: 1 of interest, 2 competing."""

    n: int
    n_cause: tuple[int, int]
    cause1: tuple[IncidencePoint, ...]
    cause2: tuple[IncidencePoint, ...]


class GrayTests(FrozenResult):
    """Gray's test that the cumulative incidence of a cause is the same in both arms."""

    cause1: ChiSquare
    cause2: ChiSquare


class CompetingRisks(FrozenResult):
    """Cumulative incidence by arm and Gray's tests; null when the table has no causes."""

    arms: dict[Arm, ArmIncidence] | None
    gray_test: GrayTests | None
    reason: str | None = None
