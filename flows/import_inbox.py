"""Reaction: files dropped into the home's `inbox` are imported, and moved into `done` beside what was not taken.

A file is imported before it is moved: a machine that dies between the two imports it again, which changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from events.recorded import Actor, Source
from flows.batch_import import BATCHES, Batch, import_batch
from flows.clock import SystemClock
from flows.lead import pause
from flows.resources import Resources, resources
from flows.take_over_file import TakeOverRefused
from store.transact import Entry

_log = logging.getLogger("imni.inbox")

INBOX = Actor(id="inbox", role="data-manager", kind="system")
_DONE = "done"
_SETTLED_SECONDS = 2.0
"""A file written to within this time may not be whole yet."""
_AFTER_A_PROBLEM = 60.0
_UNFINISHED = (".part", ".tmp", ".crdownload", ".swp")


@flow(name="import-inbox", description="Import the files of the drop folder.", validate_parameters=False)
async def import_inbox() -> State:
    """Import every file that waits, and say what became of each."""
    told = [take_in(given, batch, path) for given in [resources()] for batch, path in waiting(given)]
    return Completed(message="; ".join(told) or "No file waits in the inbox.")


async def watch_inbox(given: Resources, stop: asyncio.Event, every: float = 2.0) -> None:
    """Wake the flow whenever a file waits, until told to stop. `every` in seconds; a minute when it went wrong."""
    while not stop.is_set():
        try:
            make_inbox(given)
            if next(waiting(given), None):
                await import_inbox()
        except Exception as problem:
            _log.warning("the inbox could not be read: %s", problem)
            await pause(stop, _AFTER_A_PROBLEM)
        await pause(stop, every)


def make_inbox(given: Resources) -> None:
    """Make the folders people drop files into."""
    for name in BATCHES:
        (given.settings.inbox / name / _DONE).mkdir(parents=True, exist_ok=True)


def waiting(given: Resources) -> Iterator[tuple[Batch, Path]]:
    """The files that wait, oldest name first; those still being written are left alone."""
    now = SystemClock().now().timestamp()  # the clock of the file system, whatever the trial's is
    for name, batch in BATCHES.items():
        folder = given.settings.inbox / name
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            whole = not path.name.startswith(".") and path.suffix.lower() not in _UNFINISHED
            if whole and path.is_file() and now - path.stat().st_mtime >= _SETTLED_SECONDS:
                yield batch, path


def take_in(given: Resources, batch: Batch, path: Path) -> str:
    """Import one file and move it on; what became of it in a sentence.

    A file that cannot be used at all is moved on too, beside a text that says why.
    """
    rejects = _free(path.parent / _DONE / f"{path.stem}.rejects.csv")
    try:
        result = import_batch(given.trial_log, batch, [path], lambda said: _entry(given, said), reject_path=rejects)
    except TakeOverRefused as refusal:
        _free(path.parent / _DONE / f"{path.name}.refused.txt").write_text(f"{refusal}\n", encoding="utf-8")
        said = f"{path.name} refused: {refusal}"
    else:
        known = f"{result.unchanged} on record already"
        said = f"{path.name}: {result.recorded} recorded, {known}, {result.rejected} rejected"
    shutil.move(path, _free(path.parent / _DONE / path.name))
    return said


def _entry(given: Resources, reference: str) -> Entry:
    entry = given.engine_entry(reference)
    return replace(entry, actor=INBOX, source=Source(kind="import", reference=reference[:500]))


def _free(path: Path) -> Path:
    """The path, or the first numbered one beside it that nothing stands at."""
    number = 2
    free = path
    while free.exists():
        free, number = path.with_stem(f"{path.stem}-{number}"), number + 1
    return free
