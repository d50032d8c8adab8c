"""Bringing a log on PostgreSQL up to date: the same revisions as on SQLite, under a lock of the database."""

from __future__ import annotations

from typing import Any

import psycopg

from store.event_log import LogTooNew, LogUnavailable
from store.migrations.upgrade import NEWEST

_VERSION = "select version_num::int from imni.alembic_version"


def upgrade_postgres(url: str) -> None:
    """Make or upgrade the tables of a log; safe when several processes do it at once.

    Needs the login of the database's owner only when there is something to do. Raises `LogTooNew`, `LogUnavailable`;
    then the database is as it was.
    """
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            found = _schema_version(connection)
    except psycopg.OperationalError as problem:
        raise LogUnavailable(f"PostgreSQL does not answer ({problem}): start it, or mend IMNI_DATABASE_URL") from None
    if found > NEWEST:
        raise LogTooNew(f"the log has schema {found}, this program knows {NEWEST}: update this program")
    if found < NEWEST:
        _run_migrations(url)


def _schema_version(connection: psycopg.Connection[Any]) -> int:
    try:
        found = connection.execute(_VERSION).fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return 0
    return found[0] if found else 0


def _run_migrations(url: str) -> None:
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    from store.migrations.revising import bring_to

    engine = create_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("select pg_advisory_xact_lock(hashtext('imni schema'))")
            connection.exec_driver_sql("create schema if not exists imni")
            connection.exec_driver_sql("set local search_path = imni")
            bring_to(connection, "head")
    except DBAPIError as problem:
        raise LogUnavailable(
            f"the log's tables could not be made ({problem.orig}): run `imni init` once with the login of the "
            "database's owner in IMNI_DATABASE_URL"
        ) from None


def sqlalchemy_url(url: str) -> str:
    """The same database, as SQLAlchemy names it with our driver."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
