"""Commands that copy the log: `export`, `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.command_line.options import Json
from deployments.command_line.printing import print_json, say
from deployments.command_line.progress import counting

if TYPE_CHECKING:
    from store.event_lines import Heading


def export(
    events: Annotated[Path, typer.Option("--events", help="The file: one line of JSON an event, exact to the byte.")],
    as_json: Json = False,
) -> None:
    """Write every event into a text file that anybody can read, and `imni restore` restores byte for byte."""
    from flows.home_copies import open_kept_log
    from flows.settings import read_settings
    from store.backup import export_events

    with open_kept_log(read_settings()) as log, counting("events", quiet=as_json) as progress:
        heading = export_events(log, events, progress)
    if as_json:
        print_json(_told(events, heading))
        return
    say(f"{heading.events} events in {events}, root {heading.root}")


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make; none is ever written over.")], as_json: Json = False
) -> None:
    """Back up the log, also while it is being written. The keys are not in it and must be kept elsewhere."""
    from flows.clock import SystemClock
    from flows.home_copies import keys_of, open_kept_log
    from flows.settings import read_settings
    from store.backup import back_up

    settings = read_settings()
    with open_kept_log(settings) as log, counting("events", quiet=as_json) as progress:
        manifest = back_up(log, file, SystemClock().now(), keys_of(settings), progress)
    keys = [key.model_dump() for key in manifest.keys]
    if as_json:
        told = {**_told(file, manifest.events), "made_at": manifest.made_at, "keys_to_keep_elsewhere": keys}
        print_json({**told, "bytes": file.stat().st_size})
        return
    say(f"{manifest.events.events} events in {file} ({file.stat().st_size} bytes), root {manifest.events.root}")
    say(f"NOT in it, and without them it is of no use: the keys in {settings.keys}. Keep each in a safe place too:")
    for key in keys:
        say(f"  {key['name']}  SHA-256 {key['sha256']}")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup, or an export of events.")], as_json: Json = False
) -> None:
    """Restore a backup or an export into an empty home, on either database. Every event is checked first."""
    from flows.home_copies import keys_to_fetch, url_to_restore_into
    from flows.settings import read_settings
    from store.restore import restore as restore_log

    settings = read_settings()
    with counting("events", quiet=as_json) as progress:
        heading, manifest = restore_log(file, url_to_restore_into(settings), progress)
    missing = keys_to_fetch(settings, manifest.keys if manifest else ())
    if as_json:
        print_json({**_told(file, heading), "keys_to_fetch": missing})
        return
    say(f"{heading.events} events restored from {file}, each checked, root {heading.root} as it was")
    if missing:
        say(f"Before anything else put these keys into {settings.keys} from their safe copies: {', '.join(missing)}")


def _told(file: Path, heading: Heading) -> dict[str, Any]:
    shown = heading.model_dump(include={"log_id", "kind", "events", "root"})
    return {"file": str(file), **shown}
