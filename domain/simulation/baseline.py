"""A simulated patient when she comes to be screened: what the chart says of her, as the coordinator enters it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from domain.decide import PatientCommand
from domain.decisions.screening import (
    RecordMedicalHistory,
    RecordPathology,
    RecordPerformanceStatus,
    RecordStaging,
    RecordSurgery,
    RecordTreatmentTiming,
    ScreenPatient,
)
from domain.simulation.draws import Draws
from events.clinical_date import ClinicalDate
from events.screening import (
    AxillarySurgery,
    BreastSurgery,
    Malignancy,
    Margin,
    PrimaryTumour,
    PriorMalignancy,
    RadiotherapySite,
    RegionalNodes,
)

_NODES = {1: 0.55, 2: 0.30, 3: 0.15}
_GRADES = {1: 0.05, 2: 0.55, 3: 0.40}
_ER_PERCENT = {0: 0.2, 60: 0.3, 90: 0.5}
_HER2 = {"0": 0.3, "1+": 0.35, "2+ ISH negative": 0.15, "3+": 0.2}


class Barrier(StrEnum):
    """Why a patient who comes to be screened cannot enter."""

    FOUR_NODES = "FOUR_NODES"
    LOW_CLINICAL_RISK = "LOW_CLINICAL_RISK"
    POSITIVE_MARGIN = "POSITIVE_MARGIN"
    RECONSTRUCTION = "RECONSTRUCTION"
    COMORBIDITY = "COMORBIDITY"
    OTHER_MALIGNANCY = "OTHER_MALIGNANCY"
    EARLIER_RADIOTHERAPY = "EARLIER_RADIOTHERAPY"


@dataclass(frozen=True, slots=True)
class Tumour:
    """What decides the clinical risk: age in years, stage, positive nodes, grade, Ki-67 in %."""

    age: int
    t2: bool
    nodes: int
    grade: int
    ki67: int

    @property
    def risk_factors(self) -> int:
        """How many of the protocol's five clinical risk factors are present."""
        return sum((self.age <= 40, self.nodes == 3, self.t2, self.grade == 3, self.ki67 >= 14))


def draw_tumour(draws: Draws, barrier: Barrier | None) -> Tumour:
    """A tumour at clinical high risk, unless the barrier is that it is not."""
    tumour = Tumour(
        age=draws.between(29, 74),
        t2=draws.happens(0.55),
        nodes=draws.one_of(_NODES),
        grade=draws.one_of(_GRADES),
        ki67=draws.between(3, 60),
    )
    if barrier is Barrier.LOW_CLINICAL_RISK:
        return replace(tumour, age=max(tumour.age, 45), t2=False, nodes=1, grade=2, ki67=min(tumour.ki67, 10))
    if barrier is Barrier.FOUR_NODES:
        return replace(tumour, nodes=4, t2=True, ki67=max(tumour.ki67, 20))
    return tumour if tumour.risk_factors >= 2 else replace(tumour, t2=True, ki67=max(tumour.ki67, 20))


@dataclass(frozen=True, slots=True)
class Dates:
    """The days that exclusion 12 looks at; `last_chemotherapy_on` is None without chemotherapy."""

    screened_on: date
    surgery_on: date
    last_chemotherapy_on: date | None
    radiotherapy_planned_for: date


def draw_dates(draws: Draws, screened_on: date, chemotherapy: float) -> Dates:
    """Surgery and chemotherapy so long ago that radiotherapy is due in five to eight weeks, within exclusion 12."""
    if draws.happens(chemotherapy):
        last = screened_on - timedelta(days=draws.between(1, 6))
        surgery = last - timedelta(days=draws.between(100, 170))
        return Dates(screened_on, surgery, last, last + timedelta(days=draws.between(48, 56)))
    surgery = screened_on - timedelta(days=draws.between(14, 28))
    return Dates(screened_on, surgery, None, surgery + timedelta(days=draws.between(76, 88)))


