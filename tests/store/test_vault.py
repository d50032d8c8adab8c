"""The vault: only the patient's own key reads who she is, and once she is forgotten nothing does."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.rejections import Implausible
from events.consent import EncryptedIdentity
from store.event_log import Append, EventLog
from store.identity import Identity, read_identity
from store.open_log import open_log
from store.sqlite_event_log import SqliteEventLog
from store.vault import KeyMissing, OtherMasterKey, Vault, holds_keys
from tests.postgres import Postgres
from tests.store.envelopes import minutes_later, new_event
from tests.store.processes import together

MASTER, OTHER = bytes(range(32)), bytes(32)
WANG = Identity(name="王芳", telephone="13912345678", record_number="B-7788123")
_WRAPPED = "select wrapped_key, destroyed_at from patient_key where patient_id = :patient_id"


def _key_of(log: EventLog, patient_id: str = "RJ-1") -> tuple[bytes | None, int | None]:
    ((wrapped, destroyed_at),) = log.execute(_WRAPPED, {"patient_id": patient_id})
    return wrapped, destroyed_at


def _forget(log: EventLog, patient_id: str = "RJ-1") -> None:
    stream = f"patient/{patient_id}"
    log.append(Append(stream, log.version(stream), [new_event("patient-forgotten.v1", at=minutes_later(5))]))


@pytest.fixture
def vault(log: EventLog) -> Vault:
    """A vault in which Wang Fang is RJ-1."""
    return Vault(log, MASTER)


def test_what_was_encrypted_is_read_with_the_same_master_key_only(log: EventLog, vault: Vault) -> None:
    encrypted = vault.encrypt("RJ-1", WANG)
    assert Vault(log, MASTER).decrypt("RJ-1", encrypted) == WANG
    with pytest.raises(OtherMasterKey, match="safe copy"):
        Vault(log, OTHER)


def test_neither_log_nor_table_holds_a_word_of_it(log: EventLog, vault: Vault) -> None:
    encrypted = vault.encrypt("RJ-1", WANG)
    wrapped, _ = _key_of(log)
    for kept in (b64decode(encrypted.ciphertext), wrapped or b""):
        assert not any(word.encode() in kept for word in WANG.said().values())


def test_the_ciphertext_does_not_tell_how_long_a_name_is(vault: Vault) -> None:
    lengths = {len(vault.encrypt("RJ-1", Identity(name=name)).ciphertext) for name in ("Li", "王芳", "Ng" * 50)}
    assert len(lengths) == 1


def test_the_same_identity_is_never_encrypted_alike_but_with_the_same_key(vault: Vault) -> None:
    first, again = vault.encrypt("RJ-1", WANG), vault.encrypt("RJ-1", WANG)
    assert first.ciphertext != again.ciphertext
    assert first.key_id == again.key_id != vault.encrypt("RJ-2", WANG).key_id


def test_a_ciphertext_moved_to_another_patient_or_changed_is_refused(vault: Vault) -> None:
    hers, another = vault.encrypt("RJ-1", WANG), vault.encrypt("RJ-2", Identity(name="李梅"))
    with pytest.raises(KeyMissing, match="RJ-2"):
        vault.decrypt("RJ-2", hers)
    with pytest.raises(KeyMissing, match="say again who she is"):
        vault.decrypt("RJ-2", EncryptedIdentity(key_id=another.key_id, ciphertext=hers.ciphertext))
    changed = bytearray(b64decode(hers.ciphertext))
    changed[40] ^= 1
    with pytest.raises(KeyMissing, match="say again who she is"):
        vault.decrypt("RJ-1", EncryptedIdentity(key_id=hers.key_id, ciphertext=b64encode(changed).decode()))


def test_a_key_moved_to_another_patient_opens_nothing(log: EventLog, vault: Vault) -> None:
    encrypted = vault.encrypt("RJ-1", WANG)
    wrapped, _ = _key_of(log)
    log.execute("insert into patient_key(patient_id, wrapped_key) values ('RJ-2', :key)", {"key": wrapped})
    with pytest.raises(OtherMasterKey):
        vault.decrypt("RJ-2", encrypted)


def _read_by(url: str) -> str:
    """What one of several processes ends up with when all identify the same patient at once."""
    with open_log(url) as log:
        return Vault(log, MASTER).encrypt("RJ-1", WANG).key_id


def test_eight_processes_that_identify_her_at_once_use_one_key(url: str) -> None:
    with open_log(url):
        pass
    assert len(set(together(8, _read_by, url))) == 1


def test_forgetting_destroys_the_key_in_the_same_transaction(log: EventLog, vault: Vault) -> None:
    encrypted = vault.encrypt("RJ-1", WANG)
    vault.encrypt("RJ-2", WANG)
    before, _ = _key_of(log)
    _forget(log)
    assert _key_of(log) == (None, next(log.read_all()).recorded_at.timestamp() * 1_000_000)
    assert _key_of(log, "RJ-2")[0] is not None
    for reading in (Vault(log, MASTER).decrypt, vault.decrypt):
        with pytest.raises(KeyMissing, match="RJ-1"):
            reading("RJ-1", encrypted)
    with pytest.raises(KeyMissing, match="forgotten"):
        vault.encrypt("RJ-1", WANG)
    with pytest.raises(InvalidTag):
        AESGCM(MASTER).decrypt(b64decode(encrypted.ciphertext)[:12], b64decode(encrypted.ciphertext)[12:], None)
    assert before is not None


def test_an_append_that_is_refused_destroys_no_key(log: EventLog, vault: Vault) -> None:
    vault.encrypt("RJ-1", WANG)
    kept = _key_of(log)
    with pytest.raises(Exception, match="version"):
        log.append(Append("patient/RJ-1", 7, [new_event("patient-forgotten.v1")]))
    assert _key_of(log) == kept


def test_who_was_never_identified_can_be_forgotten_and_never_gets_a_key(log: EventLog, vault: Vault) -> None:
    _forget(log)
    assert _key_of(log)[0] is None
    assert not holds_keys(log)
    with pytest.raises(KeyMissing, match="forgotten"):
        vault.encrypt("RJ-1", WANG)


def test_a_key_in_an_older_copy_does_not_outlive_the_forgetting(log: EventLog, vault: Vault) -> None:
    """A copy of the table from before, put beside a log that knows of the forgetting."""
    vault.encrypt("RJ-1", WANG)
    wrapped, _ = _key_of(log)
    _forget(log)
    values = {"patient_id": "RJ-1", "key": wrapped}
    with pytest.raises(Exception, match="key"):
        log.execute("insert into patient_key(patient_id, wrapped_key) values (:patient_id, :key)", values)
    assert _key_of(log)[0] is None


@pytest.mark.parametrize(
    ("said", "mentions"),
    [
        ("{}", "nothing is said"),
        ('{"name": "  "}', "nothing is said"),
        ('{"name": "王芳", "phone": "13912345678"}', "not permitted"),
        ('{"王芳": "name"}', "not permitted"),
        ('{"name": 13912345678}', "name: "),
        ('{"name": "王芳"', "JSON"),
        ('"王芳"', "object"),
        (json.dumps({"name": "王芳" * 101}), "name: "),
        (b"\xff\xfe", "JSON"),
    ],
)
def test_an_identity_that_cannot_be_used_is_refused_without_repeating_it(said: str | bytes, mentions: str) -> None:
    with pytest.raises(Implausible, match=mentions) as refused:
        read_identity(said)
    assert "王芳" not in str(refused.value)
    assert "1391234" not in str(refused.value)
    assert refused.value.__cause__ is None is refused.value.__context__


SHOWN: tuple[Callable[[object], str], ...] = (repr, str, lambda value: f"{value}", lambda value: f"{[value]}")


@pytest.mark.parametrize("shown", SHOWN)
def test_an_identity_is_never_shown_by_accident(shown: Callable[[object], str]) -> None:
    assert "王芳" not in shown(WANG)
    assert "139" not in shown(WANG)


def test_no_byte_of_a_destroyed_key_is_left_in_the_files(sqlite_log: SqliteEventLog, path: Path) -> None:
    vault = Vault(sqlite_log, MASTER)
    for patient_id in ("RJ-1", "RJ-2"):
        vault.encrypt(patient_id, WANG)
    wrapped, _ = _key_of(sqlite_log)
    assert wrapped is not None
    _forget(sqlite_log)
    assert sqlite_log.wipe()
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert wrapped[:16] not in kept
    assert wrapped[-16:] not in kept


def test_postgresql_lets_go_of_the_page_that_held_the_key(postgres: Postgres) -> None:
    with open_log(postgres.new_log()) as log:
        vault = Vault(log, MASTER)
        encrypted = vault.encrypt("RJ-2", WANG)
        vault.encrypt("RJ-1", WANG)
        file = "select pg_relation_filepath('patient_key')"
        before = log.execute(file, {})
        _forget(log)
        assert log.wipe()
        assert log.execute(file, {}) != before
        assert vault.decrypt("RJ-2", encrypted) == WANG
