"""Protocol edition 2.0 (December 2020) as named values. The rules of the trial stand here; nothing else decides.

Source paragraphs are those of the published protocol, doi 10.1186/s12885-022-10454-1.
"""

from decimal import Decimal
from types import MappingProxyType

from domain import criteria as weigh
from domain.protocol.dose_constraints import ORGANS, TARGET
from domain.protocol.edition import (
    Criterion,
    Edition,
    GenomicRule,
    Margins,
    Prescription,
    RiskFactor,
    VisitColumn,
)
from domain.protocol.readings import DEFAULT_READINGS
from domain.protocol.serious_event_clocks import CLOCKS
from domain.protocol.v2_0_reminders import REMINDERS
from domain.start_of_radiotherapy import starts_in_time
from events.follow_up import Assessment
from events.radiotherapy import Phase, PlannedPhase, Regimen
from events.screening import MedicalHistoryRecorded, PathologyReported, StagingRecorded, SurgeryRecorded

INCLUSION = (
    Criterion(
        "IC01",
        "Histologically diagnosed invasive carcinoma of the breast",
        "Inclusion criteria (1)",
        "verbatim",
        weigh.answered(PathologyReported, lambda pathology: pathology.invasive, "yes"),
    ),
    Criterion(
        "IC02",
        "Mastectomy or breast-conserving surgery, with axillary dissection or sentinel node biopsy",
        "Inclusion criteria (2)",
        "verbatim",
        weigh.operated,
    ),
    Criterion(
        "IC03",
        "1 to 3 positive lymph nodes (pN1)",
        "Inclusion criteria (3)",
        "verbatim",
        weigh.one_to_three_nodes,
        "PQ-45",
    ),
    Criterion(
        "IC04",
        "At least 2 clinical risk factors",
        "Inclusion criteria (4)",
        "verbatim",
        weigh.clinically_high_risk,
        "PQ-03",
    ),
    Criterion("IC05", "Female, 18 to 80 years old", "Inclusion criteria (5)", "interpreted", weigh.woman_of_18_to_80),
    Criterion(
        "IC06",
        "ECOG 2 or better, or Karnofsky 70 or better",
        "Inclusion criteria (6)",
        "verbatim",
        weigh.fit_enough,
        "PQ-17",
    ),
    Criterion(
        "IC07",
        "Anticipated overall survival over 5 years",
        "Inclusion criteria (7)",
        "verbatim",
        weigh.answered(MedicalHistoryRecorded, lambda history: history.survival_over_5_years_expected, "yes"),
    ),
    Criterion("IC08", "Surgical margin negative", "Inclusion criteria (8)", "verbatim", weigh.negative_margin),
    Criterion(
        "IC09",
        "Hormone receptors, HER2 and Ki-67 known or testable",
        "Inclusion criteria (9)",
        "verbatim",
        weigh.markers_known_or_testable,
    ),
    Criterion(
        "IC10",
        "Of child-bearing potential only with adequate contraception for at least 1 month",
        "Inclusion criteria (10)",
        "interpreted",
        weigh.contraception_adequate,
        "PQ-15",
    ),
    Criterion("IC11", "Trial consent signed", "Inclusion criteria (11)", "interpreted", weigh.consented),
)

DESIGN = (
    Criterion("DR01", "pT1 or pT2", "Trial design", "interpreted", weigh.pt1_or_pt2, "PQ-02"),
    Criterion(
        "DR02",
        "Genomic low risk: RecurIndex score of 44 or less",
        "Trial design",
        "verbatim",
        weigh.genomic_low,
        "PQ-04",
    ),
)

EXCLUSION = (
    Criterion(
        "EC01",
        "No metastatic ipsilateral supraclavicular node",
        "Exclusion criteria (1)",
        "verbatim",
        weigh.answered(StagingRecorded, lambda staging: staging.supraclavicular_node_involved, "no"),
    ),
    Criterion(
        "EC02",
        "Ipsilateral internal mammary nodes not involved",
        "Exclusion criteria (2)",
        "verbatim",
        weigh.answered(StagingRecorded, lambda staging: staging.internal_mammary_node_involved, "no"),
    ),
    Criterion(
        "EC03", "Not pregnant or lactating", "Exclusion criteria (3)", "verbatim", weigh.not_pregnant_nor_lactating
    ),
    Criterion(
        "EC04",
        "No breast reconstruction",
        "Exclusion criteria (4)",
        "verbatim",
        weigh.answered(SurgeryRecorded, lambda surgery: surgery.reconstruction, "no"),
    ),
    Criterion(
        "EC05",
        "No severe non-neoplastic comorbidity",
        "Exclusion criteria (5)",
        "verbatim",
        weigh.answered(MedicalHistoryRecorded, lambda history: history.severe_comorbidity, "no"),
    ),
    Criterion(
        "EC06",
        "No non-breast malignancy within 5 years, but for the exempt kinds",
        "Exclusion criteria (6)",
        "verbatim",
        weigh.no_recent_other_malignancy,
        "PQ-14",
    ),
    Criterion(
        "EC07",
        "No simultaneous bilateral breast cancer",
        "Exclusion criteria (7)",
        "verbatim",
        weigh.answered(StagingRecorded, lambda staging: staging.bilateral_synchronous, "no"),
    ),
    Criterion(
        "EC08",
        "No earlier radiotherapy of neck, chest or ipsilateral axilla",
        "Exclusion criteria (8)",
        "verbatim",
        weigh.no_prior_radiotherapy_nearby,
    ),
    Criterion(
        "EC09",
        "No active collagen vascular disease",
        "Exclusion criteria (9)",
        "verbatim",
        weigh.answered(MedicalHistoryRecorded, lambda history: history.active_collagen_vascular_disease, "no"),
    ),
    Criterion(
        "EC10",
        "No distant metastasis",
        "Exclusion criteria (10)",
        "verbatim",
        weigh.answered(StagingRecorded, lambda staging: staging.distant_metastasis, "no"),
    ),
    Criterion(
        "EC11",
        "Primary tumour resectable",
        "Exclusion criteria (11)",
        "verbatim",
        weigh.resectable,
        "PQ-16",
    ),
    Criterion(
        "EC12",
        "Radiotherapy starts within 8 weeks of chemotherapy, or without chemotherapy within 3 months of surgery",
        "Exclusion criteria (12)",
        "interpreted",
        starts_in_time,
        "PQ-01",
    ),
)

