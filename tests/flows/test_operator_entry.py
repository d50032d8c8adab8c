"""Operators' forms: a refusal is one sentence, a success names its place in the log, the schema is fit for people."""

import importlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest

from deployments.forms import form_deployments, scheduled_deployments
from deployments.prefect_server import PrefectServer
from deployments.reactions import ANSWERS
from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS
from domain.protocol.reminder_steps import Asked
from domain.work_item import ENGINE_WORK, Doer
from events.catalogue import encode
from events.conduct import QueryAnswered
from events.consent import EncryptedIdentity
from events.event import Event
from flows.operator_entry import FORMS, OPERATOR_COMMANDS, Role, form_of, record_form
from flows.reports.trial_pages import OTHERS
from store.identity import Identity
from tests.flows.site import Site, site

SCREENING = OPERATOR_COMMANDS["screen-patient"]


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as opened:
        yield opened


def _form(**changed: Any) -> dict[str, Any]:
    entry = {"occurred_on": "2020-12-10", "sex": "F", "birth_date": "1970-05-06"}
    return {"entered_by": "li.wei", "patient_id": "RJ-0042", "entry": entry, **changed}


def _submit(wire: str, form: dict[str, Any]) -> tuple[str, str]:
    command = OPERATOR_COMMANDS[wire]
    state = record_form(command, form_of(command), form)
    return state.type.value, state.message or ""


async def test_a_form_is_recorded_under_its_author(at: Site) -> None:
    assert _submit("screen-patient", _form())[0] == "COMPLETED"
    (screened,) = at.patient("RJ-0042").history
    assert (screened.provenance.actor.id, screened.provenance.actor.role) == ("li.wei", "coordinator")
    assert (screened.provenance.source.kind, screened.provenance.source.reference) == ("form", "screen-patient")


async def test_a_form_sent_twice_is_on_record_once(at: Site) -> None:
    first, again = _submit("screen-patient", _form()), _submit("screen-patient", _form())
    assert first[1].startswith("On record: patient screened (entry")
    assert again == ("COMPLETED", "Already on record: nothing was added.")
    assert len(at.patient("RJ-0042").history) == 1


async def test_a_form_in_doubt_is_recorded_and_says_what_is_asked(at: Site) -> None:
    _submit("screen-patient", _form())
    too_large = {"occurred_on": "2020-12-10", "pt": "T2", "tumour_size_mm": "60"}
    kind, told = _submit("record-pathology", _form(entry=too_large))
    assert kind == "COMPLETED"
    assert "query opened" in told
    assert "Asked: pT2 is over 20 and up to 50 mm, reported are 60 mm. Which is right?" in told


_NAMED = {"occurred_on": "2020-12-10", "query_id": "Mrs Li's grade", "question": "Is the grade right?"}
_SERIOUS = {
    "occurred_on": "2020-12-10",
    "sae_id": "Mrs Li",
    "term": "cellulitis",
    "criteria": ["life-threatening"],
    "aware_at": "2020-12-10 08:00",
}
_JARGON = re.compile(r"Input should|should match|validation|[Pp]attern|Tuple|String|type=|\^|\\d|pydantic|[a-z]_[a-z]")


