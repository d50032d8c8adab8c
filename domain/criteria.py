"""How each eligibility criterion and risk factor is weighed: facts in, finding out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from domain.calendar_arithmetic import add_months, possible_ages
from domain.findings import UNKNOWN, Finding, found, unanimous
from domain.genomic_test import standing_scores
from domain.patient import Known
from domain.protocol.edition import Case
from events.consent import ConsentKind
from events.event import Event
from events.screening import (
    Answer,
    Malignancy,
    Margin,
    MedicalHistoryRecorded,
    PathologyReported,
    PatientScreened,
    PerformanceStatusRecorded,
    PrimaryTumour,
    RadiotherapySite,
    StagingRecorded,
    SurgeryRecorded,
)

E = TypeVar("E", bound=Event)

_SMALL_TUMOURS = (PrimaryTumour.T1MI, PrimaryTumour.T1A, PrimaryTumour.T1B, PrimaryTumour.T1C, PrimaryTumour.T1)
_EXEMPT = (Malignancy.LCIS, Malignancy.BASAL_CELL_SKIN, Malignancy.IN_SITU_SKIN, Malignancy.IN_SITU_CERVIX)
_BARRED_SITES = (RadiotherapySite.NECK, RadiotherapySite.CHEST, RadiotherapySite.IPSILATERAL_AXILLA)


def answered(kind: type[E], answer: Callable[[E], Answer], wanted: Answer) -> Callable[[Case], Finding]:
    """A criterion that one answer settles."""

    def weigh(case: Case) -> Finding:
        known = case.patient.known(kind, answer)
        return found(known is not None and known.value == wanted, known)

    return weigh


def _in_stage(case: Case, stages: tuple[PrimaryTumour, ...]) -> Finding:
    stage = case.patient.known(PathologyReported, lambda pathology: pathology.pt)
    return found(stage is not None and stage.value in stages, stage)


def pt1_or_pt2(case: Case) -> Finding:
    """pT1 or pT2; ignored under the other reading of PQ-02."""
    if case.edition.reading("PQ-02") == "ignore":
        return Finding(True, "not asked (PQ-02)")
    return _in_stage(case, (*_SMALL_TUMOURS, PrimaryTumour.T2))


def operated(case: Case) -> Finding:
    """Mastectomy or breast-conserving surgery, with the axilla operated on too."""
    breast = case.patient.known(SurgeryRecorded, lambda surgery: surgery.breast_surgery)
    axilla = case.patient.known(SurgeryRecorded, lambda surgery: surgery.axillary_surgery)
    return found(True, breast, axilla) if breast and axilla else found(None, breast, axilla)


def one_to_three_nodes(case: Case) -> Finding:
    """One to three positive nodes, and a pN category, where given, of pN1; PQ-45 says whether pN1mi is one."""
    nodes = case.patient.known(PathologyReported, lambda pathology: pathology.nodes_positive)
    category = case.patient.known(PathologyReported, lambda pathology: pathology.pn)
    barred = case.edition.reading("PQ-45") == "pn1mi-not-eligible" and "pN1mi"
    if category is not None and (not category.value.startswith("pN1") or category.value == barred):
        return found(False, nodes, category)
    return found(1 <= nodes.value <= 3, nodes, category) if nodes else UNKNOWN


def clinically_high_risk(case: Case) -> Finding:
    """Enough clinical risk factors; unknown while the missing ones could still decide."""
    findings = [(factor.id, factor.weigh(case)) for factor in case.edition.risk_factors]
    present = [name for name, finding in findings if finding.passes]
    unknown = [name for name, finding in findings if finding.passes is None]
    needed = case.edition.risk_factors_needed + (case.edition.reading("PQ-03") == ">2")
    passes = unanimous((len(present) >= needed, len(present) + len(unknown) >= needed))
    missing = f"; not known: {', '.join(unknown)}" if unknown else ""
    value = f"{len(present)} of {needed} needed ({', '.join(present) or 'none'}{missing})"
    return Finding(passes, value, tuple(dict.fromkeys(entry for _, finding in findings for entry in finding.entries)))


def woman_of_18_to_80(case: Case) -> Finding:
    """Female, 18 to 80 completed years on the reference date."""
    sex = case.patient.known(PatientScreened, lambda person: person.sex)
    age = age_between(18, 80)(case)
    if sex is not None and sex.value != "F":
        return found(False, sex)
    passes = age.passes if sex or age.passes is False else None
    entries = (sex.entry, *age.entries) if sex else age.entries
    return Finding(passes, f"{sex.value if sex else 'sex not known'}, {age.value}", tuple(dict.fromkeys(entries)))


def age_between(youngest: int, oldest: int) -> Callable[[Case], Finding]:
    """Age in completed years on the reference date, both ends included."""

    def weigh(case: Case) -> Finding:
        birth = case.patient.birth_date
        if birth is None:
            return UNKNOWN
        ages = possible_ages(birth.value, case.reference_date)
        passes = unanimous(youngest <= age <= oldest for age in ages)
        return Finding(passes, " or ".join(f"{age} years" for age in ages), (birth.entry,))

    return weigh


def fit_enough(case: Case) -> Finding:
    """ECOG 2 or better, or Karnofsky 70 or better; PQ-17 says whether one is enough, or all that is recorded counts."""
    ecog = case.patient.known(PerformanceStatusRecorded, lambda status: status.ecog)
    karnofsky = case.patient.known(PerformanceStatusRecorded, lambda status: status.karnofsky)
    weighed = [ecog.value <= 2] if ecog else []
    weighed += [karnofsky.value >= 70] if karnofsky else []
    fit = all(weighed) if case.edition.reading("PQ-17") == "both" else any(weighed)
    return found(fit, ecog, karnofsky)


def negative_margin(case: Case) -> Finding:
    """Surgical margin negative; a close margin is not."""
    margin = case.patient.known(PathologyReported, lambda pathology: pathology.margin)
    return found(margin is not None and margin.value is Margin.NEGATIVE, margin)


def markers_known_or_testable(case: Case) -> Finding:
    """ER, PR, HER2 and Ki-67 reported, or testable."""
    patient = case.patient
    markers = (
        patient.known(PathologyReported, lambda pathology: pathology.er_pct),
        patient.known(PathologyReported, lambda pathology: pathology.pr_pct),
        patient.known(PathologyReported, lambda pathology: pathology.her2),
        patient.known(PathologyReported, lambda pathology: pathology.ki67_pct),
    )
    if all(markers):
        return found(True, *markers)
    testable = patient.known(MedicalHistoryRecorded, lambda history: history.markers_testable)
    return found(testable is not None and testable.value == "yes", testable)


def contraception_adequate(case: Case) -> Finding:
    """Not of child-bearing potential, or contraception for at least a month before entering (PQ-15)."""
    potential = case.patient.known(MedicalHistoryRecorded, lambda history: history.child_bearing_potential)
    if potential is None or potential.value == "no":
        return found(True, potential)
    contraception = case.patient.known(MedicalHistoryRecorded, lambda history: history.contraception_for_a_month)
    passes = None if contraception is None else contraception.value == "yes"
    return found(passes, potential, contraception)


def consented(case: Case) -> Finding:
    """Trial consent signed."""
    consent = case.patient.consent(ConsentKind.TRIAL)
    return found(True, Known(str(consent.occurred_on), consent.event_id)) if consent else UNKNOWN


def resectable(case: Case) -> Finding:
    """The primary tumour is resectable; not asked for under the other reading of PQ-16."""
    if case.edition.reading("PQ-16") == "drop":
        return Finding(True, "not asked (PQ-16)")
    return answered(StagingRecorded, lambda staging: staging.unresectable, "no")(case)


def not_pregnant_nor_lactating(case: Case) -> Finding:
    """Neither pregnant nor lactating."""
    pregnant = case.patient.known(MedicalHistoryRecorded, lambda history: history.pregnant)
    lactating = case.patient.known(MedicalHistoryRecorded, lambda history: history.lactating)
    if "yes" in {state.value for state in (pregnant, lactating) if state}:
        return found(False, pregnant, lactating)
    return found(True if pregnant and lactating else None, pregnant, lactating)


def no_recent_other_malignancy(case: Case) -> Finding:
    """No malignancy outside the breast within 5 years, but for the exempt kinds (PQ-14)."""
    listed = case.patient.known(
        MedicalHistoryRecorded,
        lambda history: history.prior_malignancies if history.prior_malignancies_known == "yes" else None,
    )
    if listed is None:
        return UNKNOWN
    since = add_months(case.reference_date, -60)
    barring = case.edition.reading("PQ-14") == "earlier-breast-cancer-excludes"
    exempt = _EXEMPT if barring else (*_EXEMPT, Malignancy.BREAST)
    counted = [m.diagnosed_on for m in listed.value if m.kind not in exempt]
    passes = unanimous((not any(on.earliest > since for on in counted), not any(on.latest > since for on in counted)))
    value = ", ".join(f"{m.kind} {m.diagnosed_on}" for m in listed.value) or "none"
    return Finding(passes, value, (listed.entry,))


def no_prior_radiotherapy_nearby(case: Case) -> Finding:
    """No earlier radiotherapy of neck, chest or the same axilla."""
    sites = case.patient.known(
        MedicalHistoryRecorded,
        lambda history: history.prior_radiotherapy if history.prior_radiotherapy_known == "yes" else None,
    )
    if sites is None:
        return UNKNOWN
    return Finding(not set(sites.value) & set(_BARRED_SITES), ", ".join(sites.value) or "none", (sites.entry,))


def genomic_low(case: Case) -> Finding:
    """The 18-gene score is a low genomic risk."""
    scores = standing_scores(case.patient)
    if scores is None or scores.value.score_18gene is None:
        return UNKNOWN
    score = scores.value.score_18gene
    return Finding(case.edition.genomic.classify(score) == "low", str(score), (scores.entry,))


def three_nodes(case: Case) -> Finding:
    """Three positive nodes."""
    nodes = case.patient.known(PathologyReported, lambda pathology: pathology.nodes_positive)
    return found(nodes is not None and nodes.value == 3, nodes)


def t2(case: Case) -> Finding:
    """pT2: over 2 cm and up to 5 cm."""
    return _in_stage(case, (PrimaryTumour.T2,))


def grade_3(case: Case) -> Finding:
    """Grade 3 of the invasive part."""
    grade = case.patient.known(PathologyReported, lambda pathology: pathology.grade)
    return found(grade is not None and grade.value == 3, grade)


def ki67_at_least_14(case: Case) -> Finding:
    """Ki-67 of 14 % or more."""
    ki67 = case.patient.known(PathologyReported, lambda pathology: pathology.ki67_pct)
    return found(ki67 is not None and ki67.value >= 14, ki67)
