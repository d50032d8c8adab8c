"""Exports and backups: what is restored is the log that was copied, to the byte, whoever writes meanwhile."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merkle import EMPTY_ROOT
from events.clinical_date import ClinicalDate
from store.backup import KeptElsewhere, back_up, export_events
from store.event_lines import event_line, row_of
from store.event_log import Append, BackupNotWritten, EventLog, LogNotEmpty, OtherKindOfLog
from store.identity import Identity
from store.integrity import verify_log
from store.leaf import leaf_hash
from store.open_log import open_log
from store.projections.all_projections import PROJECTIONS
from store.projections.database import digest_of
from store.projections.rebuilding import rebuild
from store.projections.refreshing import everyone, flat, rows_of
from store.restore import restore
from store.seal import SealingKey
from store.sealing import seal, seals_of
from store.transact import TrialLog
from store.vault import KeyMissing, Vault
from tests.facts import death, enrolled
from tests.store.copies import FreshUrl, fill, held, root_at
from tests.store.envelopes import NOW, append, minutes_later, new_event
from tests.store.processes import together
from tests.store.trial_logs import keep, opened

SEED = KeptElsewhere(name="allocation-key", sha256="ab" * 32)


@pytest.fixture
def elsewhere(fresh_url: FreshUrl) -> str:
    """Where the log is to be restored."""
    return fresh_url()


def test_an_export_is_restored_and_exported_again_to_the_byte(log: EventLog, tmp_path: Path, elsewhere: str) -> None:
    fill(log, 40)
    no_text = replace(new_event(at=minutes_later(60)), data=b'{"occurred_on":"2026-01-01","note":"\xff\xfe\\"}')
    log.append(Append("patient/RJ-0", 6, [no_text]))
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    heading = export_events(log, first)
    assert (heading.events, heading.log_id, heading.kind) == (41, log.log_id, "real")
    assert heading.root == root_at(log, 41)
    restore(first, elsewhere)
    assert held(elsewhere) == list(log.rows())
    with open_log(elsewhere) as restored:
        assert (restored.log_id, restored.simulated) == (log.log_id, False)
        export_events(restored, second)
    assert second.read_bytes() == first.read_bytes()


def test_an_export_is_one_line_an_event_and_needs_no_program_of_ours_to_be_checked(
    log: EventLog, tmp_path: Path
) -> None:
    fill(log, 5)
    export_events(log, tmp_path / "events.jsonl")
    heading, *lines = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert json.loads(heading)["events"] == len(lines) == 5
    told = json.loads(lines[2])
    assert json.loads(told["data"])["note"] == "乳腺癌 2"
    assert told["recorded_at"] == 1767254520000000
    hashed = leaf_hash(
        told["stream"], told["version"], bytes.fromhex(told["event_id"].replace("-", "")), told["type"],
        told["occurred_on"], told["recorded_at"], told["visibility"], None, None,
        told["provenance"].encode(), told["data"].encode(),
    )  # fmt: skip
    assert hashed.hex() == told["digest"]


_BYTES = st.binary(max_size=60)
_IDS = st.binary(min_size=16, max_size=16)
_ROWS = st.tuples(
    st.integers(1, 2**62), st.text(), st.integers(0, 2**62), _IDS, st.text(), st.text(), st.integers(-(2**62), 2**62),
    st.text(), st.none() | _IDS, st.none() | _IDS, _BYTES, _BYTES, st.binary(min_size=32, max_size=32),
)  # fmt: skip


@given(_ROWS)
def test_any_row_is_one_line_and_comes_back(row: tuple[object, ...]) -> None:
    line = event_line(row)
    assert line.count(b"\n") == 1
    assert row_of(line) == row


def test_a_simulated_log_stays_one(simulated_log: EventLog, tmp_path: Path, fresh_url: FreshUrl) -> None:
    simulated_log.append(append("simulated-patient/RJ-0001", 0, 3))
    back_up(simulated_log, tmp_path / "a.zip", NOW)
    restore(tmp_path / "a.zip", url := fresh_url())
    with open_log(url) as restored:
        assert restored.simulated
    open_log(real := fresh_url(), simulated=False).close()
    with pytest.raises(OtherKindOfLog):
        restore(tmp_path / "a.zip", real)


def test_a_backup_says_what_it_holds_and_can_be_opened_with_any_archive_program(
    log: EventLog, tmp_path: Path, elsewhere: str
) -> None:
    fill(log, 12)
    back_up(log, file := tmp_path / "a.zip", NOW, (SEED,))
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        told = json.loads(archive.read("manifest.json"))
        archive.extract("events.jsonl", tmp_path)
    assert told["events"]["events"] == 12
    assert told["keys"] == [SEED.model_dump()]
    assert file.stat().st_mode & 0o077 == 0
    export_events(log, exported := tmp_path / "exported.jsonl")
    assert (tmp_path / "events.jsonl").read_bytes() == exported.read_bytes()
    heading, manifest = restore(file, elsewhere)
    assert manifest is not None
    assert (manifest.keys, heading) == ((SEED,), manifest.events)
    assert held(elsewhere) == list(log.rows())


def test_who_the_patients_are_can_be_read_from_a_restored_backup_but_not_who_was_forgotten(
    log: EventLog, tmp_path: Path, fresh_url: FreshUrl
) -> None:
    master, wang = bytes(range(32)), Identity(name="王芳", telephone="13912345678", record_number="B-7788123")
    vault = Vault(log, master)
    encrypted = {patient_id: vault.encrypt(patient_id, wang) for patient_id in ("RJ-1", "RJ-2", "RJ-3")}
    log.append(Append("patient/RJ-2", 0, [new_event("patient-forgotten.v1")]))
    manifest = back_up(log, tmp_path / "a.zip", NOW)
    assert manifest.tables["patient_key"] == 2
    log.append(Append("patient/RJ-3", 0, [new_event("patient-forgotten.v1")]))

    restore(tmp_path / "a.zip", url := fresh_url())
    with open_log(url) as restored:
        again = Vault(restored, master)
        assert again.decrypt("RJ-1", encrypted["RJ-1"]) == wang
        with pytest.raises(KeyMissing):
            again.decrypt("RJ-2", encrypted["RJ-2"])
        assert again.decrypt("RJ-3", encrypted["RJ-3"]) == wang, "the backup is older than her forgetting"
        restored.append(Append("patient/RJ-3", 0, [new_event("patient-forgotten.v1")]))
        with pytest.raises(KeyMissing):
            again.decrypt("RJ-3", encrypted["RJ-3"])


def test_seals_and_time_stamps_are_restored_and_those_made_since_are_not(
    log: EventLog, tmp_path: Path, fresh_url: FreshUrl
) -> None:
    key = SealingKey(bytes(32))
    for version in range(0, 9, 3):
        log.append(append("patient/RJ-0001", version, 3))
        seal(log, key, NOW)
    stamp = {"size": 6, "authority": "authority.example", "token": b"\x30\x00\xff"}
    log.execute("insert into seal_token(size, authority, token) values (:size, :authority, :token)", stamp)
    back_up(log, tmp_path / "a.zip", NOW)
    log.append(append("patient/RJ-0001", 9, 3))
    seal(log, key, NOW)

    restore(tmp_path / "a.zip", url := fresh_url())
    with open_log(url) as restored:
        assert seals_of(restored) == seals_of(log)[:3]
        assert all(found.is_signed_by(key.public) for found in seals_of(restored))
        tokens = restored.execute("select size, authority, token from seal_token", {})
        assert [tuple(row) for row in tokens] == [tuple(stamp.values())]
        restored.append(append("patient/RJ-0001", 9, 1))
        made = seal(restored, key, NOW)
        assert made is not None
        assert (made.previous_size, made.root.hex()) == (9, root_at(restored, 10))
    assert verify_log(url).ok


def test_an_empty_log_is_copied_too(log: EventLog, tmp_path: Path, elsewhere: str) -> None:
    assert export_events(log, tmp_path / "a.jsonl").root == EMPTY_ROOT.hex()
    restore(tmp_path / "a.jsonl", elsewhere)
    with open_log(elsewhere) as restored:
        assert (restored.last_position(), restored.log_id) == (0, log.log_id)


def test_no_backup_is_written_over_and_a_failed_one_leaves_nothing(log: EventLog, tmp_path: Path) -> None:
    fill(log, 3)
    folder = tmp_path / "backups"
    folder.mkdir()
    back_up(log, folder / "a.zip", NOW)
    before = (folder / "a.zip").read_bytes()
    with pytest.raises(BackupNotWritten, match="already there"):
        back_up(log, folder / "a.zip", NOW)
    for nowhere in (tmp_path / "missing" / "a.zip", folder / "a.zip" / "b.zip", folder / ("x" * 300)):
        with pytest.raises(BackupNotWritten, match="name another"):
            export_events(log, nowhere)

    def give_up(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(log, folder / "b.zip", NOW, progress=give_up)
    assert [path.name for path in folder.iterdir()] == ["a.zip"]
    assert (folder / "a.zip").read_bytes() == before


def test_a_log_is_restored_into_an_empty_one_only(log: EventLog, tmp_path: Path, fresh_url: FreshUrl) -> None:
    fill(log, 3)
    export_events(log, file := tmp_path / "a.jsonl")
    with open_log(url := fresh_url()) as other:
        other.append(append("patient/RJ-0001", 0))
        with pytest.raises(LogNotEmpty, match=r"1 events here already.*another IMNI_HOME"):
            restore(file, url)
        assert other.last_position() == 1
    open_log(url := fresh_url()).close()
    with pytest.raises(LogNotEmpty, match=f"the copy is of {log.log_id}"):
        restore(file, url)
    restore(file, url := fresh_url())
    with pytest.raises(LogNotEmpty, match="3 events here already"):
        restore(file, url)


def test_a_consumer_that_is_ahead_of_the_log_to_be_restored_is_named(
    log: EventLog, tmp_path: Path, elsewhere: str
) -> None:
    fill(log, 3)
    export_events(log, tmp_path / "a.jsonl")
    with open_log(elsewhere, log_id=log.log_id) as emptied:
        emptied.checkpoints().advance("projection/patients", 0, 0, 99)
    with pytest.raises(LogNotEmpty, match="projection/patients has read up to 99"):
        restore(tmp_path / "a.jsonl", elsewhere)
    assert held(elsewhere) == []


def _write_on(home: Path, until: Path) -> None:
    with (trial_log := opened(home)).log:
        number = 0
        while not until.exists():
            number += 1
            keep(trial_log, f"RJ-{threading.get_native_id()}-{number}", *enrolled(death("2021-12-31")))


def replayed(trial_log: TrialLog, upto: int) -> dict[str, str]:
    """The digest of every projection as of a position."""
    rows = rows_of(trial_log, PROJECTIONS, everyone(trial_log), upto)
    return {name: digest_of(flat(found)) for name, found in rows.items()}


def test_backed_up_while_four_write_it_is_the_log_at_one_position(tmp_path: Path) -> None:
    with (trial_log := opened(home := tmp_path / "home")).log as log:
        writers = threading.Thread(target=together, args=(4, _write_on, home, stop := tmp_path / "stop"))
        writers.start()
        try:
            while log.last_position() < 300:
                assert writers.is_alive(), "the writers gave up"
            made = [back_up(log, tmp_path / f"{n}.zip", NOW + timedelta(minutes=n)).events for n in range(3)]
        finally:
            stop.touch()
            writers.join()
        assert made[0].events < made[-1].events < log.last_position()
        for number, heading in enumerate(made):
            other = tmp_path / f"home-{number}"
            shutil.copytree(home / "keys", other / "keys")
            restore(tmp_path / f"{number}.zip", f"sqlite:///{other / 'log.sqlite'}")
            assert heading.root == root_at(log, heading.events)
            with (restored := opened(other)).log:
                assert restored.log.last_position() == heading.events
                assert root_at(restored.log, heading.events) == heading.root
                rebuilt = rebuild(restored)
                assert {each.name: each.digest for each in rebuilt} == replayed(trial_log, heading.events)


def test_a_restored_log_goes_on(log: EventLog, tmp_path: Path, elsewhere: str) -> None:
    fill(log, 3)
    back_up(log, tmp_path / "a.zip", NOW)
    restore(tmp_path / "a.zip", elsewhere)
    with open_log(elsewhere) as restored:
        again = Append("patient/RJ-9", 0, [new_event()])
        assert restored.append(again).positions == range(4, 5)
        assert restored.append(again).already
        assert str(restored.read_stream("patient/RJ-0")[0].occurred_on) == str(ClinicalDate(2026, 1, 1))
