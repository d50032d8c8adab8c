"""Commands about who a patient is: `identify`, `identity`, `forget`. What identifies her is never an argument."""

from __future__ import annotations

import codecs
import json
import sys
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from deployments.command_line.given_data import field_by_field
from deployments.command_line.installation import day, entry_of, history_of, opened
from deployments.command_line.options import At, By, Json, On, Role
from deployments.command_line.printing import print_json, print_table, say
from domain.decisions.consent import ForgetPatient, require_identity, require_not_forgotten
from domain.rejections import Implausible, NotPermitted
from flows.home import open_vault
from flows.settings import read_settings
from store.identity import Identity, read_identity

PatientId = Annotated[str, typer.Argument(metavar="PATIENT", help="Pseudonymous id of the patient.")]


def identify(
    patient: PatientId,
    at: At = None,
    by: By = "operator",
    role: Role = "coordinator",
    as_json: Json = False,
) -> None:
    """Say who a patient is: asked for field by field, or JSON on standard input. It is kept encrypted only."""
    from flows.identities import identify as keep

    with opened() as trial_log:
        history_of(trial_log, patient)
        require_not_forgotten(trial_log.patient(patient))
        identity = _asked()
        entry = entry_of(trial_log, by, role, at, "imni identify")
        vault = open_vault(read_settings(), trial_log.log)
        written = keep(trial_log, vault, patient, identity, entry)
    told = {"patient": patient, "position": written[0].position, "event_id": str(written[0].event_id)}
    print_json(told) if as_json else say(f"Who {patient} is stands at position {told['position']}, encrypted")


def identity(
    patient: PatientId,
    reason: Annotated[str, typer.Option("--reason", help="Why you need to know; it is recorded.")],
    at: At = None,
    by: By = "operator",
    role: Role = "coordinator",
    as_json: Json = False,
) -> None:
    """Show who a patient is. That it was shown, to whom and why is recorded first."""
    from flows.identities import disclose

    with opened() as trial_log:
        history_of(trial_log, patient)
        require_identity(trial_log.patient(patient))
        entry = entry_of(trial_log, by, role, at, "imni identity")
        shown = disclose(trial_log, open_vault(read_settings(), trial_log.log), patient, reason, entry).said()
    if as_json:
        print_json({"patient": patient, **shown})
        return
    titles = [(Identity.model_fields[name].title, value) for name, value in shown.items()]
    print_table(f"Patient {patient}", ("", ""), titles)


def forget(
    patient: PatientId,
    reason: Annotated[str, typer.Option("--reason", help="Why nobody may know any more who she is.")],
    requested_by: Annotated[
        str, typer.Option("--requested-by", help="patient, ethics-committee, authority, site or sponsor.")
    ] = "patient",
    ground: Annotated[str, typer.Option("--ground", help="Ethics or legal ground.")] = "",
    on: On = None,
    at: At = None,
    by: By = "operator",
    role: Role = "coordinator",
    as_json: Json = False,
) -> None:
    """Destroy a patient's key: who she is can never be read again. Everything else on record stays."""
    from flows.identities import forget as forget_for_good

    with opened() as trial_log:
        history_of(trial_log, patient)
        entry = entry_of(trial_log, by, role, at, "imni forget")
        told: dict[str, Any] = {"requested_by": requested_by, "ground": ground, "reason": reason}
        today = entry.at.astimezone(trial_log.edition().site_zone).date()
        command = _command({**told, "occurred_on": day(on, "--on") if on else today})
        _confirm(patient)
        done = forget_for_good(trial_log, patient, command, entry)
    if as_json:
        print_json({"patient": patient, "positions": [entry.position for entry in done.written], "wiped": done.wiped})
        return
    say(f"{patient} is forgotten: her key is destroyed" if done.written else f"{patient} was forgotten already")
    if not done.wiped:
        say(
            "A trace of the key may still be in the database's files: say it again when nobody uses the log, "
            "on PostgreSQL with the login of its owner"
        )


def _asked() -> Identity:
    if not sys.stdin.isatty():
        return read_identity(sys.stdin.buffer.read().removeprefix(codecs.BOM_UTF8))
    say("Leave out what is not known. Nothing of this is shown or kept except encrypted.")
    asked = {name: str(info.title) for name, info in Identity.model_fields.items()}
    said = {name: typer.prompt(title, default="", show_default=False) for name, title in asked.items()}
    return read_identity(json.dumps(said))


def _command(said: dict[str, Any]) -> ForgetPatient:
    try:
        return ForgetPatient.model_validate(said)
    except ValidationError as refusal:
        raise Implausible("forget", "as given", field_by_field(refusal), "See `imni forget --help`") from None


def _confirm(patient: str) -> None:
    """Ask a person once more; a program that says it means it."""
    if sys.stdin.isatty() and typer.prompt(f"This cannot be taken back. Type {patient} to go on") != patient:
        raise NotPermitted("patient", patient, "was not confirmed", "Nothing was done")
