"""The table of keys: each made once, destroyed once with the event that says so, never back, whoever connects."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg
import pytest

from store.event_log import Append, EventLog
from store.identity import Identity
from store.integrity import verify_log
from store.vault import Vault
from tests.store.envelopes import minutes_later, new_event

WANG = Identity(name="王芳")

ATTACKS: dict[str, str] = {
    "bring a destroyed key back": "update patient_key set wrapped_key = :key, destroyed_at = null "
    "where patient_id = 'RJ-1'",
    "move the destruction": "update patient_key set destroyed_at = 1 where patient_id = 'RJ-1'",
    "hand it to another": "update patient_key set patient_id = 'RJ-9' where patient_id = 'RJ-2'",
    "change a key": "update patient_key set wrapped_key = :key where patient_id = 'RJ-2'",
    "destroy a key without a forgetting": "update patient_key set wrapped_key = null, destroyed_at = 1 "
    "where patient_id = 'RJ-2'",
    "delete": "delete from patient_key where patient_id = 'RJ-1'",
    "delete all": "delete from patient_key",
    "a key for who is forgotten": "insert into patient_key values ('RJ-3', :key, null)",
    "a destroyed key for who is not": "insert into patient_key values ('RJ-4', null, 1)",
    "neither kept nor destroyed": "insert into patient_key values ('RJ-4', null, null)",
    "a short key": "insert into patient_key(patient_id, wrapped_key) values ('RJ-4', substr(:key, 1, 16))",
}


def _every_key(log: EventLog) -> list[tuple[object, ...]]:
    return [tuple(row) for row in log.execute("select * from patient_key order by patient_id", {})]


@pytest.fixture
def guarded(log: EventLog) -> EventLog:
    """RJ-1 was identified and forgotten, RJ-2 identified, RJ-3 forgotten."""
    for patient_id in ("RJ-1", "RJ-2"):
        Vault(log, bytes(32)).encrypt(patient_id, WANG)
    for patient_id in ("RJ-1", "RJ-3"):
        event = new_event("patient-forgotten.v1", at=minutes_later(5))
        log.append(Append(f"patient/{patient_id}", 0, [event]))
    return log


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(guarded: EventLog, attack: str) -> None:
    before = _every_key(guarded)
    statement = ATTACKS[attack]
    with pytest.raises(Exception, match=r"key|constraint|CHECK|may not"):
        guarded.execute(statement, {"key": bytes(60)} if ":key" in statement else {})
    assert _every_key(guarded) == before


_BACK = "update patient_key set wrapped_key = {key}, destroyed_at = null where patient_id = 'RJ-1'"
_GUARD = "patient_key_destroyed_only"


def _bring_back_in_file(path: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        made = database.execute("select sql from sqlite_master where name = ?", (_GUARD,)).fetchone()[0]
        for statement in (f"drop trigger {_GUARD}", _BACK.format(key="zeroblob(60)"), made):
            database.execute(statement)


def _bring_back_on_server(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("alter table imni.patient_key disable trigger patient_key_kept")
        owner.execute("update imni.patient_key set wrapped_key = decode(repeat('00', 60), 'hex'), destroyed_at = null")
        owner.execute("alter table imni.patient_key enable always trigger patient_key_kept")


def test_a_key_brought_back_past_its_guards_is_a_finding(guarded: EventLog) -> None:
    assert verify_log(guarded.url).ok
    if guarded.url.startswith("sqlite"):
        _bring_back_in_file(guarded.url.removeprefix("sqlite:///"))
    else:
        _bring_back_on_server(guarded.url)
    problems = [finding.problem for finding in verify_log(guarded.url).findings]
    assert "the key of patient RJ-1, who was forgotten, is there again" in problems
    assert not [problem for problem in problems if "RJ-2" in problem or "trigger" in problem]
