"""One stored event of every version ever written. The files are never edited: what was stored must read for ever."""

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from events.catalogue import CATALOGUE, encode, read
from events.clinical_date import ClinicalDate
from events.recorded import Provenance, StoredEvent
from events.upcasting import UPCASTS

GOLDEN = Path(__file__).parents[1] / "golden"
DIGESTS: dict[str, str] = json.loads((GOLDEN / "digests.json").read_text())
FILES = {path.name.removesuffix(".json"): path for path in GOLDEN.glob("*.v*.json")}


def _stored(golden: dict[str, Any]) -> StoredEvent:
    return StoredEvent(
        position=golden["position"],
        stream=golden["stream"],
        version=golden["version"],
        event_id=UUID(golden["event_id"]),
        type=golden["type"],
        occurred_on=ClinicalDate.parse(golden["data"]["occurred_on"]),
        recorded_at=datetime.fromisoformat(golden["recorded_at"]),
        provenance=Provenance.model_validate(golden["provenance"]),
        causation_id=None,
        correlation_id=None,
        visibility=golden["visibility"],
        data=json.dumps(golden["data"], separators=(",", ":"), ensure_ascii=False).encode(),
        digest=b"",
    )


def test_every_event_version_has_a_golden_file() -> None:
    assert set(CATALOGUE) | set(UPCASTS) == set(FILES), "write the missing tests/golden/<wire name>.json"


def test_no_golden_file_was_ever_edited() -> None:
    digests = {name: sha256(path.read_bytes()).hexdigest() for name, path in sorted(FILES.items())}
    assert digests == DIGESTS, "restore what was changed; for a new file add its digest to digests.json"


@pytest.mark.parametrize("wire_name", FILES)
def test_a_stored_event_reads_for_ever(wire_name: str) -> None:
    stored = _stored(json.loads(FILES[wire_name].read_text()))
    recorded = read(stored)
    assert stored.type == wire_name
    assert recorded.occurred_on == stored.occurred_on
    assert recorded.event.visibility == stored.visibility
    assert (recorded.position, recorded.stream, recorded.version) == (stored.position, stored.stream, stored.version)
    assert (recorded.event_id, recorded.recorded_at) == (stored.event_id, stored.recorded_at)
    assert recorded.provenance.actor.id == "li.wei"
    if wire_name not in UPCASTS:
        assert encode(recorded.event) == stored.data
