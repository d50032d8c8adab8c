"""Is the log whole? All that a single file can be asked, without the domain and without the program that wrote it.

Found: an event that is missing, changed, moved or unreadable; a version out of turn; an instant that goes back; a date
column that contradicts its payload; an event id used twice; a guard or table that is gone or altered; a consumer that
has read further than the log goes; a damaged file.

Not to be found in one file alone: whoever may rewrite the file can compute every digest anew, and events cut off the
end leave no hole unless a consumer had read them. Only seals kept elsewhere show that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from store.continuity import Continuity, Finding
from store.migrations.upgrade import DAMAGE, NEWEST, schema_of
from store.rows import COLUMNS


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and what was found, the first bad position first."""

    events: int
    last_position: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify_file(path: Path) -> Verified:
    """Check a log file from end to end, reading only. Damage is a finding, never an exception."""
    try:
        with closing(_opened(path)) as database:
            return _verify(database)
    except (*DAMAGE, OSError) as problem:
        return Verified(0, 0, (Finding(None, f"{path.name} cannot be read as a log: {problem}"),))


def _opened(path: Path) -> sqlite3.Connection:
    path.stat()
    sealed = not path.with_name(path.name + "-wal").exists()
    database = _connected(path, "mode=ro")
    try:
        database.execute("select count(*) from sqlite_master")
    except BaseException as problem:
        database.close()
        if not sealed or not isinstance(problem, sqlite3.OperationalError):
            raise
        # A copy on a medium that cannot be written, beside which no shared memory can be made.
        database = _connected(path, "immutable=1")
    database.text_factory = _text
    return database


def _connected(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True, timeout=30, isolation_level=None)


def _text(stored: bytes) -> str:
    """Text as it is, even where it is no longer text: its digest then says so."""
    return stored.decode("utf-8", "surrogateescape")


def _verify(database: sqlite3.Connection) -> Verified:
    database.execute("begin")
    version = database.execute("pragma user_version").fetchone()[0]
    if not 0 < version <= NEWEST:
        known = f"this program knows 1 to {NEWEST}" if version else "it is no log"
        return Verified(0, 0, (Finding(None, f"the schema is {version}: {known}"),))
    chain = Continuity(_simulated(database))
    findings = list(_rows(database, chain))
    for check in (partial(_schema, version), _repeated_ids, _consumers_ahead, _file):
        findings.extend(_guarded(check, database))
    findings.sort(key=lambda finding: (finding.position is None, finding.position or 0))
    return Verified(chain.events, chain.last_position, tuple(dict.fromkeys(findings)))


def _guarded(check: Callable[[sqlite3.Connection], Iterator[Finding]], database: sqlite3.Connection) -> list[Finding]:
    try:
        return list(check(database))
    except DAMAGE as problem:
        return [Finding(None, f"the file is damaged: {problem}")]


def _simulated(database: sqlite3.Connection) -> bool | None:
    """What kind of log the file says it is; None when it does not say."""
    try:
        found = dict(database.execute("select key, value from log_meta").fetchall())
    except DAMAGE:
        return None
    return {"True": True, "False": False}.get(found.get("simulated", ""))


def _schema(version: int, database: sqlite3.Connection) -> Iterator[Finding]:
    found = {name: (kind, sql) for kind, name, sql in database.execute("select type, name, sql from sqlite_master")}
    expected = schema_of(version)
    for name, sql in expected.items():
        if name not in found:
            yield Finding(None, f"{name} is missing: what keeps the log append-only was removed")
        elif found[name][1] != sql:
            yield Finding(None, f"{name} was altered: {found[name][1]}")
    for name, (kind, _) in found.items():
        if kind == "trigger" and name not in expected:
            yield Finding(None, f"{name} is a trigger this program never made")


def _rows(database: sqlite3.Connection, chain: Continuity) -> Iterator[Finding]:
    if chain.simulated is None:
        yield Finding(None, "log_meta does not say whether this is a real or a simulated log")
    try:
        for row in database.execute(f"select {COLUMNS} from event order by position"):  # noqa: S608 - constant
            yield from chain.take(row)
    except DAMAGE as problem:
        yield Finding(chain.last_position + 1, f"nothing can be read from here on: {problem}")


def _repeated_ids(database: sqlite3.Connection) -> Iterator[Finding]:
    repeated = database.execute(
        "select max(position), min(position) from event group by event_id having count(*) > 1 limit 100"
    )
    for position, first in repeated:
        yield Finding(position, f"it carries the event id of event {first}")


def _consumers_ahead(database: sqlite3.Connection) -> Iterator[Finding]:
    ahead = database.execute(
        "select consumer, position from checkpoint "
        "where position > (select coalesce(max(position), 0) from event) order by consumer"
    )
    for consumer, position in ahead:
        yield Finding(None, f"{consumer} has read up to {position}: the end of the log was cut off")


def _file(database: sqlite3.Connection) -> Iterator[Finding]:
    """Indexes and pages: an index that disagrees with its table would hide events from a patient's history."""
    for (line,) in database.execute("pragma integrity_check(20)"):
        if line != "ok":
            yield Finding(None, f"the file is damaged: {line}")
