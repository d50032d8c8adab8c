"""What a row records: which facts, on which dates, and that nothing is refused for being against the protocol."""

from __future__ import annotations

import pytest

from domain.deviations import deviations
from domain.protocol.v2_0 import EDITION
from domain.worklist import worklist
from events.clinical_date import ClinicalDate
from events.event import Event
from events.outcomes import DeathCause, RecurrenceConfirmed, RecurrenceSite
from events.radiotherapy import NodalVolumeDelivered, RadiotherapyPlanned, Regimen
from events.randomisation import AllocationTakenOver, Arm
from events.screening import PathologyReported, PerformanceStatusRecorded, SurgeryRecorded
from tests.domain.take_over.rows import TODAY, imported, kinds, recorded_from, row
from tests.facts import day
from tests.given import PATIENT

WHOLE = {
    "patient_id": PATIENT,
    "randomised_on": "2021-01-10",
    "arm": "OMIT",
    "consented_on": "2021-01-05",
    "birth_date": "1970-03-15",
    "surgery_date": "2020-11-20",
    "breast_surgery": "MAST",
    "pt": "T2",
    "tumour_size_mm": "25",
    "nodes_positive": "1",
    "grade": "2",
    "ki67_pct": "20",
    "er_pct": "90",
    "pr_pct": "80",
    "her2": "1+",
    "ecog": "0",
    "genomic_score": "30",
    "genomic_reported_on": "2020-12-28",
    "rt_started_on": "2021-02-01",
    "rt_completed_on": "2021-02-19",
    "regimen": "HYPO",
    "arm_delivered": "OMIT",
    "recurrences": "2021-12-01:CHEST_WALL;2022-02-01:CONTRALATERAL_DCIS",
    "last_assessed_on": "2022-03-01",
    "last_alive_on": "2022-06-01",
    "died_on": "2022-07",
    "death_cause": "BREAST_CANCER",
    "withdrew_on": "2022-05-01",
    "lost_on": "2022-06-15",
}


def told(**cells: str) -> list[Event]:
    return recorded_from({"patient_id": PATIENT, **cells})


def dated(events: list[Event]) -> list[tuple[str, str]]:
    return [(kind, str(event.occurred_on)) for kind, event in zip(kinds(events), events, strict=True)]


def test_a_whole_row_in_the_order_of_a_life() -> None:
    assert dated(recorded_from(WHOLE)) == [
        ("patient-screened", "2021-01-05"),
        ("consent-signed", "2021-01-05"),
        ("surgery-recorded", "2020-11-20"),
        ("pathology-reported", "2020-11-20"),
        ("performance-status-recorded", "2021-01-05"),
        ("genomic-result-reported", "2020-12-28"),
        ("allocation-taken-over", "2021-01-10"),
        ("radiotherapy-planned", "2021-02-01"),
        ("radiotherapy-started", "2021-02-01"),
        ("radiotherapy-completed", "2021-02-19"),
        ("nodal-volume-delivered", "2021-02-19"),
        ("recurrence-confirmed", "2021-12-01"),
        ("contralateral-cancer-diagnosed", "2022-02-01"),
        ("disease-assessed", "2022-03-01"),
        ("contact-made", "2022-06-01"),
        ("consent-withdrawn", "2022-05-01"),
        ("follow-up-lost", "2022-06-15"),
        ("death-reported", "2022-07"),
    ]


def test_what_the_facts_say() -> None:
    patient = imported(WHOLE)
    pathology = patient.last(PathologyReported)
    assert pathology is not None
    assert pathology.event.model_dump(mode="json", exclude_defaults=True) == {
        "occurred_on": "2020-11-20",
        **{name: WHOLE[name] for name in ("pt", "tumour_size_mm", "ki67_pct", "er_pct", "pr_pct", "her2")},
        "nodes_positive": 1,
        "grade": 2,
    }
    facts = [entry.event for entry in patient.entries]
    assert AllocationTakenOver(occurred_on=day("2021-01-10"), arm=Arm.OMIT, allocated_by=ELSEWHERE) in facts
    assert RadiotherapyPlanned(occurred_on=day("2021-02-01"), regimen=Regimen.HYPOFRACTIONATED) in facts
    assert NodalVolumeDelivered(occurred_on=day("2021-02-19"), arm=Arm.OMIT) in facts
    assert patient.death is not None
    assert patient.death.event.cause is DeathCause.BREAST_CANCER


