"""Files dropped into the home's inbox, and rows pasted into a form: recorded once, bad rows set apart."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from events.follow_up import VisitDone
from events.radiotherapy import FractionDelivered
from flows.batch_entry import BatchForm, batch_page, enter_batch, import_rows
from flows.import_inbox import make_inbox, take_in, waiting
from tests import facts
from tests.flows.site import Site, site

VISITS = "patient_id,occurred_on,visit,disease_status,assessments\n"
GOOD = "RJ-1,2020-12-10,6m,NO_EVIDENCE,CBC ECG\n"
BAD = "RJ-9,2020-12-10,6m,NO_EVIDENCE,\n"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as opened:
        opened.has_seen("RJ-1", facts.screened())
        make_inbox(opened.given)
        yield opened


def _drop(at: Site, kind: str, name: str, text: str, *, seconds_ago: int = 60) -> Path:
    path = at.given.settings.inbox / kind / name
    path.write_text(text, encoding="utf-8")
    written = path.stat().st_mtime - seconds_ago
    os.utime(path, (written, written))
    return path


def _run(at: Site) -> list[str]:
    return [take_in(at.given, batch, path) for batch, path in list(waiting(at.given))]


async def test_a_dropped_file_is_imported_and_moved_beside_what_was_not_taken(at: Site) -> None:
    _drop(at, "visits", "june.csv", VISITS + GOOD + BAD)
    assert _run(at) == ["june.csv: 1 recorded, 0 on record already, 1 rejected"]
    (visit,) = at.patient("RJ-1").every(VisitDone)
    assert (visit.provenance.actor.id, visit.provenance.source.reference) == ("inbox", "june.csv:2")
    done = at.given.settings.inbox / "visits" / "done"
    assert sorted(path.name for path in done.iterdir()) == ["june.csv", "june.rejects.csv"]
    assert "no such patient" in (done / "june.rejects.csv").read_text()
    assert _run(at) == []


async def test_the_same_file_again_records_nothing_and_replaces_nothing(at: Site) -> None:
    said: list[list[str]] = []
    for _ in range(2):
        _drop(at, "visits", "june.csv", VISITS + GOOD)
        said.append(_run(at))
    assert said[1] == ["june.csv: 0 recorded, 1 on record already, 0 rejected"]
    assert len(at.patient("RJ-1").every(VisitDone)) == 1
    assert len(list((at.given.settings.inbox / "visits" / "done").iterdir())) == 2


async def test_a_file_still_being_written_is_left_alone(at: Site) -> None:
    _drop(at, "visits", "june.csv", VISITS, seconds_ago=0)
    _drop(at, "visits", "july.csv.part", VISITS)
    _drop(at, "visits", ".august.csv", VISITS)
    assert _run(at) == []


async def test_a_file_nobody_can_use_does_not_stop_the_next(at: Site) -> None:
    _drop(at, "fractions", "a.csv", "patient_id,dose\nRJ-1,267\n")
    _drop(at, "fractions", "b.csv", "patient_id,occurred_on,number,dose_cgy\nRJ-1,2020-12-11,1,267\n")
    refused, taken = _run(at)
    assert "did you mean dose_cgy" in refused
    assert taken.startswith("b.csv: 1 recorded")
    assert "dose" in (at.given.settings.inbox / "fractions" / "done" / "a.csv.refused.txt").read_text()
    assert len(at.patient("RJ-1").every(FractionDelivered)) == 1


def _form(rows: str, preview: str) -> BatchForm:
    entry = {"kind": "visits", "rows": rows, "preview": preview}
    return BatchForm.model_validate({"entered_by": "li.wei", "role": "coordinator", "entry": entry})


async def test_pasted_rows_are_previewed_first_and_then_recorded_under_their_author(at: Site) -> None:
    looked = import_rows(at.given, _form(VISITS + GOOD + BAD, "yes"))
    assert (looked.recorded, looked.rejected, looked.dry_run) == (1, 1, True)
    assert not at.patient("RJ-1").every(VisitDone)
    assert "preview, nothing is written" in batch_page("visits", looked)
    taken = import_rows(at.given, _form(VISITS + GOOD + BAD, "no"))
    (visit,) = at.patient("RJ-1").every(VisitDone)
    assert (visit.provenance.actor.id, visit.provenance.source.kind) == ("li.wei", "form")
    assert "visits.csv:3, column patient" in batch_page("visits", taken)


def test_the_form_asks_as_every_form_does() -> None:
    parameters: dict[str, Any] = enter_batch.parameters.model_dump()
    assert list(parameters["properties"]) == ["form"]
    rows = parameters["definitions"]["BatchRows"]["properties"]
    assert rows["preview"]["enum"] == ["yes", "no"]
    assert rows["preview"]["default"] == "yes"
    assert all("title" in asked for asked in rows.values())
