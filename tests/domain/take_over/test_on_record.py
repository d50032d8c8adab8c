"""A file imported again, extended, changed, or after the record was corrected: news, nothing, or a plain refusal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.corrections import EntryCorrected, EntryVoided
from events.outcomes import DeathReported, RecurrenceConfirmed, RecurrenceSite
from events.screening import PathologyReported, PatientScreened
from tests.domain.take_over.rows import imported, kinds, later, recorded_from, refused, row
from tests.domain.take_over.test_facts import WHOLE, WHOLE_SOUND
from tests.facts import day, death, pathology, recurrence, screened
from tests.given import patient_with

_MEND = "If the record is wrong, use correct-entry on that entry; if this is wrong, mend it here"
_TAKEN = [column for column in WHOLE if column not in {"patient_id", "randomised_on", "arm"}]


@pytest.mark.parametrize(
    ("cells", "added"),
    [
        ({"last_assessed_on": "2023-01-01"}, [("disease-assessed", "2023-01-01")]),
        ({"last_alive_on": "2023-02-01"}, [("contact-made", "2023-02-01")]),
        ({"died_on": "2023-03"}, [("death-reported", "2023-03")]),
        ({"lost_on": "2023"}, [("follow-up-lost", "2023")]),
        ({"recurrences": "2022-04-01:BREAST"}, [("recurrence-confirmed", "2022-04-01")]),
    ],
)
def test_an_extended_row_adds_only_the_new_facts(cells: dict[str, str], added: list[tuple[str, str]]) -> None:
    events = recorded_from({**WHOLE_SOUND, **cells}, imported(WHOLE_SOUND))
    assert [(kind, str(event.occurred_on)) for kind, event in zip(kinds(events), events, strict=True)] == added


def test_a_longer_list_of_recurrences_adds_what_is_new() -> None:
    first = row(recurrences="2021-12-01:CHEST_WALL")
    events = recorded_from(row(recurrences="2022-02:DISTANT;2021-12-01:CHEST_WALL"), imported(first))
    assert [(event.occurred_on, event.sites) for event in events if isinstance(event, RecurrenceConfirmed)] == [
        (day("2022-02"), (RecurrenceSite.DISTANT,))
    ]
    assert len(events) == 1


def test_dates_that_come_later_do_not_make_old_facts_new() -> None:
    """The pathology was dated by the consent while no surgery was known; the screening by the randomisation."""
    bare = row(grade="2", ecog="1")
    extended = {**bare, "surgery_date": "2020-11-20", "consented_on": "2021-01-05"}
    assert kinds(recorded_from(extended, imported(bare))) == ["consent-signed", "surgery-recorded"]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(_TAKEN)))
def test_cells_that_fall_empty_take_nothing_back(emptied: set[str]) -> None:
    cells = {**WHOLE, **dict.fromkeys(emptied, "")}
    cells |= {"death_cause": ""} if not cells["died_on"] else {}
    cells |= {"genomic_reported_on": ""} if not cells["genomic_score"] else {}
    assert recorded_from(cells, imported(WHOLE)) == []


@pytest.mark.parametrize(
    ("column", "value", "before", "corrected"),
    [
        ("er_pct", "90", "", "pathology-reported.v1"),
        ("her2", "3+", "", "pathology-reported.v1"),
        ("birth_date", "1970-03-15", "", "patient-screened.v1"),
        ("breast_surgery", "MAST", "", "surgery-recorded.v1"),
        ("death_cause", "OTHER", "", "death-reported.v1"),
        ("died_on", "2022-07-15", "2022-07", "death-reported.v1"),
        ("rt_completed_on", "2021-02-19", "2021", "radiotherapy-completed.v1"),
        ("genomic_reported_on", "2021-03-01", "", "genomic-result-reported.v1"),
    ],
)
def test_what_is_better_known_now_becomes_a_correction(column: str, value: str, before: str, corrected: str) -> None:
    patient = imported({**WHOLE, column: before})
    (event,) = recorded_from({**WHOLE, column: value}, patient)
    assert isinstance(event, EntryCorrected)
    assert (event.replacement_type, event.occurred_on) == (corrected, day("2026-12-01"))
    assert event.reason == f"{column} better known than when first taken over"
    assert value in str(event.replacement)


_CHANGES = [
    ("randomised_on", "2021-01-11", "2021-01-10"),
    ("arm", "IMNI", "OMIT"),
    ("consented_on", "2021-01-06", "2021-01-05"),
    ("birth_date", "1971-03-15", "1970-03-15"),
    ("surgery_date", "2020-11-21", "2020-11-20"),
    ("breast_surgery", "BCS", "MAST"),
    ("pt", "T1c", "T2"),
    ("tumour_size_mm", "26", "25"),
    ("nodes_positive", "2", "1"),
    ("grade", "3", "2"),
    ("her2", "0", "1+"),
    ("ecog", "1", "0"),
    ("genomic_score", "44.1", "30"),
    ("genomic_reported_on", "2020-12-29", "2020-12-28"),
    ("rt_started_on", "2021-02-02", "2021-02-01"),
    ("rt_completed_on", "2021-02-20", "2021-02-19"),
    ("regimen", "CONV", "HYPO"),
    ("arm_delivered", "IMNI", "OMIT"),
    ("died_on", "2022-08", "2022-07"),
    ("death_cause", "OTHER", "BREAST_CANCER"),
    ("withdrew_on", "2022-05-02", "2022-05-01"),
    ("lost_on", "2022-06-16", "2022-06-15"),
]


@pytest.mark.parametrize(("column", "value", "before"), _CHANGES)
def test_a_changed_cell_is_refused_with_what_is_on_record_and_the_way_out(column: str, value: str, before: str) -> None:
    (problem,) = refused({**WHOLE, column: value}, imported(WHOLE))
    assert (problem.column, problem.value) == (column, value)
    assert problem.problem.startswith(f"is already on record otherwise: {before} (entry 01700000-")
    assert problem.problem.endswith(_MEND)


def test_all_changed_cells_of_a_row_are_told() -> None:
    found = refused({**WHOLE, "grade": "1", "pt": "T1", "arm": "IMNI", "died_on": "2023"}, imported(WHOLE))
    assert {problem.column for problem in found} == {"grade", "pt", "arm", "died_on"}


@pytest.mark.parametrize(
    "listed",
    [
        "2021-12-02:CHEST_WALL;2022-02-01:CONTRALATERAL_DCIS",
        "2021-12-01:BREAST;2022-02-01:CONTRALATERAL_DCIS",
        "2021-12-01:CHEST_WALL;2022-02-01:CONTRALATERAL_INVASIVE",
        "2021-12-01:CHEST_WALL",
        "2022-02-01:CONTRALATERAL_DCIS",
    ],
)
def test_a_recurrence_that_is_no_longer_listed_is_asked_about(listed: str) -> None:
    (problem,) = refused({**WHOLE, "recurrences": listed}, imported(WHOLE))
    assert problem.column == "recurrences"
    assert problem.value in {"2021-12-01", "2022-02-01"}
    assert "is on record (entry" in problem.problem
    assert "void-entry" in problem.problem


def test_what_was_reported_here_need_not_stand_in_the_file() -> None:
    patient = later(imported(WHOLE), recurrence("AXILLA", on="2022-03-01"))
    assert recorded_from(WHOLE, patient) == []


def test_a_voided_entry_does_not_come_back_with_the_old_file() -> None:
    patient = imported(row(recurrences="2021-12-01:DISTANT", grade="3"))
    for kind in (RecurrenceConfirmed, PathologyReported):
        last = patient.last(kind)
        assert last is not None
        patient = later(
            patient, EntryVoided(occurred_on=day("2022-01-01"), target=last.event_id, reason="wrong patient")
        )
    found = refused(row(recurrences="2021-12-01:DISTANT", grade="3"), patient)
    assert {problem.column for problem in found} == {"recurrences", "grade"}
    assert all(problem.problem.startswith("was corrected or voided since (entry") for problem in found)
    assert recorded_from(row(grade="2"), patient)[0].type == "pathology-reported.v1"


def test_after_a_correction_the_corrected_file_is_nothing_new_and_the_old_one_is_refused() -> None:
    patient = imported(WHOLE)
    assert patient.death is not None
    corrected = patient.death.event.model_copy(update={"occurred_on": day("2022-08")})
    correction = EntryCorrected(
        occurred_on=day("2022-09-01"),
        target=patient.death.event_id,
        replacement_type=DeathReported.type,
        replacement=corrected.model_dump(mode="json"),
        reason="registry",
    )
    patient = later(patient, correction)
    assert recorded_from({**WHOLE, "died_on": "2022-08"}, patient) == []
    (problem,) = refused(WHOLE, patient)
    assert (problem.column, problem.value) == ("died_on", "2022-07")
    assert problem.problem.startswith(f"was corrected or voided since (entry {correction.target})")


def test_a_patient_known_here_is_extended_beside_what_stands() -> None:
    patient = patient_with(screened("2020-12-01", birth_date=None), pathology("2020-11-27"))
    events = recorded_from(row(birth_date="1970", grade="3"), patient)
    assert kinds(events) == ["entry-corrected", "pathology-reported", "allocation-taken-over"]


def test_a_death_reported_here_otherwise_is_refused() -> None:
    patient = patient_with(screened("2020-12-01"), death("2022-01-01", cause="OTHER"))
    found = refused(row(died_on="2022-01-02", death_cause="BREAST_CANCER"), patient)
    assert {problem.column for problem in found} == {"died_on", "death_cause"}


def test_a_voided_screening_is_not_opened_again() -> None:
    patient = imported(row())
    assert patient.screened is not None
    void = EntryVoided(occurred_on=day("2022-01-01"), target=patient.screened.event_id, reason="wrong patient")
    again = recorded_from(row(), later(patient, void))
    assert not [event for event in again if isinstance(event, PatientScreened)]
