"""Commands about the protocol: `imni protocol questions`, `imni protocol set`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from deployments.command_line.envelopes import envelope
from deployments.command_line.given_data import command_from
from deployments.command_line.installation import entry_of, opened
from deployments.command_line.options import At, By, Json, On, Role
from deployments.command_line.printing import print_json, print_table, say
from domain.decisions.conduct import ChooseReading
from domain.protocol.edition import Edition
from domain.protocol.readings import QUESTIONS, Question
from domain.rejections import Incomplete

protocol = typer.Typer(help="The protocol as the engine reads it: its open questions, and the readings chosen.")


@protocol.command("questions")
def questions(as_json: Json = False) -> None:
    """Print every question the protocol leaves open, its options, and the reading in force."""
    with opened() as trial_log:
        edition = trial_log.edition()
    asked = [_asked(question, edition) for question in QUESTIONS]
    if as_json:
        print_json(asked)
        return
    rows = [
        (each["id"], each["severity"], each["wording"], _options(each), each["why_not"] or ", ".join(each["bears_on"]))
        for each in asked
    ]
    columns = ("", "severity", "question", "options (in force)", "bears on, or why only the first")
    print_table(f"Edition {edition.id}", columns, rows)
    say(
        "In brackets: the reading in force. Severity A changes who is in or what is analysed, B operations, C wording. "
        'Ask what another would change: imni what-if --reading PQ-04="<44"; choose it: imni protocol set'
    )


def _asked(question: Question, edition: Edition) -> dict[str, Any]:
    in_force = edition.reading(question.id)
    return {
        "id": question.id,
        "severity": question.severity,
        "wording": question.wording,
        "options": list(question.options),
        "followed": list(question.followed),
        "default": question.default,
        "in_force": in_force,
        "is_default": in_force == question.default,
        "bears_on": list(question.bears_on),
        "why_not": question.why_not or None,
    }


def _options(asked: dict[str, Any]) -> str:
    return ", ".join(f"({option})" if option == asked["in_force"] else option for option in asked["options"])


@protocol.command("set")
def choose(
    question: Annotated[str, typer.Argument(help="Protocol question, such as PQ-04.")],
    option: Annotated[str, typer.Argument(help='The reading chosen, such as "<44".')],
    reason: Annotated[str, typer.Option("--reason", help="Why the trial reads it so.")] = "",
    on: On = None,
    at: At = None,
    by: By = "operator",
    role: Role = "principal-investigator",
    as_json: Json = False,
) -> None:
    """Choose how a question of the protocol is read; an entry of the trial's own stream."""
    if not reason.strip():
        raise Incomplete("--reason", "missing", "why is it read so?", "Add --reason")
    with opened() as trial_log:
        entry = replace(entry_of(trial_log, by, role, at, "imni protocol set"), reason=reason.strip())
        today = entry.at.astimezone(trial_log.edition().site_zone).date()
        data = f'{{"question": {_quoted(question)}, "option": {_quoted(option)}}}'
        command = command_from(ChooseReading, data, on, today)
        assert isinstance(command, ChooseReading)
        ids = {written.event_id for written in trial_log.transact_trial(command, entry)}
        told = [envelope(e) for e in trial_log.log.read_stream(trial_log.names.trial) if e.event_id in ids]
    if as_json:
        print_json(told)
    else:
        say(f"{question} is read {option}" if told else "Already in force: nothing was added")


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)
