"""Screening: what is known of the patient before anyone decides whether she may enter."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from events.clinical_date import ClinicalDate, Day
from events.event import Event, Facts

Answer = Literal["yes", "no", "unknown"]
"""A three-valued answer: what is not known never passes a criterion."""

Percent = Decimal


class BreastSurgery(StrEnum):
    """MAST: mastectomy. BCS: breast-conserving surgery."""

    MASTECTOMY = "MAST"
    CONSERVING = "BCS"


class AxillarySurgery(StrEnum):
    """ALND: axillary dissection. SLNB: sentinel lymph node biopsy. SLNB_ALND: biopsy, then dissection."""

    DISSECTION = "ALND"
    SENTINEL = "SLNB"
    SENTINEL_THEN_DISSECTION = "SLNB_ALND"


class PrimaryTumour(StrEnum):
    """Pathological T category (AJCC)."""

    TIS = "Tis"
    T1MI = "T1mi"
    T1A = "T1a"
    T1B = "T1b"
    T1C = "T1c"
    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"


class RegionalNodes(StrEnum):
    """Pathological N category (AJCC)."""

    N0 = "pN0"
    N1MI = "pN1mi"
    N1 = "pN1"
    N1A = "pN1a"
    N1B = "pN1b"
    N1C = "pN1c"
    N2 = "pN2"
    N3 = "pN3"


class Margin(StrEnum):
    """Surgical margin of the invasive tumour."""

    NEGATIVE = "NEGATIVE"
    CLOSE = "CLOSE"
    POSITIVE = "POSITIVE"


class Malignancy(StrEnum):
    """LCIS: lobular carcinoma in situ. BCC_SKIN: basal-cell cancer. CIS_SKIN, CIS_CERVIX: carcinoma in situ there."""

    LCIS = "LCIS"
    BASAL_CELL_SKIN = "BCC_SKIN"
    IN_SITU_SKIN = "CIS_SKIN"
    IN_SITU_CERVIX = "CIS_CERVIX"
    BREAST = "BREAST"
    OTHER = "OTHER"


class RadiotherapySite(StrEnum):
    """Where earlier radiotherapy was given. IPSI_AXILLA: the axilla of the same side."""

    NECK = "NECK"
    CHEST = "CHEST"
    IPSILATERAL_AXILLA = "IPSI_AXILLA"
    ELSEWHERE = "ELSEWHERE"


class Person(Facts):
    """Who the patient is, as far as the trial's rules need to know."""

    sex: Literal["F", "M"] | None = Field(default=None, title="Sex")
    birth_date: Day | None = Field(default=None, title="Date of birth", description="Her age is reckoned from it.")


class Pathology(Facts):
    """The pathologist's report of the primary tumour."""

    invasive: Answer = Field(default="unknown", title="Invasive carcinoma")
    histology: str = Field(default="", max_length=200, title="Histology", examples=["invasive ductal carcinoma"])
    pt: PrimaryTumour | None = Field(default=None, title="pT category")
    tumour_size_mm: Decimal | None = Field(default=None, ge=0, le=300, title="Size of the invasive tumour (mm)")
    pn: RegionalNodes | None = Field(default=None, title="pN category")
    nodes_positive: int | None = Field(default=None, ge=0, le=99, title="Positive lymph nodes")
    nodes_examined: int | None = Field(default=None, ge=0, le=99, title="Examined lymph nodes")
    grade: int | None = Field(default=None, ge=1, le=3, title="Grade of the invasive part (1-3)")
    ki67_pct: Percent | None = Field(default=None, ge=0, le=100, title="Ki-67 (%)", description="A range such as "
                                     "10-15 % enters as its lower bound.")  # fmt: skip
    er_pct: Percent | None = Field(default=None, ge=0, le=100, title="Oestrogen receptor (%)")
    pr_pct: Percent | None = Field(default=None, ge=0, le=100, title="Progesterone receptor (%)")
    her2: str = Field(default="", max_length=50, title="HER2", examples=["0", "1+", "2+ ISH negative", "3+"])
    margin: Margin | None = Field(default=None, title="Surgical margin")


class Surgery(Facts):
    """The operation; its date is the date of surgery."""

    breast_surgery: BreastSurgery | None = Field(default=None, title="Breast surgery")
    axillary_surgery: AxillarySurgery | None = Field(default=None, title="Axillary surgery")
    reconstruction: Answer = Field(default="unknown", title="Breast reconstruction")


