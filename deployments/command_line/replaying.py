"""`imni replay`: every stored decision taken again, as the rules were or as they would be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from deployments.command_line.installation import opened
from deployments.command_line.options import Json
from deployments.command_line.printing import FINDINGS, print_json, print_table, say
from domain.protocol.edition import Edition
from domain.protocol.editions import edition_named, read_as
from domain.rejections import Contradiction
from domain.replay import Replayed, replay
from domain.replay import as_was as as_was_then
from flows.live_patients import patients_as_of
from store.transact import TrialLog

_MOST_SAID = 200


def replay_decisions(
    as_was: Annotated[bool, typer.Option("--as-was", help="Under the rules in force then.")] = False,
    as_if: Annotated[str | None, typer.Option("--as-if", help="Under the rules of this edition.")] = None,
    as_json: Json = False,
) -> None:
    """Take every stored decision again and print what comes out otherwise; nothing is written."""
    if as_was == (as_if is not None):
        raise Contradiction("replay", "--as-was and --as-if", "give one of the two", "Say --as-was or --as-if EDITION")
    with opened() as trial_log:
        rules = as_was_then(trial_log.trial()) if as_if is None else _as_if(trial_log, as_if)
        patients, position = patients_as_of(trial_log)
        found = [replayed for patient in patients for replayed in replay(patient, rules)]
    differing = [replayed for replayed in found if not replayed.agrees]
    if as_json:
        print_json(
            {"position": position, "decisions": len(found), "differing": [_told(replayed) for replayed in differing]}
        )
    else:
        _say(found, differing)
    if differing and as_was:
        raise typer.Exit(FINDINGS)


def _as_if(trial_log: TrialLog, name: str) -> Callable[[int], Edition]:
    edition = read_as(edition_named(name), trial_log.edition().readings)
    return lambda position: edition


def _told(replayed: Replayed) -> dict[str, Any]:
    entry = replayed.entry
    return {
        "patient_id": replayed.patient_id,
        "position": entry.position,
        "event_id": str(entry.event_id),
        "type": entry.event.type,
        "stored": replayed.stored.decode(),
        "again_as": replayed.again_as or None,
        "again": replayed.again.decode(),
    }


def _say(found: list[Replayed], differing: list[Replayed]) -> None:
    if differing:
        rows = [(each.patient_id, each.entry.position, each.entry.event.type, _difference(each)) for each in differing]
        print_table("Decisions that come out otherwise", ("patient", "pos", "decision", "difference"), rows)
    say(f"{len(found)} decisions taken again, {len(differing)} of them otherwise")


def _difference(replayed: Replayed) -> str:
    """What differs, field by field; of another decision what it would be, of none why."""
    again, kind = replayed.again.decode(), replayed.again_as
    if not kind:
        return f"refused: {again}"[:_MOST_SAID] if again else "nothing would be decided"
    was, would_be = json.loads(replayed.stored), json.loads(again)
    if kind != replayed.entry.event.type:
        failed = ", ".join((*would_be.get("failed", ()), *would_be.get("unknown", ())))
        return f"would be {kind}" + (f": {failed}" if failed else "")
    names = dict.fromkeys((*was, *would_be))
    changed = ((name, was.get(name), would_be.get(name)) for name in names if was.get(name) != would_be.get(name))
    told = (f"{name} {before} would be {after}" for name, before, after in changed)
    return "; ".join(each if len(each) <= _MOST_SAID else each.split()[0] for each in told)
