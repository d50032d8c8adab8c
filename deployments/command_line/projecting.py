"""The command that shows a projection, now or as of any moment: `projection`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.command_line.installation import day, instant, opened
from deployments.command_line.options import Cutoff, Json, KnownAt
from deployments.command_line.printing import print_json, print_table, say
from domain.protocol.readings import read_with

if TYPE_CHECKING:
    from store.projections.projection import Projection
    from store.transact import TrialLog


def projection(
    name: Annotated[str | None, typer.Argument(help="One projection; which there are when left out.")] = None,
    known_at: KnownAt = None,
    cutoff: Cutoff = None,
    as_json: Json = False,
) -> None:
    """Print a projection's rows, as they are or as of any moment on either clock."""
    from store.projections.all_projections import PROJECTIONS, projection_named

    if name is None:
        rows = [{"name": each.name, "question": each.question} for each in PROJECTIONS]
        print_json(rows) if as_json else _print("Projections", rows)
        return
    with opened() as trial_log:
        told = _told(trial_log, projection_named(name), known_at, cutoff)
    if as_json:
        print_json(told)
        return
    _print(f"{told['question']} At event {told['position']}", told["rows"])
    if told["readings"]:
        say(read_with(told["readings"]))


def _told(trial_log: TrialLog, asked: Projection, known_at: str | None, cutoff: str | None) -> dict[str, Any]:
    from store.projections.as_of import AsOf, edition_as_of, rows_as_of
    from store.projections.database import digest_of

    known = instant(known_at, "--known-at") if known_at else None
    last_day = day(cutoff, "--cutoff") if cutoff else None
    position = trial_log.log.last_position()
    moment = AsOf(position, known, last_day)
    rows = rows_as_of(trial_log, asked, moment)
    return {
        "name": asked.name,
        "question": asked.question,
        "position": position,
        "known_at": known and known.isoformat(),
        "cutoff": last_day and str(last_day),
        "digest": digest_of(rows),
        "readings": list(edition_as_of(trial_log, moment).told(*asked.rules)) if asked.rules else [],
        "rows": [row.model_dump(mode="json") for row in rows],
    }


def _print(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(rows[0]) if rows else []
    print_table(title, columns, [list(row.values()) for row in rows])