ELSEWHERE = "taken over from another system"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"died_on": "2021"}, [("patient-screened", "2021"), ("death-reported", "2021")]),
        ({"last_alive_on": "2021-05"}, [("patient-screened", "2021-05"), ("contact-made", "2021-05")]),
        (
            {"recurrences": "2021-05-02:DISTANT", "birth_date": "1970", "lost_on": "2022"},
            [("patient-screened", "2021-05-02"), ("recurrence-confirmed", "2021-05-02"), ("follow-up-lost", "2022")],
        ),
        (
            {"surgery_date": "2020-11-20", "grade": "3"},
            [
                ("patient-screened", "2020-11-20"),
                ("surgery-recorded", "2020-11-20"),
                ("pathology-reported", "2020-11-20"),
            ],
        ),
        (
            {"consented_on": "2021-01-05", "breast_surgery": "BCS", "genomic_score": "44"},
            [
                ("patient-screened", "2021-01-05"),
                ("consent-signed", "2021-01-05"),
                ("surgery-recorded", "2021"),
                ("genomic-result-reported", "2021"),
            ],
        ),
        (
            {"rt_started_on": "2021-02-01", "arm_delivered": "IMNI", "regimen": "CONV"},
            [
                ("patient-screened", "2021-02-01"),
                ("radiotherapy-planned", "2021-02-01"),
                ("radiotherapy-started", "2021-02-01"),
                ("nodal-volume-delivered", "2021-02-01"),
            ],
        ),
    ],
)
def test_a_fact_without_a_date_of_its_own_gets_one_that_is_never_the_birth(
    cells: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert dated(told(**cells)) == expected


@pytest.mark.parametrize("text", ["2021", "2021-06", "2021-06-30"])
@pytest.mark.parametrize(
    ("column", "kind", "beside"),
    [
        ("randomised_on", "allocation-taken-over", {"arm": "IMNI"}),
        ("consented_on", "consent-signed", {}),
        ("surgery_date", "surgery-recorded", {}),
        ("genomic_reported_on", "genomic-result-reported", {"genomic_score": "12"}),
        ("rt_started_on", "radiotherapy-started", {}),
        ("rt_completed_on", "radiotherapy-completed", {}),
        ("last_assessed_on", "disease-assessed", {}),
        ("last_alive_on", "contact-made", {}),
        ("died_on", "death-reported", {}),
        ("withdrew_on", "consent-withdrawn", {}),
        ("lost_on", "follow-up-lost", {}),
    ],
)
def test_a_date_is_kept_as_precise_as_it_is_known(column: str, kind: str, beside: dict[str, str], text: str) -> None:
    assert (kind, text) in dated(told(**{column: text}, **beside))


def test_a_death_without_a_cause_is_of_unknown_cause() -> None:
    patient = imported(row(died_on="2022-01"))
    assert patient.death is not None
    assert patient.death.event.cause is DeathCause.UNKNOWN


def test_sites_of_one_date_are_one_recurrence_in_whatever_order_and_new_cancers_are_their_own() -> None:
    listed = ["2021-12:DISTANT", "2021-12:BREAST", "2021-12:SECOND_PRIMARY", "2021-12:CONTRALATERAL_INVASIVE"]
    listed += ["2022:AXILLA", "2021-12:DISTANT"]
    one = told(recurrences=";".join(listed))
    assert one == told(recurrences=";".join(reversed(listed[:4])) + ";2022:AXILLA")
    assert [event.sites for event in one if isinstance(event, RecurrenceConfirmed)] == [
        (RecurrenceSite.BREAST, RecurrenceSite.DISTANT),
        (RecurrenceSite.AXILLA,),
    ]
    assert kinds(one)[2:4] == ["contralateral-cancer-diagnosed", "second-primary-diagnosed"]


@pytest.mark.parametrize(
    ("recurrences", "status"),
    [
        ("", "NO_EVIDENCE"),
        ("2022-03:DISTANT", "NO_EVIDENCE"),
        ("2021-05-01:SECOND_PRIMARY", "NO_EVIDENCE"),
        ("2022-02-28:DISTANT", "RECURRENCE"),
        ("2022:CONTRALATERAL_INVASIVE", "RECURRENCE"),
    ],
)
def test_who_had_a_recurrence_by_then_is_not_assessed_as_free_of_disease(recurrences: str, status: str) -> None:
    (assessed,) = (e for e in told(last_assessed_on="2022-02-28", recurrences=recurrences) if "assessed" in e.type)
    assert assessed.model_dump()["disease_status"] == status


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"grade": "1", "nodes_positive": "0", "pt": "T1"}, "IC03"),
        ({"birth_date": "2010-01-01"}, "IC05"),
        ({"genomic_score": "44.1"}, "DR02"),
        ({"ecog": "4"}, "IC06"),
        ({"arm_delivered": "IMNI"}, "ARM"),
        ({"consented_on": "2021-01-11"}, "IC11"),
        ({"rt_started_on": "2021-01-01"}, "ORDER"),
        ({"recurrences": "2020-12-01:AXILLA"}, "ORDER"),
        ({"died_on": "2021-06", "death_cause": "OTHER", "last_assessed_on": "2022"}, "ORDER"),
    ],
)
def test_what_contradicts_the_protocol_is_taken_and_shows_as_a_deviation(cells: dict[str, str], rule: str) -> None:
    assert rule not in {deviation.rule for deviation in deviations(imported(WHOLE_SOUND), EDITION)}
    found = {deviation.rule for deviation in deviations(imported({**WHOLE_SOUND, **cells}), EDITION)}
    assert rule in found


WHOLE_SOUND = {
    **WHOLE,
    **dict.fromkeys(("recurrences", "died_on", "death_cause", "withdrew_on", "lost_on"), ""),
    "last_alive_on": "2022-03-01",
}


def test_an_imported_patient_has_no_test_ordered_and_is_not_screened_again() -> None:
    keys = [item.key for item in worklist(imported(WHOLE_SOUND), EDITION, TODAY)]
    assert not [key for key in keys if key.startswith(("recurindex", "randomise", "complete-screening", "confirm"))]


def test_what_is_not_said_is_not_recorded() -> None:
    events = told(consented_on="2021-01-05")
    assert kinds(events) == ["patient-screened", "consent-signed"]
    kinds_said = {PathologyReported, SurgeryRecorded, PerformanceStatusRecorded}
    assert not kinds_said & {type(event) for event in events}
    assert events[0].occurred_on == ClinicalDate(2021, 1, 5)