@pytest.mark.parametrize(
    ("wire", "form", "mentions"),
    [
        ("randomise-patient", _form(entry={"occurred_on": "2020-12-12"}), ["no such patient", "the form Screening"]),
        (
            "screen-patient",
            _form(patient_id="Mrs Li"),
            ["Patient is not what belongs here. Her number in the trial, such as RJ-0042"],
        ),
        ("screen-patient", _form(entered_by=""), ["Entered by is missing: fill it in."]),
        ("screen-patient", _form(entry={"occurred_on": "2020-02-30"}), ["Date '2020-02-30' is not in the calendar: "]),
        ("screen-patient", _form(surprise=1), ["surprise 1 is not asked for: leave it out."]),
        ("screen-patient", {}, ["Entered by is missing", "Patient is missing", "Screening is missing: fill it in."]),
        (
            "record-surgery",
            _form(entry={"occurred_on": "2020-12-10", "breast_surgery": "?"}),
            ["Breast surgery '?' is"],
        ),
        (
            "record-withdrawal",
            _form(entry={"occurred_on": "2020-12-10", "scopes": []}),
            ["Withdrawn from needs at least 1"],
        ),
        ("screen-patient", _form(entry={"occurred_on": "2199-01-01"}), ["Date 2199-01-01: "]),
        ("open-query", _form(entry=_NAMED), ["Query number (not repeated): ", "such as Q-1"]),
        ("declare-serious-adverse-event", _form(entry=_SERIOUS), ["SAE number (not repeated): ", "without blanks"]),
    ],
)
async def test_a_refusal_is_a_sentence_and_nothing_is_written(
    at: Site, wire: str, form: dict[str, Any], mentions: list[str]
) -> None:
    before = at.given.trial_log.log.last_position()
    state, said = _submit(wire, form)
    assert state == "FAILED"
    assert said.startswith("Refused: ")
    assert "\n" not in said
    assert all(part in said for part in mentions), said
    assert not _JARGON.search(said), said
    assert "Li" not in said, "what may be a name is not repeated"
    assert at.given.trial_log.log.last_position() == before


async def test_a_trial_form_asks_for_no_patient(at: Site) -> None:
    chosen = {"occurred_on": "2020-12-12", "question": "PQ-04", "option": "<44"}
    assert _submit("choose-reading", {"entered_by": "wang", "role": "investigator", "entry": chosen})[0] == "COMPLETED"
    assert at.given.trial_log.edition().reading("PQ-04") == "<44"


async def test_a_query_is_of_a_patient_or_when_none_is_named_of_the_trial(at: Site) -> None:
    _submit("screen-patient", _form())
    asked = {"occurred_on": "2020-12-12", "query_id": "A-1", "question": "Consent forms are not filed"}
    answered = {"occurred_on": "2020-12-12", "query_id": "A-1", "answer": "Filed today"}
    author = {"entered_by": "wang", "role": "auditor"}
    assert _submit("open-query", {**author, "entry": asked})[0] == "COMPLETED"
    assert _submit("answer-query", _form(entry=answered))[0] == "FAILED", "she was asked nothing"
    assert _submit("answer-query", {**author, "entry": answered})[0] == "COMPLETED"
    (entry,) = at.given.trial_log.trial().every(QueryAnswered)
    assert (entry.provenance.actor.id, entry.provenance.actor.role) == ("wang", "auditor")


@pytest.mark.prefect
async def test_a_form_runs_through_prefect_and_is_named_after_its_patient(
    at: Site, prefect_server: PrefectServer
) -> None:
    state = await FORMS["screen-patient"](_form(), return_state=True)
    assert (state.type.value, "entry" in (state.message or "")) == ("COMPLETED", True)
    refused = await FORMS["confirm-eligibility"](
        _form(patient_id="RJ-9", entry={"occurred_on": "2020-12-12"}), return_state=True
    )
    assert refused.type.value == "FAILED"
    assert (refused.message or "").startswith("Refused: patient RJ-9")


def test_every_command_of_a_person_has_a_form_and_none_of_the_engines() -> None:
    everyone = {**PATIENT_COMMANDS, **TRIAL_COMMANDS}
    told_elsewhere = {wire for wire, command in everyone.items() if command.by_engine or command.at_vault}
    assert set(FORMS) == set(everyone) - told_elsewhere
    assert {"record-genomic-order", "record-reminder", "schedule-follow-up"} <= told_elsewhere


