"""Somebody with every right on the database, who takes the guards off, does as he likes, and puts them back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

import psycopg

from store.open_log import SQLITE
from store.rows import COLUMNS, Row

_TABLES = ("event", "seal", "seal_token")
_SEAL_COLUMNS = "size, previous_size, root, peaks, sealed_at, key_id, signature"


def seals_in(url: str) -> list[Row]:
    """The seals as they are stored."""
    question = f"select {_SEAL_COLUMNS} from seal order by size"
    if url.startswith(SQLITE):
        with closing(sqlite3.connect(url.removeprefix(SQLITE))) as file:
            return file.execute(question).fetchall()
    with psycopg.connect(url) as server:
        return server.execute(question.replace("from seal", "from imni.seal").encode()).fetchall()


def put_in_place(url: str, rows: Sequence[Row], seals: Sequence[Row]) -> None:
    """Put other events and seals in the place of all there are; nothing but them is changed."""
    events, seal_rows = _insert("event", COLUMNS), _insert("seal", _SEAL_COLUMNS)
    if url.startswith(SQLITE):
        _in_file(url.removeprefix(SQLITE), ((events, rows), (seal_rows, seals)))
    else:
        _on_server(url, ((events, rows), (seal_rows, seals)))


def _insert(table: str, columns: str) -> str:
    return f"insert into {table}({columns}) values ({', '.join('?' * len(columns.split(',')))})"


def _in_file(path: str, inserts: Iterable[tuple[str, Sequence[Row]]]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("begin immediate")
        found = file.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in found:
            file.execute(f"drop trigger {name}")
        for table in reversed(_TABLES):
            file.execute(f"delete from {table}")
        for statement, rows in inserts:
            file.executemany(statement, rows)
        for _, sql in found:
            file.execute(sql)
        file.execute("commit")


def _on_server(url: str, inserts: Iterable[tuple[str, Sequence[Row]]]) -> None:
    with psycopg.connect(url) as server, server.cursor() as cursor:
        cursor.execute("set search_path = imni")
        guards = _guards(cursor)
        for table, trigger in guards:
            cursor.execute(f"alter table {table} disable trigger {trigger}".encode())
        for table in reversed(_TABLES):
            cursor.execute(f"delete from {table}".encode())
        for statement, rows in inserts:
            cursor.executemany(statement.replace("?", "%s").encode(), rows)
        for table, trigger in guards:
            cursor.execute(f"alter table {table} enable always trigger {trigger}".encode())


def _guards(cursor: psycopg.Cursor[Any]) -> list[tuple[str, str]]:
    cursor.execute("""select tgrelid::regclass::text, quote_ident(tgname) from pg_trigger
        where not tgisinternal and tgrelid::regclass::text in ('event', 'seal', 'seal_token')""")
    return [(table, trigger) for table, trigger in cursor.fetchall()]
