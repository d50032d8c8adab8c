"""What a simulated trial assumes: accrual, hazards, behaviour of patients and of the site's staff."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from events.consent import WithdrawalScope
from events.randomisation import Arm


class FirstEvent(StrEnum):
    """The kinds of first event of event-free survival; the internal mammary nodes stand alone."""

    LOCAL = "LOCAL"
    REGIONAL = "REGIONAL"
    INTERNAL_MAMMARY = "INTERNAL_MAMMARY"
    DISTANT = "DISTANT"
    CONTRALATERAL = "CONTRALATERAL"
    BREAST_CANCER_DEATH = "BREAST_CANCER_DEATH"


class TreatmentCourse(StrEnum):
    """How radiotherapy goes."""

    COMPLETES = "COMPLETES"
    STOPS_EARLY = "STOPS_EARLY"
    NEVER_STARTS = "NEVER_STARTS"
    WITHDRAWS = "WITHDRAWS"


class ImplausibleAssumption(ValueError):
    """An assumption that cannot be: names the field, its value and what it may be."""

    def __init__(self, name: str, value: object, allowed: str) -> None:
        super().__init__(name, value, allowed)
        self.field, self.value, self.allowed = name, value, allowed

    def __str__(self) -> str:
        return f"{self.field} is {self.value}: it must be {self.allowed}"


def _event_free() -> Mapping[Arm, float]:
    return {Arm.IMNI: 0.91, Arm.OMIT: 0.91}


def _first_events() -> Mapping[FirstEvent, float]:
    return {
        FirstEvent.LOCAL: 0.15,
        FirstEvent.REGIONAL: 0.12,
        FirstEvent.INTERNAL_MAMMARY: 0.05,
        FirstEvent.DISTANT: 0.48,
        FirstEvent.CONTRALATERAL: 0.15,
        FirstEvent.BREAST_CANCER_DEATH: 0.05,
    }


def _treatment() -> Mapping[TreatmentCourse, float]:
    return {
        TreatmentCourse.COMPLETES: 0.94,
        TreatmentCourse.STOPS_EARLY: 0.025,
        TreatmentCourse.NEVER_STARTS: 0.015,
        TreatmentCourse.WITHDRAWS: 0.02,
    }


def _withdrawals() -> Mapping[WithdrawalScope, float]:
    return {WithdrawalScope.VISITS: 0.6, WithdrawalScope.DATA_COLLECTION: 0.3, WithdrawalScope.DATA_USE: 0.1}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The assumptions of one simulated trial; the defaults are the protocol's where it states any.

    Shares and `*_per_year` rates are per patient. `ends_on` None follows everyone to the end of the five-year window
    of the last randomised. Raises `ImplausibleAssumption`. Protocol: Sample size (91 % event-free at 5 years, 214
    patients, 24 months of accrual).
    """

    seed: int = 20201210
    patients: int = 214
    accrual_from: date = date(2020, 12, 10)
    accrual_months: int = 24
    ends_on: date | None = None

    event_free_at_5_years: Mapping[Arm, float] = field(default_factory=_event_free)
    first_events: Mapping[FirstEvent, float] = field(default_factory=_first_events)
    other_death_per_year: float = 0.004
    second_primary_per_year: float = 0.003
    contralateral_in_situ_per_year: float = 0.002
    death_after_distant_per_year: float = 0.35
    distant_after_locoregional_per_year: float = 0.12

    ineligible: float = 0.10
    genomic_low: float = 0.70
    refuses_test: float = 0.03
    refuses_trial: float = 0.05
    specimen_rejected: float = 0.03

    conserved_breast: float = 0.45
    adjuvant_chemotherapy: float = 0.60
    hypofractionated: float = 0.75
    treatment: Mapping[TreatmentCourse, float] = field(default_factory=_treatment)
    crossover: float = 0.03
    fraction_missed: float = 0.02

    visit_missed: float = 0.05
    visit_late: float = 0.03
    lost_per_year: float = 0.008
    comes_back: float = 0.4
    withdraws_per_year: float = 0.006
    withdrawals: Mapping[WithdrawalScope, float] = field(default_factory=_withdrawals)
    false_alarm: float = 0.06
    serious_adverse_event: float = 0.04

    entry_mistaken: float = 0.02
    entered_for_wrong_patient: float = 0.03
    query: float = 0.04

    def __post_init__(self) -> None:
        for name in ("patients", "accrual_months"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")
        for name, value in self._plain_numbers():
            _require(0 <= value < 1 or name.endswith("_per_year"), name, value, "a share from 0 to below 1")
            _require(value >= 0, name, value, "a rate of 0 or more per year")
        for arm in Arm:
            share = self.event_free_at_5_years.get(arm, -1)
            _require(0 < share <= 1, f"event_free_at_5_years[{arm}]", share, "a share above 0, up to 1")
        for name in ("first_events", "treatment", "withdrawals"):
            total = math.fsum(getattr(self, name).values())
            _require(math.isclose(total, 1), name, f"{total} in all", "shares that add up to 1")

    def _plain_numbers(self) -> list[tuple[str, float]]:
        names = self.__slots__
        return [(name, getattr(self, name)) for name in names if isinstance(getattr(self, name), float)]

    def hazard_per_year(self, arm: Arm) -> float:
        """The constant hazard of a first event in an arm."""
        return -math.log(self.event_free_at_5_years[arm]) / 5

    @property
    def randomised_share(self) -> float:
        """The share of screened patients who will be randomised."""
        agreeing = (1 - self.refuses_test) * (1 - self.refuses_trial)
        return (1 - self.ineligible) * agreeing * self.genomic_low


def _require(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise ImplausibleAssumption(name, value, allowed)