def test_nothing_that_identifies_a_patient_is_ever_asked_in_a_form() -> None:
    """Prefect keeps what is entered in a form, in clear."""
    everyone = {**PATIENT_COMMANDS, **TRIAL_COMMANDS}
    events = {"records": Event, **{wire: getattr(command, "records", Event) for wire, command in everyone.items()}}
    identifying = {wire for wire in everyone if getattr(events[wire], "visibility", "open") == "identifying"}
    identifying |= {wire for wire, command in everyone.items() if issubclass(command, EncryptedIdentity)}
    assert identifying == {"identify-patient"}
    assert all(everyone[wire].at_vault for wire in identifying)
    assert not identifying & set(FORMS)
    of_patients = PATIENT_COMMANDS.keys() & FORMS.keys()
    asked = " ".join(json.dumps(FORMS[wire].parameters.model_dump()) for wire in of_patients)
    assert not [word for word in Identity.model_fields if f'"{word}": {{' in asked]


def test_every_kind_of_engine_work_is_answered_by_a_flow() -> None:
    assert set(ANSWERS) == ENGINE_WORK


async def test_deployments_name_a_module_a_chapter_and_plain_words() -> None:
    deployments = [*await form_deployments(), *await scheduled_deployments("Asia/Shanghai")]
    assert len({(d.flow_name, d.name) for d in deployments}) == len(deployments)
    for deployment in deployments:
        module, _, function = str(deployment.entrypoint).rpartition(".")
        assert callable(getattr(importlib.import_module(module), function)), deployment.entrypoint
        assert deployment.description
        assert len(deployment.tags) >= 1
        assert not re.search(r"[a-z]-[a-z]+-|by the clock|by hand$", deployment.name), "plain words"


async def test_what_makes_a_page_leads_to_it() -> None:
    """Of the pages that are not the trial's own, which every deployment leads to."""
    said = {d.flow_name: str(d.description) for d in await scheduled_deployments("Asia/Shanghai")}
    assert all(f"](/pages/curve-{code})" in said["analyse-endpoints"] for code in ("efs", "lrrfs", "os"))
    assert "[Figures](/pages/figures)" in said["analyse-endpoints"]
    assert "[Projections](/pages/projections)" in said["check-projections"]
    assert "[Batch](/pages/batch)" in said["import-inbox"]
    assert all(f"](/pages/{key})" in "".join(said.values()) for key, _, _ in OTHERS)


@pytest.mark.parametrize("wire", FORMS)
async def test_a_form_takes_one_argument_and_hides_nothing_behind_dots(wire: str) -> None:
    parameters = FORMS[wire].parameters.model_dump()
    assert list(parameters["properties"]) == ["form"]
    assert '"password"' not in json.dumps(parameters), "Prefect would keep it in clear"


def test_whoever_is_asked_for_something_can_say_who_she_is() -> None:
    assert {*get_args(Asked), *get_args(Doer)} - {"engine"} <= set(get_args(Role))


async def test_a_form_in_words_is_kept_in_codes_and_hospital_time_with_its_zone(at: Site) -> None:
    _submit("screen-patient", _form(entry={"occurred_on": "2020-12-10", "sex": "F – female"}))
    serious = {**_SERIOUS, "sae_id": "SAE-1"}
    assert _submit("declare-serious-adverse-event", _form(entry=serious))[0] == "COMPLETED"
    screened, declared = (entry.event for entry in at.patient("RJ-0042").history)
    assert json.loads(encode(screened))["sex"] == "F"
    assert json.loads(encode(declared))["criteria"] == ["LIFE_THREATENING"]
    assert json.loads(encode(declared))["aware_at"] == "2020-12-10T08:00:00+08:00"


@pytest.mark.parametrize(
    ("wire", "role"),
    [
        ("screen-patient", "coordinator"),
        ("record-plan-review", "radiation-oncologist"),
        ("record-adjudication", "adjudicator"),
        ("assess-serious-adverse-event", "principal-investigator"),
        ("confirm-eligibility", "investigator"),
    ],
)
def test_a_form_proposes_the_role_of_whoever_says_such_a_thing(wire: str, role: str) -> None:
    assert form_of(OPERATOR_COMMANDS[wire]).model_fields["role"].default == role
