"""A log on PostgreSQL: append-only even for its owner; one role records, one audits; lost connections mend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from store.event_log import Append, AppendRefused, LogTooNew, LogUnavailable, OtherKindOfLog
from store.integrity import verify_log
from store.migrations.upgrade import NEWEST
from store.open_log import open_log
from store.postgres_event_log import PostgresEventLog, open_postgres_log
from tests.postgres import Postgres
from tests.store.envelopes import append, minutes_later, new_event
from tests.store.processes import together

ANNA = "patient/RJ-0001"


@pytest.fixture
def url(postgres: Postgres) -> str:
    """A database in which a log's tables are made."""
    return postgres.new_log()


@pytest.fixture
def log(url: str) -> Iterator[PostgresEventLog]:
    """A log of three events of one patient."""
    with open_postgres_log(url) as log:
        log.append(append(ANNA, 0, 3))
        yield log


@pytest.fixture
def owner(log: PostgresEventLog) -> Iterator[psycopg.Connection[Any]]:
    """The login of the database's owner, here a superuser."""
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute("set search_path = imni")
        connection.execute("insert into checkpoint(consumer, position) values ('reactor', 3)")
        yield connection


_COPY = (
    "select {position}, stream, {version}, {event_id}, type, occurred_on, recorded_at, visibility, causation_id, "
    "correlation_id, provenance, data, digest from event where position = 2"
)
ATTACKS = {
    "change the payload": "update event set data = '\\x7b7d' where position = 2",
    "change nothing": "update event set data = data where false",
    "delete": "delete from event where position = 2",
    "delete everything": "truncate event cascade",
    "as a replica": "set session_replication_role = replica; delete from event",
    "make it another kind of log": "update log_meta set value = 'True' where key = 'simulated'",
    "forget what kind of log it is": "truncate log_meta",
    "a checkpoint backwards": "update checkpoint set position = position - 1",
    "forget a checkpoint": "delete from checkpoint",
    "upsert": "insert into event "
    + _COPY.format(position=2, version=1, event_id="event_id")
    + " on conflict(position) do update set data = excluded.data",
    "an event id used": "insert into event " + _COPY.format(position=4, version=3, event_id="event_id"),
    "a version used": "insert into event " + _COPY.format(position=4, version=1, event_id="'\\x00'::bytea"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_even_the_owner_is_refused(owner: psycopg.Connection[Any], log: PostgresEventLog, attack: str) -> None:
    before = list(log.rows())
    with pytest.raises(psycopg.errors.IntegrityError):
        owner.execute(ATTACKS[attack].encode())
    assert list(log.rows()) == before
    assert verify_log(log.url).ok


@pytest.mark.parametrize(
    "statement",
    [
        "insert into imni.event " + _COPY.format(position=4, version=3, event_id="'\\x00'::bytea"),
        "delete from imni.event",
        "truncate imni.event",
        "alter table imni.event disable trigger all",
        "insert into imni.log_meta values ('a', 'b')",
        "select imni.go_on(null, null, null, null, null, null, null, null, null, null, null, null, null)",
        "drop schema imni cascade",
    ],
)
def test_the_role_that_records_may_append_and_read_and_nothing_else(
    owner: psycopg.Connection[Any], statement: str
) -> None:
    owner.execute("set role imni_app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute(statement.replace("from event where", "from imni.event where").encode())


def test_an_auditor_sees_the_audit_view_and_nothing_else(owner: psycopg.Connection[Any], log: PostgresEventLog) -> None:
    owner.execute("set role imni_auditor")
    cursor = owner.cursor(row_factory=dict_row)
    rows = cursor.execute("select * from imni.audit order by position").fetchall()
    assert [row["digest"] for row in rows] == [event.digest.hex() for event in log.read_all()]
    assert [json.loads(row["data"])["note"] for row in rows] == ["0", "1", "2"]
    told = {"actor": "li.wei", "role": "coordinator", "source": "form", "reference": "F-1", "reason": None}
    assert rows[0] | told == rows[0]
    assert rows[0]["recorded_at"] == "2026-01-01T08:00:00.000000Z"
    for table in ("event", "checkpoint", "log_meta"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(f"select * from imni.{table}".encode())
    call = "select imni.append(null, null, null, null, null, null, null, null, null, null, null, null, null)"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute(call.encode())


def test_a_login_that_owns_nothing_runs_a_log_that_is_made_and_makes_none(postgres: Postgres, url: str) -> None:
    open_postgres_log(url).close()
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("drop role if exists hospital")
        owner.execute("create role hospital login in role imni_app")
    name = conninfo_to_dict(url)["dbname"]
    with open_postgres_log(postgres.url_of(str(name), login="hospital")) as log:
        log.append(append(ANNA, 0))
        assert log.last_position() == 1
        assert not log.wipe(), "a table is rewritten by its owner only, and it is not said to be done when it is not"
        log.append(append(ANNA, 1))
        with pytest.raises(LogUnavailable, match="owner"):
            log.write_rows(log.rows())
    empty = conninfo_to_dict(postgres.empty_database())["dbname"]
    with pytest.raises(LogUnavailable, match="imni init"):
        open_postgres_log(postgres.url_of(str(empty), login="hospital"))


def _open_and_append(url: str) -> str:
    with open_log(url) as log:
        log.append(append(f"patient/{new_event().event_id}", 0))
        return log.log_id


def test_eight_processes_that_open_a_new_database_at_once_make_one_log(postgres: Postgres) -> None:
    url = postgres.empty_database()
    assert len(set(together(8, _open_and_append, url))) == 1
    assert verify_log(url).events == 8


def test_a_log_of_a_newer_program_is_refused(owner: psycopg.Connection[Any], log: PostgresEventLog) -> None:
    owner.execute("update alembic_version set version_num = %s", (f"{NEWEST + 1:04d}",))
    with pytest.raises(LogTooNew, match="update this program"):
        open_postgres_log(log.url)
    assert "this program knows" in verify_log(log.url).findings[0].problem


def test_a_log_of_the_other_kind_is_refused(log: PostgresEventLog) -> None:
    with pytest.raises(OtherKindOfLog, match="real trial, not a simulated one"):
        open_postgres_log(log.url, simulated=True)


def test_a_server_that_does_not_answer_is_said_so() -> None:
    with pytest.raises(LogUnavailable, match="does not answer"):
        open_postgres_log("postgresql://nobody@127.0.0.1:1/nothing")


def test_a_connection_that_is_cut_is_made_anew_and_nothing_is_lost_or_doubled(
    owner: psycopg.Connection[Any], log: PostgresEventLog
) -> None:
    for version in range(3, 8):
        owner.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'imni'")
        assert log.append(append(ANNA, version)).positions == range(version + 1, version + 2)
    assert verify_log(log.url).ok


def test_rows_of_a_copy_are_taken_only_as_they_were_recorded_and_where_they_belong(
    postgres: Postgres, log: PostgresEventLog
) -> None:
    rows = list(log.rows())
    with open_log(postgres.new_log(), log_id=log.log_id) as copy:
        for wrong in (rows[1:], [rows[0], rows[2]], [rows[0], (2, "patient/RJ-0002", *rows[1][2:])]):
            with pytest.raises(AppendRefused, match="do not go on"):
                copy.write_rows(wrong)
        assert copy.last_position() == 0
        copy.write_rows(rows)
        assert list(copy.rows()) == rows
        copy.append(append(ANNA, 3))
        assert (copy.last_position(), copy.log_id) == (4, log.log_id)


def test_the_servers_leaf_hash_is_ours_whatever_the_envelope_holds(log: PostgresEventLog) -> None:
    """Chinese text, ids that are missing, an instant moved on by another writer's faster clock."""
    first = new_event(data='{"occurred_on":"2026-01-01","note":"复发"}'.encode(), at=minutes_later(9))
    log.append(Append(ANNA, 3, [first]), append("patient/患者", 0))
    log.append(append("trial", 0, at=minutes_later(5)))
    log.append(append("trial", 1, at=minutes_later(-5)))
    assert [event.recorded_at for event in log.read_all(after=3)] == [minutes_later(9)] * 4
    assert verify_log(log.url).ok


TAMPERED = {
    "edited": ("update event set data = '\\x7b7d' where position = 2", 2, "digest"),
    "deleted": ("delete from event where position = 2", 2, "missing"),
    "renumbered": ("update event set position = 9 where position = 3", 3, "missing"),
    "swapped": ("update event set version = 7 - version where position > 1", 2, "digest"),
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_tampering_past_the_guards_is_named(
    owner: psycopg.Connection[Any], log: PostgresEventLog, tampering: str
) -> None:
    statement, position, problem = TAMPERED[tampering]
    owner.execute("alter table event disable trigger event_append_only")
    owner.execute(statement.encode())
    first, *others = verify_log(log.url).findings
    assert (first.position, problem in first.problem) == (position, True)
    assert any("switched off" in finding.problem for finding in others)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("drop trigger event_append_only on event", "event_append_only is missing"),
        (
            "create or replace function append_only() returns trigger language plpgsql as 'begin return null; end'",
            "was",
        ),
        ("drop function go_on", "go_on is missing"),
        ("grant delete on event to imni_app", "imni_app may change event"),
    ],
)
def test_a_guard_taken_off_is_a_finding(
    owner: psycopg.Connection[Any], log: PostgresEventLog, statement: str, problem: str
) -> None:
    owner.execute(statement.encode())
    (finding,) = verify_log(log.url).findings
    assert problem in finding.problem
