"""The shape of a protocol edition: named values, each with its wording, its source and how sure we are of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Literal

from domain.findings import Finding
from domain.patient import Patient
from domain.protocol.readings import behind, footnote
from domain.protocol.reminder_steps import Reminders
from events.follow_up import Assessment
from events.genomics import RiskClass
from events.radiotherapy import PlannedPhase, Regimen

Status = Literal["verbatim", "interpreted", "placeholder"]

Part = Literal["eligibility", "radiotherapy", "visits"]
Policy = Literal["prospective", "reconsented-only", "all-open-visits"]
"""Whom an amendment reaches: who consents from then on, also who consents again, or everyone's open visits."""


@dataclass(frozen=True, slots=True)
class Case:
    """A patient put before the criteria: on which day, and under which readings of the protocol."""

    patient: Patient
    reference_date: date
    edition: Edition


@dataclass(frozen=True, slots=True)
class Criterion:
    """One eligibility criterion. Passing means: no obstacle to entering the trial."""

    id: str
    wording: str
    source: str
    status: Status
    weigh: Callable[[Case], Finding]
    question: str | None = None


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """One clinical risk factor. Passing means: the factor is present."""

    id: str
    wording: str
    weigh: Callable[[Case], Finding]


@dataclass(frozen=True, slots=True)
class GenomicRule:
    """Which RecurIndex score is a low genomic risk."""

    low_at_most: Decimal
    threshold_is_low: bool = True

    def classify(self, score: Decimal) -> RiskClass:
        """`low` or `high`. Protocol: Trial design (score of 44 or less is low)."""
        low = score <= self.low_at_most if self.threshold_is_low else score < self.low_at_most
        return "low" if low else "high"


@dataclass(frozen=True, slots=True)
class Prescription:
    """The doses of one regimen; the boost follows breast conservation only."""

    regimen: Regimen
    main: PlannedPhase
    boost: PlannedPhase


@dataclass(frozen=True, slots=True)
class DoseConstraint:
    """What a plan may do to one structure, of the prescription of its own phase (question PQ-05).

    `per_protocol` is the limit that is met, `acceptable` the one that still passes with a remark. A placeholder is
    shown and judges nobody.
    """

    structure: str
    metric: str
    sense: Literal["at-least", "at-most", "below"]
    per_protocol: Decimal
    acceptable: Decimal | None
    source: str
    status: Status


@dataclass(frozen=True, slots=True)
class VisitColumn:
    """One column of Table 1 after radiotherapy: when it is due and what is assessed."""

    id: str
    days: int
    months: int
    window_days: int
    assessments: tuple[Assessment, ...]
    status: Status = "placeholder"


@dataclass(frozen=True, slots=True)
class SeriousEventClock:
    """By when something about a serious adverse event must have happened, on UTC instants.

    `starts` sets it going, `applies` says for which events, `met_by` stops it; `escalates` counts from the start.
    """

    id: str
    wording: str
    chinese: str
    starts: Literal["awareness", "record", "first-report"]
    limit: timedelta
    escalates: tuple[timedelta, ...]
    applies: Literal["every", "fatal-or-life-threatening", "fatal", "other-related"]
    met_by: Literal["notice-to-investigator", "assessment", "notice-to-ethics", "follow-up-to-ethics"]


@dataclass(frozen=True, slots=True)
class Margins:
    """Non-inferiority as the protocol states it, and what its sample size was computed from.

    `judged_by` says which margin decides (PQ-07), `counted` what information is counted in (PQ-08), and
    `experimental_expected` whether its event-free share is what is expected, or the least tolerated (PQ-09).
    """

    hazard_ratio: Decimal
    difference: Decimal
    one_sided_alpha: Decimal
    horizon_years: int
    power: Decimal
    patients_computed: int
    event_free_control: Decimal
    event_free_experimental: Decimal
    judged_by: Literal["hazard-ratio", "difference"] = "hazard-ratio"
    counted: Literal["events", "patients"] = "events"
    experimental_expected: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the protocol. An amendment is a new edition, made from the old by `dataclasses.replace`.

    `policies` say whom each part of an amendment reaches. An edition in force also knows the day it was activated, the
    one it supersedes, and how it was written before the trial chose its readings.
    """

    id: str
    wording: str
    criteria: tuple[Criterion, ...]
    risk_factors: tuple[RiskFactor, ...]
    risk_factors_needed: int
    genomic: GenomicRule
    prescriptions: Mapping[Regimen, Prescription]
    baseline: tuple[Assessment, ...]
    weekly: tuple[Assessment, ...]
    weekly_window_days: int
    columns: tuple[VisitColumn, ...]
    reminders: Reminders
    dose_constraints: tuple[DoseConstraint, ...]
    fractions_a_week: int
    cbct_first_fractions: int
    cbct_action_level_mm: Decimal
    plan_reviews: int
    clocks: tuple[SeriousEventClock, ...]
    margins: Margins
    target_patients: int
    planned_accrual_months: int
    result_expected_days: int
    orders_after_cancellation: int
    query_answer_days: int
    audit_every_months: int
    per_protocol_dose_share: Decimal
    readings: Mapping[str, str] = field(default_factory=dict[str, str])
    site_zone: timezone = timezone(timedelta(hours=8), "Asia/Shanghai")
    policies: Mapping[Part, Policy] = field(default_factory=dict[Part, Policy])
    activated_on: date | None = None
    supersedes: Edition | None = None
    as_written: Edition | None = None

    def day_of(self, instant: datetime) -> date:
        """The day at the site."""
        return instant.astimezone(self.site_zone).date()

    def reading(self, question: str) -> str:
        """The option in force for a protocol question."""
        return self.readings[question]

    def told(self, *rules: str) -> tuple[str, ...]:
        """The readings behind these rules that a reader must be told of; see `readings.behind`."""
        return behind(self.readings, *rules)

    def footnote(self, *rules: str) -> str:
        """What an output that depends on these rules tells of how the protocol was read; see `readings.footnote`."""
        return footnote(self.readings, *rules)
