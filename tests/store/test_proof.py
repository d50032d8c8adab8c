"""Proofs: one event, a short path, a signature; whatever is changed in them is found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from store.event_log import EventLog
from store.proof import NoSuchEvent, NotAProof, NotSealed, check_proof, prove
from store.seal import PublicKeys, SealingKey, key_id
from store.sealing import seal
from tests.store.envelopes import NOW, append

KEY, OTHER = SealingKey(bytes(32)), SealingKey(b"\1" * 32)
KEYS: PublicKeys = {key_id(KEY.public): KEY.public}


@pytest.fixture
def proofs(log: EventLog) -> list[dict[str, Any]]:
    """The proofs of all events of a log of 21, sealed after the 13th and the 21st."""
    log.append(append("patient/RJ-0001", 0, 13))
    seal(log, KEY, NOW)
    log.append(append("patient/患者", 0, 8, note='复发 \\ " \n'))
    seal(log, KEY, NOW)
    return [prove(log, event.event_id, KEYS) for event in log.read_all()]


def test_every_event_has_a_proof_that_needs_no_database(proofs: list[dict[str, Any]]) -> None:
    for position, proof in enumerate(proofs, start=1):
        for keys in (KEYS, None):
            found = check_proof(json.dumps(proof), keys)
            assert (found.position, found.problems) == (position, ())
        assert proof["seal"]["size"] == (13 if position <= 13 else 21)
        assert len(proof["path"]) <= 5


def _changed(proof: dict[str, Any], *where: str | int, to: Any) -> str:
    changed = json.loads(json.dumps(proof))
    place = changed
    for step in where[:-1]:
        place = place[step]
    assert place[where[-1]] != to
    place[where[-1]] = to
    return json.dumps(changed)


@pytest.mark.parametrize(
    ("where", "to", "problem"),
    [
        (("event", "data"), '{"occurred_on":"2026-01-01","note":"another"}', "digest does not match"),
        (("event", "recorded_at"), 0, "digest does not match"),
        (("event", "stream"), "patient/RJ-0002", "digest does not match"),
        (("event", "position"), 6, "path does not lead"),
        (("event", "digest"), "00" * 32, "path does not lead"),
        (("path", 0), "00" * 32, "path does not lead"),
        (("path",), [], "path does not lead"),
        (("seal", "size"), 14, "no valid signature"),
        (("seal", "root"), "00" * 32, "no valid signature"),
        (("seal", "sealed_at"), "2020-01-01T00:00:00.000000+00:00", "no valid signature"),
        (("seal", "log_id"), "another", "no valid signature"),
        (("seal", "key_id"), OTHER.id, "which is not the one given"),
    ],
)
def test_whatever_is_changed_in_a_proof_is_found(
    proofs: list[dict[str, Any]], where: tuple[str | int, ...], to: Any, problem: str
) -> None:
    found = check_proof(_changed(proofs[4], *where, to=to), KEYS)
    assert any(problem in each for each in found.problems)


def test_the_key_that_is_held_counts_not_the_one_that_is_brought(proofs: list[dict[str, Any]]) -> None:
    others = {key_id(OTHER.public): OTHER.public}
    assert "not the one given" in check_proof(json.dumps(proofs[0]), others).problems[0]


def test_what_is_not_sealed_or_not_there_cannot_be_proved(log: EventLog) -> None:
    log.append(append("patient/RJ-0001", 0))
    (event,) = log.read_all()
    with pytest.raises(NotSealed, match="imni seal"):
        prove(log, event.event_id, KEYS)
    with pytest.raises(NoSuchEvent, match="imni history"):
        prove(log, UUID(int=1), KEYS)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "imni-proof-v2"}', "null", '"imni-proof-v1"'])
def test_what_is_no_proof_is_said_so(text: str) -> None:
    with pytest.raises(NotAProof, match="imni prove"):
        check_proof(text, None)


def _documented() -> str:
    """The program that docs/auditor.md gives to whoever does not trust ours."""
    text = (Path(__file__).parents[2] / "docs" / "auditor.md").read_text(encoding="utf-8")
    return text.partition("```python\n")[2].partition("```")[0]


def test_the_program_in_the_auditors_guide_proves_and_refuses(proofs: list[dict[str, Any]], tmp_path: Path) -> None:
    key = proofs[0]["public_key"]

    def told(text: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "proof.json").write_text(text)
        command = [sys.executable, "-c", _documented(), str(tmp_path / "proof.json"), key]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    for proof in (proofs[0], proofs[12], proofs[20]):
        found = told(json.dumps(proof))
        assert found.stdout == "proved\n", found.stderr
    assert "not in the sealed log" in told(_changed(proofs[4], "event", "data", to="{}")).stderr
    for proof, position in ((proofs[4], 37), (proofs[20], 0), (proofs[4], 6)):
        assert "not in the sealed log" in told(_changed(proof, "event", "position", to=position)).stderr
    assert "InvalidSignature" in told(_changed(proofs[4], "seal", "log_id", to="another")).stderr
