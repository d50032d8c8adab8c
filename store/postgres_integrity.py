"""Is a log on PostgreSQL whole, and does what keeps it append-only still stand as the migrations made it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from store.continuity import Finding
from store.migrations.upgrade import NEWEST
from store.table_checks import WITH_PATIENT_KEYS, Ask, Known, Verified, keys_that_came_back, unreadable, verify_tables

_SCRIPTS = Path(__file__).parent / "migrations" / "postgres"
_FUNCTION = re.compile(r"create (?:or replace )?function (\w+)\((.*?)\$\$(.*?)\$\$", re.DOTALL)
_TRIGGER = re.compile(r"create trigger (\w+) ")
_DAMAGE = (psycopg.Error, UnicodeDecodeError)
_FUNCTIONS = "select proname, prosrc from pg_proc where pronamespace = 'imni'::regnamespace"
_TRIGGERS = """select tgname, tgenabled = 'A' from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'imni'::regnamespace and not tgisinternal"""
_RIGHTS = """select r.rolname, t.tablename from pg_roles r, pg_tables t
    where r.rolname in ('imni_app', 'imni_auditor') and t.schemaname = 'imni' and t.tablename <> 'checkpoint'
    and has_table_privilege(r.rolname, 'imni.' || t.tablename, 'update, delete, truncate')"""


def verify_postgres(url: str, known: Known) -> Verified:
    """Check a log from end to end in one snapshot, reading only. Damage is a finding, never an exception."""
    try:
        with psycopg.connect(url) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("set search_path = imni")
            return _verify(connection, known)
    except _DAMAGE as problem:
        return unreadable(f"it cannot be read as a log: {problem}")


def _verify(connection: psycopg.Connection[Any], known: Known) -> Verified:
    def ask(question: str) -> Iterable[tuple[Any, ...]]:
        # From the server's side page by page: a log of millions of events is never held as a whole.
        with connection.cursor(name="verify", withhold=False) as cursor:
            cursor.itersize = 5000
            yield from cursor.execute(question.encode())

    version = connection.execute("select version_num::int from alembic_version").fetchone()
    if version is None or not 0 < version[0] <= NEWEST:
        return unreadable(f"the schema is {version}: this program knows 1 to {NEWEST}")
    keys = (keys_that_came_back,) if version[0] >= WITH_PATIENT_KEYS else ()
    return verify_tables(ask, _DAMAGE, (_functions, _triggers, _rights, *keys), known)


@cache
def _made() -> tuple[dict[str, set[str]], set[str]]:
    """The functions and triggers the migrations make: sources by name, and names."""
    functions: dict[str, set[str]] = {}
    triggers: set[str] = set()
    for script in sorted(_SCRIPTS.glob("*.sql")):
        text = script.read_text(encoding="utf-8")
        for name, _, source in _FUNCTION.findall(text):
            functions.setdefault(name, set()).add(source)
        triggers |= set(_TRIGGER.findall(text))
    return functions, triggers


def _functions(ask: Ask) -> Iterator[Finding]:
    made, _ = _made()
    found: dict[str, set[str]] = {}
    for name, source in ask(_FUNCTIONS):
        found.setdefault(name, set()).add(source)
    for name, sources in made.items():
        if name not in found:
            yield Finding(None, f"function {name} is missing: what keeps the log append-only was removed")
        elif found[name] != sources:
            yield Finding(None, f"function {name} was altered")


def _triggers(ask: Ask) -> Iterator[Finding]:
    _, made = _made()
    found = dict(ask(_TRIGGERS))
    for name in sorted(made - set(found)):
        yield Finding(None, f"{name} is missing: what keeps the log append-only was removed")
    for name, always in found.items():
        if name not in made:
            yield Finding(None, f"{name} is a trigger this program never made")
        elif not always:
            yield Finding(None, f"{name} was switched off")


def _rights(ask: Ask) -> Iterator[Finding]:
    for role, table in ask(_RIGHTS):
        yield Finding(None, f"{role} may change {table}: it was given rights it never had")
