"""Commands that read the log: `history`, `worklist`, `status`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from deployments.command_line.envelopes import envelope
from deployments.command_line.installation import day, history_of, instant, opened
from deployments.command_line.options import Json, KnownAt, On
from deployments.command_line.printing import print_json, print_table, say
from domain.patient import Patient, fold
from domain.protocol.editions import edition_in_force
from domain.protocol.outputs import WORK
from domain.protocol.readings import DEFAULT_READINGS
from domain.trial_matters import trial_worklist
from domain.work_item import ENGINE_WORK, WorkItem
from domain.worklist import worklist
from flows.clock import SystemClock
from flows.home import clock_of
from flows.live_patients import LivePatients
from flows.reports.patient_timeline import ENCRYPTED
from flows.settings import read_settings
from store.transact import TrialLog


def history(
    patient: Annotated[str, typer.Argument(help="Pseudonymous id of the patient.")],
    known_at: KnownAt = None,
    as_json: Json = False,
) -> None:
    """Print every entry of a patient, oldest first: what an auditor reads."""
    with opened() as trial_log:
        history_of(trial_log, patient)
        until = instant(known_at, "--known-at") if known_at else None
        stored = trial_log.log.read_stream(trial_log.names.patient(patient), known_at=until)
        entries = [envelope(event) for event in stored]
    if as_json:
        print_json(entries)
        return
    columns = ("pos", "date", "event", "recorded at (UTC)", "by", "reason", "event id")
    print_table(f"Patient {patient}", columns, [_history_row(entry) for entry in entries])


def _history_row(entry: dict[str, Any]) -> tuple[Any, ...]:
    actor = entry["actor"]
    recorded = entry["recorded_at"][:19].replace("T", " ")
    event = f"{entry['type']} {ENCRYPTED}" if entry["visibility"] == "identifying" else entry["type"]
    return (
        entry["position"],
        entry["occurred_on"],
        event,
        recorded,
        f"{actor['id']} ({actor['role']})",
        entry["reason"] or "",
        entry["event_id"],
    )


def print_worklist(
    patient: Annotated[str | None, typer.Argument(help="One patient; everyone when left out.")] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Print the open work, the most urgent first."""
    with opened() as trial_log:
        edition = trial_log.edition()
        today = day(on, "--on") if on else clock_of(trial_log, SystemClock()).today(read_settings().time_zone)
        patients = [fold(patient, history_of(trial_log, patient))] if patient else _everyone(trial_log)
        items = [_item(item) for each in patients for item in worklist(each, edition, today)]
        items += [] if patient else [_item(item) for item in trial_worklist(trial_log.trial(), edition, today)]
    items.sort(key=lambda item: (item["due_on"], item["key"]))
    if as_json:
        print_json(items)
        return
    rows = [(item["due_on"], item["patient_id"] or "the trial", item["doer"], item["wording"]) for item in items]
    print_table(f"Open work on {today}", ("due", "patient", "who", "what"), rows)
    if footnote := edition.footnote(*WORK):
        say(footnote)


def _item(item: WorkItem) -> dict[str, Any]:
    """An open item; of a reminder the wording says enough."""
    return {name: value for name, value in asdict(item).items() if name not in {"note", "known"}}


def _everyone(trial_log: TrialLog) -> list[Patient]:
    live = LivePatients(trial_log)
    live.read_on()
    return [live.patients[patient_id] for patient_id in sorted(live.patients)]


def status(as_json: Json = False) -> None:
    """Print where the installation and the trial stand."""
    with opened() as trial_log:
        told = _status(trial_log, clock_of(trial_log, SystemClock()).today(read_settings().time_zone))
    if as_json:
        print_json(told)
        return
    if told["simulated"]:
        say("This is a SIMULATED trial.")
    shown = {key: value for key, value in told.items() if key != "patient_ids"}
    shown["readings"] = {name: read for name, read in told["readings"].items() if read != DEFAULT_READINGS[name]}
    print_table("Status", ("", ""), [(key.replace("_", " "), _in_words(value)) for key, value in shown.items()])


def _in_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {held}" for key, held in value.items()) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _status(trial_log: TrialLog, today: date) -> dict[str, Any]:
    live = LivePatients(trial_log)
    live.read_on()
    edition = edition_in_force(live.trial)
    items = [item for patient in live.patients.values() for item in worklist(patient, edition, today)]
    work = Counter(item.work.value for item in (*items, *trial_worklist(live.trial, edition, today)))
    engine = {kind.value for kind in ENGINE_WORK}
    return {
        "home": str(read_settings().home),
        "simulated": trial_log.names.simulated,
        "edition": edition.id,
        "readings": dict(edition.readings),
        "events": live.position,
        "last_position": live.position,
        "patients": len(live.patients),
        "randomised": sum(patient.allocation is not None for patient in live.patients.values()),
        "places_left": trial_log.allocations().places_left,
        "target": edition.target_patients,
        "open_engine_work": sum(count for kind, count in work.items() if kind in engine),
        "open_site_work": sum(count for kind, count in work.items() if kind not in engine),
        "open_work": dict(sorted(work.items())),
        "patient_ids": sorted(live.patients),
    }