def opening_report(draws: Draws, dates: Dates, tumour: Tumour) -> ScreenPatient:
    """The entry that opens her stream."""
    birthday = dates.screened_on - timedelta(days=int(tumour.age * 365.25) + draws.between(1, 300))
    return ScreenPatient(occurred_on=ClinicalDate.parse(dates.screened_on), sex="F", birth_date=_on(birthday))


def chart_reports(
    draws: Draws, dates: Dates, tumour: Tumour, barrier: Barrier | None, *, conserving: bool
) -> tuple[PatientCommand, ...]:
    """Everything eligibility asks for, each dated on its own day."""
    return (
        _pathology(draws, dates, tumour, barrier),
        RecordSurgery(
            occurred_on=_on(dates.surgery_on),
            breast_surgery=BreastSurgery.CONSERVING if conserving else BreastSurgery.MASTECTOMY,
            axillary_surgery=draws.one_of({AxillarySurgery.DISSECTION: 0.7, AxillarySurgery.SENTINEL: 0.3}),
            reconstruction="yes" if barrier is Barrier.RECONSTRUCTION else "no",
        ),
        RecordStaging(
            occurred_on=_on(dates.screened_on),
            supraclavicular_node_involved="no",
            internal_mammary_node_involved="no",
            distant_metastasis="no",
            bilateral_synchronous="no",
            unresectable="no",
        ),
        _history(dates, tumour, barrier),
        RecordPerformanceStatus(occurred_on=_on(dates.screened_on), ecog=draws.one_of({0: 0.6, 1: 0.37, 2: 0.03})),
        RecordTreatmentTiming(
            occurred_on=_on(dates.screened_on),
            adjuvant_chemotherapy="yes" if dates.last_chemotherapy_on else "no",
            last_chemotherapy_on=_on(dates.last_chemotherapy_on) if dates.last_chemotherapy_on else None,
            radiotherapy_planned_for=_on(dates.radiotherapy_planned_for),
        ),
    )


def _pathology(draws: Draws, dates: Dates, tumour: Tumour, barrier: Barrier | None) -> RecordPathology:
    return RecordPathology(
        occurred_on=_on(dates.surgery_on + timedelta(days=draws.between(5, 10))),
        invasive="yes",
        histology="invasive ductal carcinoma",
        pt=PrimaryTumour.T2 if tumour.t2 else PrimaryTumour.T1C,
        tumour_size_mm=Decimal(draws.between(21, 49) if tumour.t2 else draws.between(11, 20)),
        pn=RegionalNodes.N2 if tumour.nodes > 3 else RegionalNodes.N1A,
        nodes_positive=tumour.nodes,
        nodes_examined=draws.between(12, 24),
        grade=tumour.grade,
        ki67_pct=Decimal(tumour.ki67),
        er_pct=Decimal(draws.one_of(_ER_PERCENT)),
        pr_pct=Decimal(draws.between(0, 90)),
        her2=draws.one_of(_HER2),
        margin=Margin.POSITIVE if barrier is Barrier.POSITIVE_MARGIN else Margin.NEGATIVE,
    )


def _history(dates: Dates, tumour: Tumour, barrier: Barrier | None) -> RecordMedicalHistory:
    ago = dates.screened_on - timedelta(days=900)
    colon = PriorMalignancy(kind=Malignancy.OTHER, diagnosed_on=_on(ago))
    return RecordMedicalHistory(
        occurred_on=_on(dates.screened_on),
        severe_comorbidity="yes" if barrier is Barrier.COMORBIDITY else "no",
        active_collagen_vascular_disease="no",
        pregnant="no",
        lactating="no",
        child_bearing_potential="yes" if tumour.age < 50 else "no",
        contraception_for_a_month="yes" if tumour.age < 50 else "unknown",
        survival_over_5_years_expected="yes",
        markers_testable="yes",
        prior_malignancies_known="yes",
        prior_malignancies=(colon,) if barrier is Barrier.OTHER_MALIGNANCY else (),
        prior_radiotherapy_known="yes",
        prior_radiotherapy=(RadiotherapySite.CHEST,) if barrier is Barrier.EARLIER_RADIOTHERAPY else (),
    )


def _on(day: date) -> ClinicalDate:
    return ClinicalDate.parse(day)
