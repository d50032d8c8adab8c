"""Commands that ask why, and what if: `imni explain`, `imni what-if`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deployments.command_line.installation import day, history_of, opened
from deployments.command_line.options import Json, On
from deployments.command_line.printing import print_json, print_table, say
from domain.decisions.conduct import choosable
from domain.explain import EXPLAINED, Explanation, explain
from domain.patient import Patient, fold
from domain.protocol.editions import read_as
from domain.rejections import Implausible, Incomplete, NoSuchEntry
from domain.what_if import what_if
from flows.clock import SystemClock
from flows.home import clock_of
from flows.live_patients import patients_as_of
from flows.settings import read_settings

_MOST_ENTRIES = 6


def explain_value(
    patient: Annotated[str, typer.Argument(help="Pseudonymous id of the patient.")],
    value: Annotated[str, typer.Argument(help=f"What to explain: {', '.join(EXPLAINED)}.")],
    on: On = None,
    as_json: Json = False,
) -> None:
    """Say why a value is what it is: the rule, its source, the readings, and the entries it came from."""
    if value not in EXPLAINED:
        raise NoSuchEntry("VALUE", repr(value), "cannot be explained", f"Use one of {', '.join(EXPLAINED)}")
    with opened() as trial_log:
        folded = fold(patient, history_of(trial_log, patient))
        today = day(on, "--on") if on else clock_of(trial_log, SystemClock()).today(read_settings().time_zone)
        found = explain(folded, value, trial_log.edition(), today)
    if as_json:
        print_json([_told(each, folded) for each in found])
        return
    in_words = value.replace("-", " ")
    if not found:
        say(f"Patient {patient} has no {in_words} yet")
        return
    rows = [_row(each, folded) for each in found]
    columns = ("rule", "value", "wording", "source", "read with", "entries")
    print_table(f"{in_words.capitalize()} of {patient} on {today}", columns, rows)


def _told(explanation: Explanation, patient: Patient) -> dict[str, Any]:
    return {**asdict(explanation), "entries": _entries(explanation, patient)}


def _entries(explanation: Explanation, patient: Patient) -> list[dict[str, Any]]:
    held = {entry.event_id: entry for entry in patient.entries}
    return [
        {"event_id": str(name), "type": held[name].event.type, "occurred_on": str(held[name].occurred_on)}
        for name in explanation.entries
        if name in held
    ]


def _row(explanation: Explanation, patient: Patient) -> tuple[str, ...]:
    told = [f"{each['type'].split('.')[0]} {each['occurred_on']}" for each in _entries(explanation, patient)]
    more = [f"and {len(told) - _MOST_ENTRIES} more"] if len(told) > _MOST_ENTRIES else []
    read, entries = ", ".join(explanation.readings), ", ".join((*told[:_MOST_ENTRIES], *more))
    return (explanation.rule, explanation.value, explanation.wording, explanation.source, read, entries)


def ask_what_if(
    readings: Annotated[list[str] | None, typer.Option("--reading", help='A reading, such as PQ-04="<44".')] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Say who would change if the protocol were read otherwise; nothing is written."""
    if not readings:
        raise Incomplete("--reading", "missing", "read how?", 'Add --reading PQ-04="<44"')
    chosen = dict(_reading(text) for text in readings)
    with opened() as trial_log:
        edition = trial_log.edition()
        today = day(on, "--on") if on else clock_of(trial_log, SystemClock()).today(read_settings().time_zone)
        patients, position = patients_as_of(trial_log)
    changes = what_if(patients, edition, read_as(edition, chosen), today)
    if as_json:
        told = {"readings": chosen, "position": position, "changes": [asdict(change) for change in changes]}
        print_json(told)
        return
    rows = [(change.patient_id, change.what, change.now, change.then) for change in changes]
    counted = Counter(change.what for change in changes)
    if rows:
        print_table("Would change", ("patient", "what", "now", "then"), rows)
    summary = ", ".join(f"{number} {what}" for what, number in counted.items()) or "nothing"
    say(f"Of {len(patients)} patients {len({change.patient_id for change in changes})} would change: {summary}")


def _reading(text: str) -> tuple[str, str]:
    """`PQ-04=<44` as question and option; an option may hold an equals sign itself. Raises `Rejection`."""
    question, equals, option = text.partition("=")
    if not equals:
        raise Implausible("--reading", repr(text), "is not a reading", 'Write PQ-04="<44"')
    return choosable(question, option).id, option
