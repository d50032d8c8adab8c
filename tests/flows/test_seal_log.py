"""The log is sealed as it grows, and its seals leave the machine; what fails there keeps nothing from being sealed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.gateways.mail import Notifier
from flows.pace import Pace
from flows.reactions import Reactions
from flows.reactor import Reactor
from flows.resources import using
from flows.seal_log import seal_log, seal_now
from flows.sealing_keys import NotAKey, public_keys, read_public_key, sealing_key
from flows.verified import verified
from store.rows import COLUMNS, digest_of
from store.sealing import sealed_size, seals_of
from tests.facts import screened
from tests.flows.site import Site


def test_the_key_is_made_once_and_its_public_half_is_at_hand(at: Site) -> None:
    first, again = sealing_key(at.given.settings), sealing_key(at.given.settings)
    assert first.id == again.id
    assert list(public_keys(at.given.settings)) == [first.id]
    assert (at.given.settings.keys / "sealing-key").stat().st_mode & 0o077 == 0


def test_what_is_no_public_key_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    for name in ("key.pem", "missing.pem"):
        with pytest.raises(NotAKey, match=name):
            read_public_key(tmp_path / name)


async def test_the_reactor_seals_a_minute_after_the_last_seal_or_when_much_is_new(at: Site) -> None:
    async def seal() -> None:
        seal_now(at.given)

    async def nothing(names: object) -> None:
        return None

    reactor = Reactor(at.given, Reactions({}, nothing, nothing, seal=seal), Pace(seal_at=5))
    await reactor.settle()
    sealed = [sealed_size(at.given.trial_log.log)]
    for number, seconds in enumerate((1, 58, 2, 0, 0, 0, 0, 0)):
        at.later(seconds=seconds)
        at.has_seen(f"RJ-{number}", screened())
        await reactor.settle()
        sealed.append(sealed_size(at.given.trial_log.log))
    head = at.given.trial_log.log.last_position()
    assert sealed == [head - 8, head - 8, head - 8, head - 5, head - 5, head - 5, head - 5, head - 5, head]


async def test_a_folder_and_a_mailbox_out_of_reach_keep_nothing_from_being_sealed(at: Site, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("")
    settings = at.given.settings.model_copy(update={"seal_folder": tmp_path / "in the way" / "seals"})
    at.mailbox.refuse(times=9)
    given = replace(at.given, settings=settings, witnesses=Notifier([at.mailbox.url("auditor@imni.example")], "LOG"))
    with using(given):
        await seal_log.fn()
    assert sealed_size(at.given.trial_log.log) == at.given.trial_log.log.last_position()
    (tmp_path / "in the way").unlink()
    at.has_seen("RJ-1", screened())
    seal_now(given)
    assert len(list(settings.seal_folder.iterdir())) == 2, "what could not be copied then is copied now"


async def test_the_first_seal_of_a_day_is_mailed(at: Site) -> None:
    given = replace(at.given, witnesses=Notifier([at.mailbox.url("auditor@imni.example")], "LOG"))
    with using(given):
        for number, hours in enumerate((0, 1, 24)):
            at.later(hours=hours)
            at.has_seen(f"RJ-{number}", screened())
            await seal_log.fn()
    subjects = [mail.subject for mail in at.mailbox.received]
    first, _, third = seals_of(at.given.trial_log.log)
    assert subjects == [f"Seal of the trial's log: {seal.size} events" for seal in (first, third)]
    assert third.sealed_at - first.sealed_at == timedelta(hours=25)


def test_an_installation_verifies_against_its_copies_and_remembers_how_far(at: Site) -> None:
    seal_now(at.given)
    found = verified(at.given.settings)
    assert (found.ok, found.seals) == (True, 1)
    assert (at.given.settings.home / "verified.json").exists()
    (copy,) = at.given.settings.seal_folder.iterdir()
    copy.write_text(copy.read_text().replace('"root": "', '"root": "00'))
    assert not verified(at.given.settings, full=True).ok
    copy.write_text("{")
    assert "cannot be read" in verified(at.given.settings).findings[0].problem


HIDDEN = (
    "delete from seal",
    "update event set recorded_at = recorded_at - 1 where position = 1",
)
OTHER_ID = "update log_meta set value = 'another' where key = 'log_id'"


def _rewritten(path: Path, *statements: str) -> None:
    """What somebody with every right on the database, and without the signing key, makes of it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        guards = database.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in guards:
            database.execute(f"drop trigger {name}")
        for statement in statements:
            database.execute(statement)
        for row in database.execute(f"select {COLUMNS} from event").fetchall():
            database.execute("update event set digest = ? where position = ?", (digest_of(row), row[0]))
        for _, sql in guards:
            database.execute(sql)


@pytest.mark.parametrize("lost", ["neither", "copies", "memory"])
@pytest.mark.parametrize("statements", [HIDDEN, (*HIDDEN, OTHER_ID)], ids=["same id", "another id"])
def test_a_log_stripped_of_its_seals_and_rewritten_is_found_out(
    at: Site, lost: str, statements: tuple[str, ...]
) -> None:
    """Either of the two records outside the database is enough."""
    settings = at.given.settings
    if settings.log_path is None:
        pytest.skip("the guards of a log file are taken off")
    at.has_seen("RJ-1", screened())
    seal_now(at.given)
    assert verified(settings).ok
    if lost == "copies":
        shutil.rmtree(settings.seal_folder)
    if lost == "memory":
        (settings.home / "verified.json").unlink()
    _rewritten(settings.log_path, *statements)
    for full in (False, True):
        assert verified(settings, full=full).findings[0].position == 1