class Staging(Facts):
    """How far the disease reaches beyond breast and axilla."""

    supraclavicular_node_involved: Answer = Field(default="unknown", title="Ipsilateral supraclavicular node involved")
    internal_mammary_node_involved: Answer = Field(
        default="unknown", title="Ipsilateral internal mammary node involved"
    )
    distant_metastasis: Answer = Field(default="unknown", title="Distant metastasis (M1)")
    bilateral_synchronous: Answer = Field(default="unknown", title="Simultaneous bilateral breast cancer")
    unresectable: Answer = Field(default="unknown", title="Primary tumour unresectable")


class PriorMalignancy(Facts):
    """One earlier malignancy."""

    kind: Malignancy = Field(title="Kind")
    diagnosed_on: Day = Field(title="Diagnosed on", description="The day of the diagnosis.")


class MedicalHistory(Facts):
    """The patient's history and the investigator's judgements that eligibility needs."""

    severe_comorbidity: Answer = Field(default="unknown", title="Severe non-neoplastic comorbidity")
    active_collagen_vascular_disease: Answer = Field(default="unknown", title="Active collagen vascular disease")
    pregnant: Answer = Field(default="unknown", title="Pregnant")
    lactating: Answer = Field(default="unknown", title="Lactating")
    child_bearing_potential: Answer = Field(default="unknown", title="Child-bearing potential")
    contraception_for_a_month: Answer = Field(default="unknown", title="Adequate contraception for at least 1 month")
    survival_over_5_years_expected: Answer = Field(default="unknown", title="Anticipated survival over 5 years")
    markers_testable: Answer = Field(default="unknown", title="ER, PR, HER2 and Ki-67 can be tested")
    prior_malignancies_known: Answer = Field(
        default="unknown",
        title="Asked about earlier malignancies",
        description="Yes: the list below is complete. Left empty, she had none.",
    )
    prior_malignancies: tuple[PriorMalignancy, ...] = Field(default=(), title="Earlier malignancies")
    prior_radiotherapy_known: Answer = Field(
        default="unknown",
        title="Asked about earlier radiotherapy",
        description="Yes: the list below is complete. Left empty, she had none.",
    )
    prior_radiotherapy: tuple[RadiotherapySite, ...] = Field(default=(), title="Sites of earlier radiotherapy")


class PerformanceStatus(Facts):
    """ECOG performance status, Karnofsky index, or both."""

    ecog: int | None = Field(
        default=None,
        ge=0,
        le=5,
        title="ECOG performance status (0-5)",
        description="0: fully active. 1: restricted in strenuous activity. 2: up more than half the day, cannot work. "
        "3: in bed or chair more than half the day. 4: completely disabled. 5: dead.",
    )
    karnofsky: int | None = Field(default=None, ge=0, le=100, multiple_of=10, title="Karnofsky index (%)")


class TreatmentTiming(Facts):
    """The dates that decide whether radiotherapy starts in time (EC12)."""

    adjuvant_chemotherapy: Answer = Field(default="unknown", title="Adjuvant chemotherapy given")
    last_chemotherapy_on: Day | None = Field(
        default=None, title="Last dose of adjuvant chemotherapy", description="Empty when none was given."
    )
    radiotherapy_planned_for: Day | None = Field(
        default=None, title="Planned start of radiotherapy", description="As it is booked; it may still move."
    )


class PatientScreened(Person, Event):
    """Screening began: the first event of a patient's stream."""

    type: ClassVar[str] = "patient-screened.v1"


class PathologyReported(Pathology, Event):
    """The pathologist reported."""

    type: ClassVar[str] = "pathology-reported.v1"


class SurgeryRecorded(Surgery, Event):
    """The patient was operated on."""

    type: ClassVar[str] = "surgery-recorded.v1"


class StagingRecorded(Staging, Event):
    """The extent of disease was established."""

    type: ClassVar[str] = "staging-recorded.v1"


class MedicalHistoryRecorded(MedicalHistory, Event):
    """The history was taken."""

    type: ClassVar[str] = "medical-history-recorded.v1"


class PerformanceStatusRecorded(PerformanceStatus, Event):
    """The performance status was assessed."""

    type: ClassVar[str] = "performance-status-recorded.v1"


class TreatmentTimingRecorded(TreatmentTiming, Event):
    """Chemotherapy and the planned start of radiotherapy were put on record."""

    type: ClassVar[str] = "treatment-timing-recorded.v1"


class EligibilityConfirmed(Event):
    """An investigator confirmed that every criterion is met."""

    type: ClassVar[str] = "eligibility-confirmed.v1"

    criteria: tuple[str, ...]
    reference_date: ClinicalDate


class ScreeningFailed(Event):
    """The patient cannot enter: every criterion that failed, and every one still unknown."""

    type: ClassVar[str] = "screening-failed.v1"

    failed: tuple[str, ...]
    unknown: tuple[str, ...]
