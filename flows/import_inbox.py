"""Reaction: files dropped into the home's `inbox` are imported, and moved into `done` beside what was not taken.

A file is imported before it is moved: a machine that dies between the two imports it again, which changes nothing.
What Prefect is told names no file, and quotes none: a name may be that of a patient.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from events.recorded import Actor, Source
from flows.batch_entry import show_batches
from flows.batch_import import BatchImport, BatchResult
from flows.batch_page import PAGE, drop_folder_batch
from flows.batch_rows import BATCHES, Batch, rows_of
from flows.drop_folder import DropFolder, drop_folder, place_beside
from flows.lead import pause
from flows.reports.links import PAGES
from flows.resources import Resources, resources
from flows.take_over_file import TakeOverRefused, fingerprint
from store.event_log import EventLogError
from store.transact import Entry

_log = logging.getLogger("imni.inbox")

INBOX = Actor(id="inbox", role="data-manager", kind="system")
_AFTER_A_PROBLEM = 60.0


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A file that was read and moved on: what became of its rows, or why it could not be used at all."""

    batch: Batch
    became: BatchResult | str


@flow(
    name="import-inbox",
    description="Import the files of the drop folder.",
    flow_run_name="files of the drop folder",
    validate_parameters=False,
)
async def import_inbox() -> State:
    """Import every file that waits, and say what became of them. One that cannot be used now stops no other."""
    given = resources()
    folder = drop_folder(given.settings.inbox)
    taken = [one for batch, path in await folder.settled() if (one := await take_in(given, folder, batch, path))]
    if taken:
        await show_batches(*_batches(given, taken))
    return Completed(message=_in_a_sentence(taken))


async def watch_inbox(given: Resources, stop: asyncio.Event, every: float = 2.0) -> None:
    """Wake the flow whenever a file is whole, until told to stop. `every` in seconds; a minute when it went wrong."""
    folder = drop_folder(given.settings.inbox)
    while not stop.is_set():
        try:
            folder.make()
            folder.look()
            if folder.whole():
                await import_inbox()
        except Exception as problem:
            _log.warning("the inbox could not be read: %s", _discreet(problem))
            await pause(stop, _AFTER_A_PROBLEM)
        await pause(stop, every)


async def take_in(given: Resources, folder: DropFolder, batch: Batch, path: Path) -> TakenIn | None:
    """Import one file and move it on; None for one that stays where it is, to be tried again.

    A file that cannot be used at all is moved on too, beside a text that says why.
    """
    beside = place_beside(path, ".rejects.csv")
    try:
        became = await _imported(given, batch, path, beside)
        if isinstance(became, str):
            beside = place_beside(path, f"{path.suffix}.refused.txt")
            beside.write_text(f"{became}\n", encoding="utf-8", errors="replace")
        if not folder.has_changed(path):
            folder.put_away(path)
            return TakenIn(batch, became)
    except (OSError, EventLogError, TakeOverRefused) as problem:
        _log.warning("a file of the inbox waits: %s", _discreet(problem))
        folder.hold(path)
    with suppress(OSError):
        beside.unlink(missing_ok=True)  # it is said anew when the file is read again
    return None


async def _imported(given: Resources, batch: Batch, path: Path, rejects: Path) -> BatchResult | str:
    """What became of the rows of a file, or why it could not be used at all. Raises when it cannot be read now."""
    called = "a file"
    importing = BatchImport(given.trial_log, batch, lambda reference: _entry(given, reference))
    try:
        called = f"file {fingerprint(path, called)}"
        for row in tuple(rows_of(batch, path, called)):
            importing.take(row)
            await asyncio.sleep(0)  # nobody else waits for a long file
    except TakeOverRefused as refusal:
        return str(refusal)
    except (OSError, EventLogError):
        raise
    except Exception as problem:  # a fault of ours, which would only repeat itself
        return f"{called}: the program failed on it ({type(problem).__name__}); enter its rows in the form, and tell us"
    return importing.result(rejects)


def _batches(given: Resources, taken: Sequence[TakenIn]) -> Iterator[str]:
    for batch in BATCHES.values():
        if mine := [one for one in taken if one.batch is batch]:
            yield drop_folder_batch(given.now_at_site, batch, *_parted(mine))


def _parted(taken: Sequence[TakenIn]) -> tuple[list[BatchResult], list[str]]:
    """What became of the rows of some, and why others could not be used."""
    results = [one.became for one in taken if isinstance(one.became, BatchResult)]
    return results, [one.became for one in taken if isinstance(one.became, str)]


def _in_a_sentence(taken: Sequence[TakenIn]) -> str:
    if not taken:
        return "No whole file waits in the inbox."
    results, refusals = _parted(taken)
    recorded, known = sum(one.recorded for one in results), sum(one.unchanged for one in results)
    rejected = sum(one.rejected for one in results)
    unused = f" {len(refusals)} could not be used." if refusals else ""
    return (
        f"Files: {len(taken)}. {recorded} recorded, {known} on record already, {rejected} rejected.{unused} "
        f"Row by row: {PAGES}{PAGE}"
    )


def _discreet(problem: Exception) -> str:
    """What went wrong, without the name of a file."""
    if isinstance(problem, OSError):
        return problem.strerror or type(problem).__name__
    return str(problem) if isinstance(problem, EventLogError) else type(problem).__name__


def _entry(given: Resources, reference: str) -> Entry:
    entry = given.engine_entry(reference)
    return replace(entry, actor=INBOX, source=Source(kind="import", reference=reference))
