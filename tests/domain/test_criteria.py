"""Every criterion of the edition at its edges, one table a criterion. A criterion without rows is red."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.eligibility import weigh_all
from domain.protocol.v2_0 import EDITION
from events.event import Event
from events.screening import (
    MedicalHistoryRecorded,
    PathologyReported,
    PatientScreened,
    PerformanceStatusRecorded,
    StagingRecorded,
    SurgeryRecorded,
    TreatmentTimingRecorded,
)
from tests import facts
from tests.given import edition_with, patient_with

MET, NOT_MET, UNKNOWN = True, False, None

Row = tuple[bool | None, tuple[Event, ...]]


def _answers(builder: Any, field: str, met: str, not_met: str) -> list[Row]:
    return [
        (MET, facts.eligible(builder(**{field: met}))),
        (NOT_MET, facts.eligible(builder(**{field: not_met}))),
        (UNKNOWN, facts.eligible(builder(**{field: "unknown"}))),
        (UNKNOWN, facts.eligible(without=[type(builder())])),
        (MET, (*facts.eligible(builder(**{field: not_met})), builder("2020-12-20", **{field: met}))),
        (MET, (*facts.eligible(builder(**{field: met})), builder(**{field: "unknown"}))),
    ]


def _born(birth_date: str | None, sex: str | None = "F") -> tuple[Event, ...]:
    return facts.eligible(facts.screened(birth_date=birth_date, sex=sex))


def _pathology(**finding: Any) -> tuple[Event, ...]:
    return facts.eligible(facts.pathology(**finding))


def _history(**answer: Any) -> tuple[Event, ...]:
    return facts.eligible(facts.history(**answer))


def _earlier_cancer(kind: str, diagnosed_on: str) -> tuple[Event, ...]:
    return _history(prior_malignancies=[{"kind": kind, "diagnosed_on": diagnosed_on}])


def _started(surgery: str, planned: str | None, chemotherapy: str = "no", last: str | None = None) -> tuple[Event, ...]:
    return facts.eligible(
        facts.surgery(surgery),
        facts.timing(adjuvant_chemotherapy=chemotherapy, last_chemotherapy_on=last, radiotherapy_planned_for=planned),
    )


NO_MARKERS: dict[str, Any] = {"er_pct": None, "pr_pct": None, "her2": "", "ki67_pct": None}

ROWS: dict[str, list[Row]] = {
    "IC01": _answers(facts.pathology, "invasive", "yes", "no"),
    "IC02": [
        (MET, facts.eligible(facts.surgery(breast_surgery="MAST", axillary_surgery="ALND"))),
        (MET, facts.eligible(facts.surgery(breast_surgery="BCS", axillary_surgery="SLNB"))),
        (MET, facts.eligible(facts.surgery(breast_surgery="BCS", axillary_surgery="SLNB_ALND"))),
        (UNKNOWN, facts.eligible(facts.surgery(breast_surgery=None))),
        (UNKNOWN, facts.eligible(facts.surgery(axillary_surgery=None))),
        (UNKNOWN, facts.eligible(without=[SurgeryRecorded])),
    ],
    "IC03": [
        (NOT_MET, _pathology(nodes_positive=0)),
        (NOT_MET, _pathology(nodes_positive=0, pn="pN0")),
        (MET, _pathology(nodes_positive=1)),
        (MET, _pathology(nodes_positive=3)),
        (NOT_MET, _pathology(nodes_positive=4)),
        (MET, _pathology(nodes_positive=2, pn=None)),
        (MET, _pathology(nodes_positive=2, pn="pN1mi")),
        (NOT_MET, _pathology(nodes_positive=3, pn="pN2")),
        (NOT_MET, _pathology(nodes_positive=None, pn="pN0")),
        (UNKNOWN, _pathology(nodes_positive=None, pn="pN1")),
        (UNKNOWN, facts.eligible(without=[PathologyReported])),
    ],
    "IC04": [
        (MET, _pathology(pt="T2", ki67_pct="14", grade=1)),
        (NOT_MET, _pathology(pt="T2", ki67_pct="13.9", grade=1)),
        (NOT_MET, _pathology(pt="T1c", ki67_pct="5", grade=2)),
        (UNKNOWN, _pathology(pt="T2", ki67_pct=None, grade=1)),
        (MET, _pathology(pt="T2", ki67_pct=None, grade=3)),
        (NOT_MET, _pathology(pt="T1c", ki67_pct=None, grade=1)),
        (UNKNOWN, facts.eligible(without=[PathologyReported])),
    ],
    "IC05": [  # weighed on the day of trial consent, 2021-01-05
        (NOT_MET, _born("2003-01-06")),
        (MET, _born("2003-01-05")),
        (MET, _born("1940-01-06")),
        (NOT_MET, _born("1940-01-05")),
        (MET, _born("1970-03-15")),
        (NOT_MET, _born("1970-03-15", sex="M")),
        (NOT_MET, _born(None, sex="M")),
        (UNKNOWN, _born(None)),
        (UNKNOWN, _born("1970-03-15", sex=None)),
        (NOT_MET, _born("1930", sex=None)),
        (MET, _born("1970")),
        (UNKNOWN, _born("2003")),
        (UNKNOWN, _born("1940-01")),
        (UNKNOWN, facts.eligible(without=[PatientScreened])),
    ],
    "IC06": [
        (MET, facts.eligible(facts.performance(ecog=0))),
        (MET, facts.eligible(facts.performance(ecog=2))),
        (NOT_MET, facts.eligible(facts.performance(ecog=3))),
        (MET, facts.eligible(facts.performance(ecog=3, karnofsky=70))),
        (NOT_MET, facts.eligible(facts.performance(ecog=3, karnofsky=60))),
        (MET, facts.eligible(facts.performance(ecog=2, karnofsky=60))),
        (MET, facts.eligible(facts.performance(ecog=None, karnofsky=70))),
        (NOT_MET, facts.eligible(facts.performance(ecog=None, karnofsky=60))),
        (UNKNOWN, facts.eligible(facts.performance(ecog=None))),
        (UNKNOWN, facts.eligible(without=[PerformanceStatusRecorded])),
    ],
    "IC07": _answers(facts.history, "survival_over_5_years_expected", "yes", "no"),
    "IC08": [
        (MET, _pathology(margin="NEGATIVE")),
        (NOT_MET, _pathology(margin="CLOSE")),
        (NOT_MET, _pathology(margin="POSITIVE")),
        (UNKNOWN, _pathology(margin=None)),
    ],
    "IC09": [
        (MET, facts.eligible(facts.history(markers_testable="no"))),
        (MET, facts.eligible(facts.pathology(er_pct="0", pr_pct="0", ki67_pct="0"))),
        (MET, facts.eligible(facts.pathology(**NO_MARKERS))),
        (NOT_MET, facts.eligible(facts.pathology(her2=""), facts.history(markers_testable="no"))),
        (UNKNOWN, facts.eligible(facts.pathology(pr_pct=None), facts.history(markers_testable="unknown"))),
        (UNKNOWN, facts.eligible(without=[PathologyReported, MedicalHistoryRecorded])),
    ],
    "IC10": [
        (MET, _history(child_bearing_potential="no")),
        (MET, _history(child_bearing_potential="yes", contraception_for_a_month="yes")),
        (NOT_MET, _history(child_bearing_potential="yes", contraception_for_a_month="no")),
        (UNKNOWN, _history(child_bearing_potential="yes", contraception_for_a_month="unknown")),
        (UNKNOWN, _history(child_bearing_potential="unknown", contraception_for_a_month="no")),
    ],
    "IC11": [
        (MET, facts.eligible()),
        (UNKNOWN, facts.eligible(facts.consented_to_test())),
        (UNKNOWN, facts.eligible(without=[type(facts.consented())])),
    ],
    "DR01": [
        *((MET, _pathology(pt=stage)) for stage in ("T1mi", "T1a", "T1b", "T1c", "T1", "T2")),
        *((NOT_MET, _pathology(pt=stage)) for stage in ("Tis", "T3", "T4")),
        (UNKNOWN, _pathology(pt=None)),
    ],
    "DR02": [
        *((MET, facts.eligible(facts.result(score))) for score in ("0", "43", "44", "44.0")),
        *((NOT_MET, facts.eligible(facts.result(score))) for score in ("44.1", "45", "100")),
        (UNKNOWN, facts.eligible(facts.result(score_18gene=None, ri_lr="20", class_reported="low"))),
        (UNKNOWN, facts.eligible(without=[type(facts.result())])),
        (NOT_MET, facts.eligible(facts.amended(46))),
        (UNKNOWN, facts.eligible(facts.result_withdrawn())),
    ],
    "EC01": _answers(facts.staging, "supraclavicular_node_involved", "no", "yes"),
    "EC02": _answers(facts.staging, "internal_mammary_node_involved", "no", "yes"),
    "EC03": [
        (MET, _history(pregnant="no", lactating="no")),
        (NOT_MET, _history(pregnant="yes", lactating="no")),
        (NOT_MET, _history(pregnant="no", lactating="yes")),
        (NOT_MET, _history(pregnant="unknown", lactating="yes")),
        (UNKNOWN, _history(pregnant="unknown", lactating="no")),
        (UNKNOWN, _history(pregnant="no", lactating="unknown")),
        (UNKNOWN, facts.eligible(without=[MedicalHistoryRecorded])),
    ],
    "EC04": _answers(facts.surgery, "reconstruction", "no", "yes"),
    "EC05": _answers(facts.history, "severe_comorbidity", "no", "yes"),
    "EC06": [  # five years before the trial consent: 2016-01-05
        (MET, facts.eligible()),
        (MET, _earlier_cancer("OTHER", "2016-01-05")),
        (NOT_MET, _earlier_cancer("OTHER", "2016-01-06")),
        (MET, _earlier_cancer("OTHER", "2015")),
        (UNKNOWN, _earlier_cancer("OTHER", "2016-01")),
        (UNKNOWN, _earlier_cancer("OTHER", "2016")),
        (NOT_MET, _earlier_cancer("OTHER", "2017")),
        *((MET, _earlier_cancer(kind, "2020-06-01")) for kind in ("LCIS", "BCC_SKIN", "CIS_SKIN", "CIS_CERVIX")),
        (MET, _earlier_cancer("BREAST", "2020-06-01")),
        (UNKNOWN, _history(prior_malignancies_known="unknown")),
        (UNKNOWN, _history(prior_malignancies_known="no")),
        (MET, (*facts.eligible(), facts.history("2020-12-20", prior_malignancies_known="unknown"))),
        (UNKNOWN, facts.eligible(without=[MedicalHistoryRecorded])),
    ],
    "EC07": _answers(facts.staging, "bilateral_synchronous", "no", "yes"),
    "EC08": [
        (MET, facts.eligible()),
        (MET, _history(prior_radiotherapy=["ELSEWHERE"])),
        *((NOT_MET, _history(prior_radiotherapy=["ELSEWHERE", site])) for site in ("NECK", "CHEST", "IPSI_AXILLA")),
        (UNKNOWN, _history(prior_radiotherapy_known="unknown")),
        (UNKNOWN, facts.eligible(without=[MedicalHistoryRecorded])),
    ],
    "EC09": _answers(facts.history, "active_collagen_vascular_disease", "no", "yes"),
    "EC10": _answers(facts.staging, "distant_metastasis", "no", "yes"),
    "EC11": _answers(facts.staging, "unresectable", "no", "yes"),
    "EC12": [
        (MET, _started("2020-11-20", "2021-02-20")),
        (NOT_MET, _started("2020-11-20", "2021-02-21")),
        (MET, _started("2020-11-30", "2021-02-28")),
        (NOT_MET, _started("2020-11-30", "2021-03-01")),
        (UNKNOWN, _started("2020-11-20", "2021-02")),
        (MET, _started("2020-11", "2021-01")),
        (UNKNOWN, _started("2020-11-20", None)),
        (UNKNOWN, _started("2020-11-20", "2021-02-01", chemotherapy="unknown")),
        (MET, _started("2020-06-01", "2021-02-26", chemotherapy="yes", last="2021-01-01")),
        (NOT_MET, _started("2020-06-01", "2021-02-27", chemotherapy="yes", last="2021-01-01")),
        (UNKNOWN, _started("2020-06-01", "2021-02-27", chemotherapy="yes", last="2021-01")),
        (NOT_MET, _started("2020-06-01", "2021-02-27", chemotherapy="yes", last="2020-12")),
        (UNKNOWN, _started("2020-11-20", "2021-02-01", chemotherapy="yes")),
        (UNKNOWN, facts.eligible(without=[SurgeryRecorded])),
        (UNKNOWN, facts.eligible(without=[TreatmentTimingRecorded])),
    ],
}


def _rows() -> Iterator[Any]:
    for criterion, rows in ROWS.items():
        for number, (passes, history) in enumerate(rows):
            yield pytest.param(criterion, passes, history, id=f"{criterion}-{number}-{passes}")


def _finding(criterion: str, history: tuple[Event, ...], **readings: str) -> Any:
    patient = patient_with(*history)
    edition = edition_with({name.replace("_", "-"): option for name, option in readings.items()})
    consent_day = facts.day(facts.TRIAL_CONSENT).earliest
    verdicts = {verdict.criterion.id: verdict for verdict in weigh_all(patient, edition, consent_day)}
    return verdicts[criterion].finding


@pytest.mark.parametrize(("criterion", "passes", "history"), list(_rows()))
def test_a_criterion_at_its_edge(criterion: str, passes: bool | None, history: tuple[Event, ...]) -> None:
    finding = _finding(criterion, history)
    assert finding.passes is passes
    on_record = {entry.event_id for entry in patient_with(*history).entries}
    assert set(finding.entries) <= on_record
    assert finding.entries or passes is not True, "a criterion that is met names the entries that show it"


def test_every_criterion_of_the_edition_has_rows() -> None:
    assert list(ROWS) == [criterion.id for criterion in EDITION.criteria] == list(facts.CRITERIA)


@pytest.mark.parametrize("criterion", ROWS)
def test_a_criterion_is_tried_met_and_unknown_and_not_met_where_facts_can_fail_it(criterion: str) -> None:
    tried = {passes for passes, _ in ROWS[criterion]}
    never_fails = {"IC02", "IC11"}  # surgery not done, or consent not signed, is a fact still missing
    assert tried == ({MET, UNKNOWN} if criterion in never_fails else {MET, NOT_MET, UNKNOWN})


def test_who_meets_everything_is_eligible() -> None:
    patient = patient_with(*facts.eligible())
    verdicts = weigh_all(patient, EDITION, facts.day(facts.TRIAL_CONSENT).earliest)
    assert [str(verdict) for verdict in verdicts if verdict.finding.passes is not True] == []


READINGS = [
    # Chemotherapy from July to December: late after surgery, in time after chemotherapy.
    ("EC12", "PQ_01", "conditional", MET, _started("2020-06-01", "2021-02-01", "yes", "2020-12-20")),
    ("EC12", "PQ_01", "either", NOT_MET, _started("2020-06-01", "2021-02-01", "yes", "2020-12-20")),
    ("EC12", "PQ_01", "either", NOT_MET, _started("2020-11-20", "2021-02-01", "yes", "2020-12-01")),
    ("EC12", "PQ_01", "either", MET, _started("2020-11-20", "2021-02-01", "yes", "2020-12-20")),
    ("EC12", "PQ_01", "either", UNKNOWN, _started("2020-11-20", "2021-02-01", "yes", None)),
    ("EC12", "PQ_01", "either", NOT_MET, _started("2020-06-01", "2021-02-01", "yes", None)),
    ("EC12", "PQ_01", "either", MET, _started("2020-11-20", "2021-02-01", "no")),
    ("DR01", "PQ_02", "enforce", NOT_MET, _pathology(pt="T3")),
    ("IC04", "PQ_03", ">=2", MET, _pathology(pt="T2", grade=3, ki67_pct="10")),
    ("IC04", "PQ_03", ">2", NOT_MET, _pathology(pt="T2", grade=3, ki67_pct="10")),
    ("IC04", "PQ_03", ">2", MET, _pathology(pt="T2", grade=3, ki67_pct="14")),
    ("DR02", "PQ_04", "<=44", MET, facts.eligible(facts.result(44))),
    ("DR02", "PQ_04", "<44", NOT_MET, facts.eligible(facts.result(44))),
    ("DR02", "PQ_04", "<44", MET, facts.eligible(facts.result("43.9"))),
]


@pytest.mark.parametrize(("criterion", "question", "option", "passes", "history"), READINGS)
def test_a_reading_of_the_protocol_decides(
    criterion: str, question: str, option: str, passes: bool | None, history: tuple[Event, ...]
) -> None:
    assert _finding(criterion, history, **{question: option}).passes is passes


def test_pt_is_not_asked_when_the_trial_reads_the_inclusion_list_to_the_letter() -> None:
    for history in (_pathology(pt="T3"), facts.eligible(without=[PathologyReported])):
        assert _finding("DR01", history, PQ_02="ignore").passes is True


def test_before_consent_age_is_weighed_on_the_day_asked() -> None:
    unconsented = patient_with(facts.screened(birth_date="2003-01-06"))
    for on, passes in (("2021-01-05", False), ("2021-01-06", True)):
        verdicts = weigh_all(unconsented, EDITION, facts.day(on).earliest)
        assert next(v for v in verdicts if v.criterion.id == "IC05").finding.passes is passes


def test_a_verdict_reads_as_a_sentence() -> None:
    patient = patient_with(*facts.eligible(facts.pathology(margin="CLOSE")))
    verdicts = weigh_all(patient, EDITION, facts.day(facts.TRIAL_CONSENT).earliest)
    assert "IC08 Surgical margin negative: not met (CLOSE)" in {str(verdict) for verdict in verdicts}


def test_staging_left_out_leaves_its_criteria_unknown_only() -> None:
    patient = patient_with(*facts.eligible(without=[StagingRecorded]))
    verdicts = weigh_all(patient, EDITION, facts.day(facts.TRIAL_CONSENT).earliest)
    unknown = [verdict.criterion.id for verdict in verdicts if verdict.finding.passes is None]
    assert unknown == ["EC01", "EC02", "EC07", "EC10", "EC11"]
