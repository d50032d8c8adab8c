"""A patient is identified, worked on by the whole engine, and forgotten: nowhere is a byte of who she was."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from deployments.prefect_server import PrefectServer
from deployments.reactions import REACTIONS
from domain.decisions.consent import ForgetPatient
from domain.endpoint_analysis import Question, analyse_endpoint
from domain.rejections import NotPermitted
from events.consent import IdentityDisclosed, PatientIdentified
from flows.home import open_vault
from flows.identities import disclose, forget, identify
from flows.live_patients import patients_as_of
from flows.reactor import Reactor
from flows.read_models import refresh_read_models
from store.backup import back_up, export_events
from store.identity import Identity
from store.integrity import verify_file
from store.projections.rebuilding import rebuild
from store.transact import Entry
from tests import facts
from tests.flows.site import AT_ONCE, LI, Site, site

WANG = Identity(name="王芳菲", telephone="13912345678", record_number="B-7788123", contact="her sister Wang Lan")
PATIENT = "RJ-1"


def _entry(at: Site) -> Entry:
    return Entry(LI, at.given.engine_entry("test").source, at.clock.now())


def _written(identity: Identity) -> Iterator[bytes]:
    """Every way in which a value could have been written down."""
    for value in identity.said().values():
        yield value.encode()
        yield json.dumps(value)[1:-1].encode()
        yield json.dumps(value).replace("\\", "\\\\")[1:-1].encode()
        yield value.encode("utf-16-le")
        yield value.encode("gb18030")


def _files(*folders: Path) -> Iterable[Path]:
    return (path for folder in folders for path in folder.rglob("*") if path.is_file())


def _found(*folders: Path) -> list[tuple[str, bytes]]:
    words = sorted(set(_written(WANG)))
    found: list[tuple[str, bytes]] = []
    for path in _files(*folders):
        with suppress(FileNotFoundError):  # Prefect tidies up beside us
            content = path.read_bytes()
            found.extend((path.name, word) for word in words if word in content)
    return found


def _result(at: Site) -> object:
    patients, _ = patients_as_of(at.given.trial_log)
    return analyse_endpoint(patients, Question("EFS", "itt", None, None), at.given.trial_log.edition(), 0)


async def _seen_by_everybody(at: Site, home: Path) -> None:
    """The engine's day: pages, projections, analyses, reports, an export and a backup."""
    at.later(hours=1)
    await Reactor(at.given, REACTIONS, AT_ONCE).settle()
    await refresh_read_models()
    log = at.given.trial_log.log
    export_events(log, home / "events.jsonl")
    with suppress(FileNotFoundError):
        (home / "backup.zip").unlink()
    back_up(log, home / "backup.zip", at.clock.now())


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"x{WANG.name}x", encoding="utf-8")
    (tmp_path / "b").write_text(json.dumps({"said": json.dumps(WANG.said())}))
    assert {name for name, _ in _found(tmp_path)} == {"a", "b"}


@pytest.mark.prefect
async def test_nothing_identifying_survives(
    tmp_path: Path, prefect_server: PrefectServer, caplog: pytest.LogCaptureFixture
) -> None:
    home, prefect = tmp_path / "home", prefect_server.log_file.parent
    caplog.set_level(logging.DEBUG)
    async with site(home) as at:
        trial_log, settings = at.given.trial_log, at.given.settings
        at.has_seen(PATIENT, *facts.enrolled(on="2020-12-01", arm="OMIT"), facts.assessed("2020-12-11"))
        at.has_seen("RJ-2", *facts.enrolled(on="2020-12-02", arm="IMNI"), facts.assessed("2020-12-11"))
        before = _result(at)
        identify(trial_log, open_vault(settings, trial_log.log), PATIENT, WANG, _entry(at))
        assert disclose(trial_log, open_vault(settings, trial_log.log), PATIENT, "to call her", _entry(at)) == WANG
        await _seen_by_everybody(at, home)
        assert _found(home, prefect) == []

        command = ForgetPatient(occurred_on=at.today, requested_by="patient", reason="she asked for it")
        assert forget(trial_log, PATIENT, command, _entry(at)).wiped
        await _seen_by_everybody(at, home)
        assert _found(home, prefect) == []
        assert not [word for word in _written(WANG) if word in caplog.text.encode()]
        assert any(path.suffix == ".db" for path in _files(prefect)), "Prefect's database was looked into"

        assert _result(at) == before
        assert verify_file(home / "log.sqlite").ok
        assert all(each.equal for each in rebuild(trial_log))
        assert len(at.patient(PATIENT).every(IdentityDisclosed)) == 1
        with pytest.raises(NotPermitted, match="forgotten"):
            identify(trial_log, open_vault(settings, trial_log.log), PATIENT, WANG, _entry(at))
        _require_unreadable(at, (settings.keys / "master-key").read_bytes())


def _require_unreadable(at: Site, master_key: bytes) -> None:
    """Whoever holds the whole database and the master key finds no key to read the ciphertext with."""
    (said,) = at.patient(PATIENT).every(PatientIdentified)
    kept = at.given.trial_log.log.execute("select wrapped_key from patient_key", {})
    assert [wrapped for (wrapped,) in kept] == [None]
    ciphertext, about = b64decode(said.event.ciphertext), f"{PATIENT}\n{PatientIdentified.type}".encode()
    with pytest.raises(InvalidTag):
        AESGCM(master_key).decrypt(ciphertext[:12], ciphertext[12:], about)