RISK_FACTORS = (
    RiskFactor("RF1", "Age 40 or younger", weigh.age_between(0, 40)),
    RiskFactor("RF2", "Three positive lymph nodes", weigh.three_nodes),
    RiskFactor("RF3", "pT2: over 2 cm and up to 5 cm", weigh.t2),
    RiskFactor("RF4", "Grade 3", weigh.grade_3),
    RiskFactor("RF5", "Ki-67 of 14 % or more", weigh.ki67_at_least_14),
)

GENOMIC = GenomicRule(low_at_most=Decimal(44))
"""Genomic low risk is a RecurIndex 18-gene score of 44 or less. Protocol: Trial design; question PQ-04."""

PRESCRIPTIONS = {
    Regimen.HYPOFRACTIONATED: Prescription(
        Regimen.HYPOFRACTIONATED,
        main=PlannedPhase(phase=Phase.MAIN, total_cgy=4005, fractions=15, per_fraction_cgy=267),
        boost=PlannedPhase(phase=Phase.BOOST, total_cgy=1068, fractions=4, per_fraction_cgy=267),
    ),
    Regimen.CONVENTIONAL: Prescription(
        Regimen.CONVENTIONAL,
        main=PlannedPhase(phase=Phase.MAIN, total_cgy=5000, fractions=25, per_fraction_cgy=200),
        boost=PlannedPhase(phase=Phase.BOOST, total_cgy=1000, fractions=5, per_fraction_cgy=200),
    ),
}
"""Protocol: Interventions. 40.05 Gy in 15 with 10.68 Gy in 4, or 50 Gy in 25 with 10 Gy in 5."""

_EVERY_VISIT = (Assessment.PHYSICAL_EXAMINATION, Assessment.BLOOD_COUNT, Assessment.TOXICITY)
_AT_4_WEEKS = (*_EVERY_VISIT, Assessment.THYROID_FUNCTION, Assessment.MYOCARDIAL_ENZYMES)
_HALF_YEARLY = (*_AT_4_WEEKS, Assessment.BREAST_AND_NODE_ULTRASOUND, Assessment.ECG, Assessment.ECHOCARDIOGRAPHY)
_YEARLY = (*_HALF_YEARLY, Assessment.CHEST_CT, Assessment.MAMMOGRAPHY)

COLUMNS = (
    VisitColumn("4w", days=28, months=0, window_days=7, assessments=_AT_4_WEEKS),
    VisitColumn("6m", days=0, months=6, window_days=30, assessments=_HALF_YEARLY),
    VisitColumn("12m", days=0, months=12, window_days=30, assessments=_YEARLY),
    VisitColumn("18m", days=0, months=18, window_days=30, assessments=_HALF_YEARLY),
    VisitColumn("2y", days=0, months=24, window_days=30, assessments=_YEARLY),
    VisitColumn("3y", days=0, months=36, window_days=60, assessments=_YEARLY),
    VisitColumn("4y", days=0, months=48, window_days=60, assessments=_YEARLY),
    VisitColumn("5y", days=0, months=60, window_days=60, assessments=_YEARLY),
)
"""Protocol: Table 1, counted from the end of radiotherapy. The protocol states no windows: these are proposals."""

EDITION = Edition(
    id="2.0",
    wording="Version 2.0 (December 2020)",
    criteria=(*INCLUSION, *DESIGN, *EXCLUSION),
    risk_factors=RISK_FACTORS,
    risk_factors_needed=2,
    genomic=GENOMIC,
    prescriptions=MappingProxyType(PRESCRIPTIONS),
    baseline=(
        *_HALF_YEARLY[:2],
        Assessment.THYROID_FUNCTION,
        Assessment.MYOCARDIAL_ENZYMES,
        Assessment.BREAST_AND_NODE_ULTRASOUND,
        Assessment.ECG,
        Assessment.ECHOCARDIOGRAPHY,
        Assessment.CHEST_CT,
        Assessment.LIVER_FUNCTION,
        Assessment.RENAL_FUNCTION,
        Assessment.LIVER_ULTRASOUND,
    ),
    weekly=_EVERY_VISIT,
    weekly_window_days=3,
    columns=COLUMNS,
    reminders=REMINDERS,
    dose_constraints=(*TARGET, *ORGANS),
    fractions_a_week=5,
    cbct_first_fractions=3,
    cbct_action_level_mm=Decimal(5),
    plan_reviews=20,
    clocks=CLOCKS,
    margins=Margins(
        hazard_ratio=Decimal("2.30"),
        difference=Decimal("0.10"),
        one_sided_alpha=Decimal("0.025"),
        horizon_years=5,
        power=Decimal("0.80"),
        patients_computed=208,
        event_free_control=Decimal("0.91"),
        event_free_experimental=Decimal("0.81"),
    ),
    target_patients=214,
    planned_accrual_months=24,
    result_expected_days=14,
    orders_after_cancellation=1,
    query_answer_days=14,
    audit_every_months=6,
    per_protocol_dose_share=Decimal("0.90"),
    readings=DEFAULT_READINGS,
)
