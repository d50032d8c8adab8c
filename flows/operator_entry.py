"""Operators' entry in the Prefect interface: one flow a command, its form made from the command itself.

A refusal is a failed run with one sentence. The form is checked again here, because Prefect checks only the schema and
an operator can switch even that off.
"""

# Prefect reads the annotations of a flow's parameters, so they must not be strings: no `annotations` import here.
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS
from domain.decisions.command import Command
from domain.refusal_words import in_words, title_of
from domain.rejections import Rejection
from events.conduct import QueryOpened
from events.recorded import Actor, Recorded, Source
from events.streams import PATIENT_ID
from flows.form_card import card_of
from flows.reports.entry_words import entry_name
from flows.reports.links import PAGES, artifact_key
from flows.resources import Resources, resources
from flows.run_names import sent_form
from store.event_log import EventLogError
from store.transact import Entry

Role = Literal[
    "coordinator",
    "radiation-oncologist",
    "investigator",
    "principal-investigator",
    "adjudicator",
    "data-manager",
    "statistician",
    "auditor",
]
"""Whom a form is entered by."""


class TrialForm(BaseModel):
    """Who enters something about the trial."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    entered_by: str = Field(
        min_length=1,
        max_length=100,
        title="Entered by",
        description="Your staff number or name, such as li.wei.",
        examples=["li.wei"],
    )
    role: Role = Field(default="coordinator", title="Your role")


class PatientForm(TrialForm):
    """Who enters something about which patient."""

    patient_id: str = Field(
        pattern=PATIENT_ID.pattern,
        title="Patient",
        description="Her number in the trial, such as RJ-0042, without blanks; never a name or hospital number.",
        examples=["RJ-0042"],
    )


class EitherForm(TrialForm):
    """Who enters something about which patient, or about the trial as a whole."""

    patient_id: str = Field(
        default="",
        pattern=f"^$|{PATIENT_ID.pattern}",
        title="Patient",
        description="Her number in the trial, such as RJ-0042. Leave it empty only for what is about the whole trial.",
        examples=["RJ-0042"],
    )


def form_of(command: type[Command]) -> type[BaseModel]:
    """The form of a command: who, which patient, and the command's own fields on a card."""
    header = _header(command.wire)
    role: Any = (Role, Field(default=command.usual_role, title="Your role"))
    card = (card_of(command), Field(title=command.title, description=(command.__doc__ or "").strip()))
    return create_model(f"{command.__name__}Form", __base__=header, role=role, entry=card)


def _header(wire: str) -> type[TrialForm]:
    if wire in PATIENT_COMMANDS:
        return EitherForm if wire in TRIAL_COMMANDS else PatientForm
    return TrialForm


def flow_of(command: type[Command]) -> Flow[..., Any]:
    """The flow that takes a command's form, named after the command."""
    form_class = form_of(command)

    async def enter(form: form_class) -> State:  # type: ignore[valid-type] - the class is made from the command
        return record_form(command, form_class, form)

    enter.__name__ = enter.__qualname__ = function_name(command)
    enter.__module__ = __name__
    enter.__doc__ = command.__doc__
    # Checked by ourselves, inside: a refusal is then a sentence and not a traceback.
    named = partial(_run_name, command.title)
    return flow(name=command.wire, description=command.__doc__, flow_run_name=named, validate_parameters=False)(enter)


def _run_name(title: str) -> str:
    """A run goes by its patient and its form, so that the list of runs reads as a diary.

    Something else than an id, perhaps a name, is not repeated there.
    """
    patient = str(sent_form().get("patient_id", ""))
    return f"{patient} {title}" if PATIENT_ID.fullmatch(patient) else title


def record_form(command: type[Command], form_class: type[BaseModel], form: object) -> State:
    """Check a form, carry out its command, and say in one sentence what became of it."""
    given = resources()
    sent = form.model_dump() if isinstance(form, BaseModel) else form
    try:
        checked = form_class.model_validate(sent, context={"zone": given.settings.time_zone})
    except ValidationError as refusal:
        return Failed(message=f"Refused: {in_words(refusal, form_class)}")
    try:
        written = _carry_out(given, command, checked)
    except Rejection as refusal:
        named = title_of(command, refusal.field)
        said = f"{named} {refusal.value}: {refusal.rule}. {refusal.way_out}"
        return Failed(message=f"Refused: {_by_forms(said)}")
    except EventLogError as refusal:
        return Failed(message=f"Refused: {refusal}")
    return Completed(message=_told(checked, written))


def _by_forms(said: str) -> str:
    """Commands under the titles of their forms: whoever reads it here has no command line."""
    return _WIRE.sub(lambda found: f"the form {OPERATOR_COMMANDS[found[1]].title}", said)


def _carry_out(given: Resources, command: type[Command], form: Any) -> tuple[Recorded[Any], ...]:
    entry = Entry(
        Actor(id=form.entered_by, role=form.role, kind="human"),
        Source(kind="form", reference=command.wire),
        given.clock.now(),
        correlation_id=given.engine_entry(command.wire).correlation_id,
    )
    told: Any = command.model_validate({name: getattr(form.entry, name) for name in command.model_fields})
    if getattr(form, "patient_id", ""):
        return given.trial_log.transact(form.patient_id, told, entry)
    return given.trial_log.transact_trial(told, entry)


def _told(form: Any, written: tuple[Recorded[Any], ...]) -> str:
    if not written:
        return "Already on record: nothing was added."
    names = ", ".join(f"{entry_name(entry.event)} (entry {entry.position})" for entry in written)
    asked = "".join(f" Asked: {e.event.question}" for e in written if isinstance(e.event, QueryOpened))
    patient = getattr(form, "patient_id", None)
    return f"On record: {names}.{asked}" + (f" Her page: {PAGES}{artifact_key(patient)}" if patient else "")


def function_name(command: type[Command]) -> str:
    """The name of a command's flow in this module, which is how a deployment finds it."""
    return command.wire.replace("-", "_")


OPERATOR_COMMANDS: Mapping[str, type[Command]] = {
    wire: command for wire, command in {**PATIENT_COMMANDS, **TRIAL_COMMANDS}.items() if command.has_form()
}

_WIRE = re.compile(rf"`?\b({'|'.join(sorted(OPERATOR_COMMANDS, key=len, reverse=True))})\b(?!-)`?")

FORMS: Mapping[str, Flow[..., Any]] = {wire: flow_of(command) for wire, command in OPERATOR_COMMANDS.items()}


def _publish(forms: Mapping[str, Flow[..., Any]], put: Callable[[str, object], None]) -> None:
    for wire, form in forms.items():
        put(function_name(OPERATOR_COMMANDS[wire]), form)


_publish(FORMS, lambda name, form: setattr(sys.modules[__name__], name, form))
