"""The results of a survival analysis, as printed: what is undefined is null, with the reason beside it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from domain.analysis.frozen_result import FrozenResult
from domain.analysis.hazard_results import (
    CoxEstimate,
    EqualityTests,
    LogRank,
    MarginTest,
    ProfileLimits,
    ProportionalHazards,
    Stratified,
    Verdict,
)
from domain.analysis.information import Information
from domain.analysis.survival_results import (
    CompetingRisks,
    MedianSurvival,
    RestrictedMeans,
    SurvivalDifference,
    SurvivalPoint,
)
from domain.analysis.survival_table import Arm


class ArmEstimate(FrozenResult):
    """One arm, or both as one: patients, events, survival at each anniversary, median."""

    n: int
    events: int
    km: tuple[SurvivalPoint, ...]
    median: MedianSurvival


class FollowUp(FrozenResult):
    """Median follow-up in years of all patients, by the reverse Kaplan–Meier method."""

    median_years: float | None
    reason: str | None = None


class Analysis(FrozenResult):
    """Every estimate of one survival table; `pooled` takes all patients for one group."""

    n: int
    events: int
    arms: dict[Arm, ArmEstimate]
    logrank: LogRank
    cox: CoxEstimate
    difference_5y: SurvivalDifference
    follow_up: FollowUp
    verdict: Verdict
    profile: ProfileLimits
    lr_ni: MarginTest
    score_ni: MarginTest
    equality: EqualityTests
    proportional_hazards: ProportionalHazards
    rmst: RestrictedMeans
    stratified: Stratified
    competing: CompetingRisks
    pooled: ArmEstimate


class AnalysedRecord(FrozenResult):
    """One patient's time to the endpoint, and the events it was read from."""

    patient: str
    start: date
    end: date
    days: int
    observed: bool
    arm: Arm
    reason: str
    event_ids: tuple[str, ...]


class Scope(FrozenResult):
    """What is analysed, and as of when; `position` is the last event of the log that was read.

    A plain table has no endpoint, population, cutoff, known_at or position. `readings` are those of the
    protocol that the estimates depend on. `information` is known of the primary endpoint; `judged_here` says whether
    the protocol, as read, judges non-inferiority in this population (PQ-13).
    """

    endpoint: str | None
    population: str | None
    cutoff: date | None
    known_at: datetime | None
    edition: str
    position: int | None
    readings: tuple[str, ...] = ()
    information: Information | None = None
    judged_here: bool = True


class AnalysisReport(Analysis, Scope):
    """What was analysed, as of when, and every estimate. `records` is left out of the JSON unless asked for."""

    records: tuple[AnalysedRecord, ...] | None = Field(default=None, exclude_if=lambda records: records is None)


def report(scope: Scope, analysis: Analysis, records: tuple[AnalysedRecord, ...] | None = None) -> AnalysisReport:
    """Put together what was analysed, the estimates, and the records when they were asked for."""
    return AnalysisReport(**dict(scope), **dict(analysis), records=records)
