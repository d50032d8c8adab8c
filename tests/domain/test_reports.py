"""Reported facts: kept once, told again they change nothing, told otherwise they want a correction."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS, PatientCommand, TrialCommand
from domain.decisions.command import Ask, Report
from domain.decisions.conduct import DeclareDataCut, OpenTrial, RecordAnalysis
from domain.decisions.follow_up import RecordContact, RecordLoss
from domain.decisions.outcomes import RecordDeath, RecordRecurrence
from domain.decisions.radiotherapy import RecordFraction, RecordRadiotherapyStart
from domain.decisions.screening import RecordPathology, RecordPerformanceStatus, ScreenPatient
from domain.rejections import Contradiction, Implausible, NoSuchEntry
from events.catalogue import decode
from events.event import Event
from tests import facts
from tests.given import given, given_trial

GOLDEN = Path(__file__).parents[1] / "golden"
BY_RULE = {
    "record-drift",
    "set-genomic-report-aside",
    "set-work-aside",
    "release-work",
    "record-adjudication",
    "forget-patient",
    "disclose-identity",
}

REPORTS: dict[str, type[Any]] = {
    wire: command
    for wire, command in {**TRIAL_COMMANDS, **PATIENT_COMMANDS}.items()
    if issubclass(command, Report) and wire not in BY_RULE
}

OTHERWISE: dict[str, dict[str, Any]] = {
    "screen-patient": {"birth_date": "1971-03-15"},
    "record-pathology": {"grade": 3},
    "record-surgery": {"breast_surgery": "BCS"},
    "record-consent": {"occurred_on": "2021-01-06"},
    "record-genomic-order": {"occurred_on": "2020-12-12"},
    "record-genomic-dispute": {"problem": "none match"},
    "cancel-genomic-test": {"reason": "specimen lost"},
    "record-genomic-result": {"score_18gene": "46"},
    "withdraw-genomic-result": {"occurred_on": "2021-01-04"},
    "record-allocation-elsewhere": {"arm": "IMNI"},
    "record-radiotherapy-start": {"occurred_on": "2021-02-02"},
    "record-fraction": {"dose_cgy": 200},
    "record-missed-fraction": {"reason": "patient ill"},
    "record-radiotherapy-completion": {"occurred_on": "2021-02-22"},
    "record-radiotherapy-stop": {"occurred_on": "2021-02-11"},
    "record-radiotherapy-never-started": {"reason": "moved away"},
    "record-nodal-volume": {"arm": "OMIT"},
    "record-visit": {"disease_status": "SUSPICION"},
    "record-missed-visit": {"reason": "weather"},
    "record-reminder": {"channel": "telephone"},
    "record-adverse-event": {"grade": 2},
    "declare-serious-adverse-event": {"term": "Heart failure"},
    "record-serious-adverse-event-notice": {"occurred_on": "2021-03-03"},
    "close-serious-adverse-event": {"occurred_on": "2021-04-03"},
    "record-death": {"cause": "OTHER"},
    "open-query": {"question": "Is the size right?"},
    "close-query": {"occurred_on": "2021-03-04"},
    "open-trial": {"trial": "ANOTHER TRIAL"},
    "activate-edition": {"ethics_reference": "RJ 2021-1"},
    "declare-data-cut": {"cutoff": "2022-07-31"},
    "record-audit": {"findings": "one consent form missing"},
}
"""A second account of the same fact, for every report that has an identity."""


def _said(wire: str) -> dict[str, Any]:
    golden = json.loads((GOLDEN / f"{REPORTS[wire].records.type}.json").read_text())
    return golden["data"]


def _told(wire: str, *before: Event) -> Any:
    opened: tuple[Event, ...] = () if REPORTS[wire].opens_stream else (facts.screened("2020-11-01"),)
    opened += (facts.randomised(),) if wire == "record-visit" else ()
    if wire in TRIAL_COMMANDS:
        return given_trial(*_subject(wire), *before)
    return given(*opened, *_subject(wire), *before)


def _subject(wire: str) -> tuple[Event, ...]:
    """The entry a report is about, when it is about one."""
    if REPORTS[wire].about is None:
        return ()
    kind, field = REPORTS[wire].about
    said = json.loads((GOLDEN / f"{kind.type}.json").read_text())["data"]
    return (decode(kind.type, json.dumps({**said, field: _said(wire)[field]})),)


def _event(wire: str) -> Event:
    return decode(REPORTS[wire].records.type, json.dumps(_said(wire)))


@pytest.mark.parametrize("wire", REPORTS)
def test_a_report_is_kept_whole_and_once(wire: str) -> None:
    command = REPORTS[wire].model_validate(_said(wire))
    _told(wire).when(command).then(_event(wire))
    _told(wire, _event(wire)).when(command).then()


@pytest.mark.parametrize("wire", OTHERWISE)
def test_another_account_of_the_same_fact_wants_a_correction(wire: str) -> None:
    other = REPORTS[wire].model_validate({**_said(wire), **OTHERWISE[wire]})
    (changed,) = OTHERWISE[wire]
    field = "report_version" if wire == "record-genomic-result" else changed
    _told(wire, _event(wire)).when(other).then_rejected(Contradiction, field=field, mentions="correct-entry")


def test_every_report_with_an_identity_is_tried_with_another_account() -> None:
    with_identity = {wire for wire, command in REPORTS.items() if command.identity is not None}
    assert with_identity | {"record-genomic-result"} == set(OTHERWISE)


@pytest.mark.parametrize("wire", [wire for wire in REPORTS if wire not in OTHERWISE])
def test_a_fact_without_identity_may_happen_again(wire: str) -> None:
    again = {**_said(wire), "occurred_on": "2024-05-06"}
    event = decode(REPORTS[wire].records.type, json.dumps(again))
    _told(wire, _event(wire)).when(REPORTS[wire].model_validate(again)).then(event)


@pytest.mark.parametrize("commands", [PATIENT_COMMANDS, TRIAL_COMMANDS])
def test_every_command_has_a_wire_name_and_a_title_for_its_form(commands: dict[str, type[PatientCommand]]) -> None:
    for wire, command in commands.items():
        assert wire == command.wire == wire.lower()
        assert command.title[0].isupper()
        assert (command.__doc__ or "").strip().endswith(".")
        assert issubclass(command, Ask) != issubclass(command, Report)
        assert command.model_json_schema()["properties"]["occurred_on"]["title"] == "Date"


def test_no_wire_name_means_two_commands() -> None:
    for wire in set(PATIENT_COMMANDS) & set(TRIAL_COMMANDS):
        assert PATIENT_COMMANDS[wire] is TRIAL_COMMANDS[wire]


def test_a_contradiction_names_the_differing_fields_and_the_entry() -> None:
    command = RecordPathology.model_validate({**facts.pathology().model_dump(mode="json"), "grade": 3, "pt": "T1c"})
    given(facts.screened(), facts.pathology()).when(command).then_rejected(
        Contradiction, field="pt, grade", mentions=["pathology report is already on record otherwise", "000000000002"]
    )


@pytest.mark.parametrize("wire", [wire for wire, command in REPORTS.items() if command.about])
def test_a_report_about_something_nobody_recorded_is_refused(wire: str) -> None:
    _, field = REPORTS[wire].about
    command = REPORTS[wire].model_validate(_said(wire))
    given(facts.screened("2020-11-01")).when(command).then_rejected(
        NoSuchEntry, field=field, mentions=[_said(wire)[field], "nothing on record"]
    )


def test_what_was_true_before_can_be_true_again() -> None:
    fit, weak = ({"occurred_on": "2020-12-04", "ecog": ecog} for ecog in (1, 2))
    told = [decode("performance-status-recorded.v1", json.dumps(said)) for said in (fit, weak)]
    given(facts.screened(), *told).when(RecordPerformanceStatus.model_validate(fit)).then(told[0])


def test_a_second_pathology_report_of_another_day_is_another_report() -> None:
    command = RecordPathology.model_validate(facts.pathology("2020-12-05", grade=3).model_dump())
    given(facts.screened(), facts.pathology()).when(command).then(facts.pathology("2020-12-05", grade=3))


@pytest.mark.parametrize(
    "command",
    [
        RecordRecurrence.model_validate({"occurred_on": "2022-01", "sites": ["DISTANT"]}),
        RecordDeath.model_validate({"occurred_on": "2022", "cause": "UNKNOWN"}),
        RecordContact.model_validate({"occurred_on": "2022-05-01"}),
    ],
)
def test_nothing_is_recorded_of_a_patient_nobody_screened(command: PatientCommand) -> None:
    given().of("RJ-0404").when(command).then_rejected(
        NoSuchEntry, field="patient", mentions=["RJ-0404", "no such patient", "screen-patient"]
    )


def test_screening_opens_the_stream() -> None:
    given().when(ScreenPatient.model_validate({"occurred_on": "2020-12-01", "sex": "F"})).then(
        facts.screened(birth_date=None)
    )


def test_events_after_death_are_kept_because_they_were_reported_and_asked_about() -> None:
    command = RecordFraction.model_validate({"occurred_on": "2022-01-02", "number": 1, "dose_cgy": 267, "cbct": "yes"})
    question = "Dated 2022-01-02, after the death on 2022-01-01: which date is right, or is it of another patient?"
    asked = facts.query("after-death/1", "2022-01-02", question)
    given(*facts.enrolled(facts.death("2022-01-01"))).when(command).then(facts.fraction(1, "2022-01-02"), asked)


def test_the_same_loss_is_not_lost_twice() -> None:
    given(facts.screened(), facts.lost()).when(RecordLoss(occurred_on=facts.day("2023-01-15"))).then()


def test_a_start_known_only_to_the_month_is_kept_so() -> None:
    command = RecordRadiotherapyStart(occurred_on=facts.day("2021-02"))
    given(facts.screened()).when(command).then(facts.started("2021-02"))


def test_an_analysis_keeps_the_moments_it_was_made_as_of() -> None:
    said = json.loads((GOLDEN / "analysis-performed.v1.json").read_text())["data"]
    assert {"cutoff", "known_at"} <= set(said)
    given_trial().when(RecordAnalysis.model_validate(said)).then(decode("analysis-performed.v1", json.dumps(said)))


@pytest.mark.parametrize(
    "command",
    [
        OpenTrial(occurred_on=facts.day("2026-12-02")),
        DeclareDataCut(occurred_on=facts.day("2027"), name="cut", cutoff=facts.day("2026")),
    ],
)
def test_the_trial_too_is_not_told_of_the_future(command: TrialCommand) -> None:
    given_trial().when(command).then_rejected(Implausible, field="occurred_on", mentions="lies in the future")
