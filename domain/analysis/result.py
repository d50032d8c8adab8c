"""The results of a survival analysis, as printed: what is undefined is null, with the reason beside it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from domain.analysis.survival_table import Arm


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SurvivalPoint(_Result):
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


class MedianSurvival(_Result):
    """Median time to the event in years, by the rule of R's `print(survfit)`."""

    years: float | None
    lower: float | None
    upper: float | None
    reason: str | None = None


class ArmEstimate(_Result):
    """One arm: patients, events, survival at each anniversary, median."""

    n: int
    events: int
    km: tuple[SurvivalPoint, ...]
    median: MedianSurvival


class LogRank(_Result):
    """Two-sided log-rank test. `z` is positive when OMIT has more events than expected."""

    chi2: float | None
    p: float | None
    z: float | None
    reason: str | None = None


class CoxEstimate(_Result):
    """Hazard ratio of OMIT against IMNI (Cox, Efron) with 95 % limits, and its Wald test against the margin.

    `ni_p_one_sided` is the lower tail of `ni_z` = (coef - log margin) / se.
    """

    estimable: bool
    reason: str | None
    coef: float | None
    se: float | None
    hr: float | None
    lower: float | None
    upper: float | None
    ni_margin: float
    ni_z: float | None
    ni_p_one_sided: float | None
    noninferior: bool | None


class SurvivalDifference(_Result):
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


class FollowUp(_Result):
    """Median follow-up in years of all patients, by the reverse Kaplan–Meier method."""

    median_years: float | None
    reason: str | None = None


class Analysis(_Result):
    """Every estimate of one survival table."""

    n: int
    events: int
    arms: dict[Arm, ArmEstimate]
    logrank: LogRank
    cox: CoxEstimate
    difference_5y: SurvivalDifference
    follow_up: FollowUp


class AnalysedRecord(_Result):
    """One patient's time to the endpoint, and the events it was read from."""

    patient: str
    start: date
    end: date
    days: int
    observed: bool
    arm: Arm
    reason: str
    event_ids: tuple[str, ...]


class Scope(_Result):
    """What is analysed, and as of when; `position` is the last event of the log that was read.

    A plain table has no endpoint, population, cutoff, known_at or position.
    """

    endpoint: str | None
    population: str | None
    cutoff: date | None
    known_at: datetime | None
    edition: str
    position: int | None


class AnalysisReport(Analysis, Scope):
    """What was analysed, as of when, and every estimate. `records` is left out of the JSON unless asked for."""

    records: tuple[AnalysedRecord, ...] | None = Field(default=None, exclude_if=lambda records: records is None)


def report(scope: Scope, analysis: Analysis, records: tuple[AnalysedRecord, ...] | None = None) -> AnalysisReport:
    """Put together what was analysed, the estimates, and the records when they were asked for."""
    return AnalysisReport(**dict(scope), **dict(analysis), records=records)
