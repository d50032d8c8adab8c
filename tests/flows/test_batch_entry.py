"""Rows pasted into a form: looked at first, then recorded; the page that shows them, and what the drop folder did."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import Flow

from deployments.prefect_server import PrefectServer
from events.follow_up import VisitDone
from flows.batch_entry import BatchForm, enter_batch, import_rows
from flows.batch_page import form_batch, page_with
from flows.import_inbox import import_inbox
from flows.resources import using
from flows.take_over_file import TakeOverRefused
from store.sqlite_event_log import open_sqlite_log
from tests import facts
from tests.flows.site import Site, site

HEADING = "patient_id,occurred_on,visit,disease_status,assessments\n"
GOOD = "RJ-1,2020-12-10,6m,NO_EVIDENCE,CBC ECG\n"
BAD = "RJ-9,2020-12-10,6m,NO_EVIDENCE,\n"
NAMED = "张 伟,2020-12-10,6m,NO_EVIDENCE,\n"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as opened:
        opened.has_seen("RJ-1", facts.screened())
        yield opened


def _sent(rows: str, preview: str) -> Mapping[str, Any]:
    entry = {"kind": "visits", "rows": rows, "preview": preview}
    return {"entered_by": "li.wei", "role": "coordinator", "entry": entry}


def _form(rows: str, preview: str = "no") -> BatchForm:
    return BatchForm.model_validate(_sent(rows, preview))


def _to_copy(page: str) -> str:
    """The block to copy, as it stands on the page."""
    found = re.search(r"^~~~~csv\n(.*?)\n~~~~$", page, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


async def test_pasted_rows_are_previewed_first_and_then_recorded_under_their_author(at: Site) -> None:
    looked = import_rows(at.given, _form(HEADING + GOOD + BAD, "yes"))
    assert (looked.recorded, looked.rejected, looked.dry_run) == (1, 1, True)
    assert not at.patient("RJ-1").every(VisitDone)
    assert "preview, nothing is written" in form_batch(at.clock.now(), "li.wei", looked)
    taken = import_rows(at.given, _form(HEADING + GOOD + BAD))
    (visit,) = at.patient("RJ-1").every(VisitDone)
    assert (visit.provenance.actor.id, visit.provenance.source.kind) == ("li.wei", "form")
    assert taken.problems[0].startswith("visits:3, column patient")


async def test_rows_not_taken_stand_on_the_page_to_be_mended_and_entered_again(at: Site) -> None:
    rows = HEADING + GOOD + "RJ-1,2020-13-11,unscheduled,,CBC\n" + NAMED + "RJ-1,~~~~,x\n"
    page = form_batch(at.clock.now(), "li.wei", import_rows(at.given, _form(rows)))
    assert re.search(r"\| 3 \| occurred_on \| 2020-13-11 \| .*is not in the calendar", page)
    assert "| 3 | disease_status |  | is missing: fill it in |" in page
    assert "| 4 | patient_id |  | is not a patient id" in page
    assert "| 5 | disease_status |  | is missing: the row has 3 cells, the heading 5" in page
    assert "may say who a patient is: 2." in page
    assert not {"张", "伟"} & set(page)
    mended = _to_copy(page).replace("2020-13-11,unscheduled,,", "2020-12-11,unscheduled,NO_EVIDENCE,")
    again = import_rows(at.given, _form(mended))
    assert (again.recorded, again.rejected) == (1, 0)
    assert [visit.event.visit for visit in at.patient("RJ-1").every(VisitDone)] == ["6m", "unscheduled"]


async def test_a_text_without_a_heading_is_refused_and_not_quoted(at: Site) -> None:
    for text in (NAMED, NAMED.replace(",", ";"), NAMED.replace(",", "\t")):
        with pytest.raises(TakeOverRefused) as refused:
            import_rows(at.given, _form(text))
        assert "has no heading; the first line names the columns: patient_id, occurred_on" in str(refused.value)
        assert not {"张", "伟"} & set(str(refused.value))


async def test_the_page_keeps_the_batches_before_and_stays_small(at: Site) -> None:
    many = "".join(f"RJ-1,20{number:04}-{'坏' * 9},6m,NO_EVIDENCE,CBC ECG\n" for number in range(900))
    page = None
    good, bad, long = (
        form_batch(at.clock.now(), "li.wei", import_rows(at.given, _form(HEADING + rows))) for rows in (GOOD, BAD, many)
    )
    for batch in (good, bad, long):
        page = page_with([batch], page)
    assert page is not None
    assert len(page.encode()) < 300_000
    assert page.index("| 900 | 0 | 0 | 900 |") < page.index("RJ-9") < page.index("| 1 | 1 | 0 | 0 |")
    assert re.search(r"[0-9]+ more are not shown: mend these and enter the rest again", page)
    for _ in range(2):
        page = page_with([long], page)
    assert len(page.encode()) < 300_000
    for _ in range(30):
        page = page_with(["2020-12-12 09:00 · Visits"], page)
    assert page.count("\n## ") == 20


async def test_a_log_that_is_held_is_said_in_a_sentence(at: Site) -> None:
    path = at.given.settings.log_path
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as other, open_sqlite_log(path) as impatient:
        with impatient.transaction() as database:
            database.execute("pragma busy_timeout=50")
        other.execute("begin immediate")
        with using(replace(at.given, trial_log=replace(at.given.trial_log, log=impatient))):
            state = await enter_batch.fn(_form(HEADING + GOOD))
    assert re.fullmatch(
        "Not finished: .+ Send the rows again; what is on record is not recorded twice.", str(state.message)
    )


@pytest.mark.prefect
async def test_form_and_drop_folder_show_on_one_page(at: Site, prefect_server: PrefectServer) -> None:
    told = await _message(prefect_server, enter_batch, {"form": _sent(HEADING + BAD, "no")})
    assert told == "0 recorded, 0 on record already, 1 rejected. Row by row: /pages/batch"
    folder = at.given.settings.inbox / "visits"
    (folder / "done").mkdir(parents=True)
    (folder / "zhang_wei.csv").write_text(HEADING + GOOD + BAD.replace("6m", "9m"), encoding="utf-8")
    (folder / "zhang_li.csv").write_text("zhang\n", encoding="utf-8")
    told = await _message(prefect_server, import_inbox, {})
    assert told == (
        "Files: 2. 1 recorded, 0 on record already, 1 rejected. 1 could not be used. Row by row: /pages/batch"
    )
    asked = {"artifacts": {"key": {"any_": ["batch"]}}, "sort": "CREATED_DESC", "limit": 1}
    (page,) = [found["data"] for found in httpx.post(f"{prefect_server.api_url}/artifacts/filter", json=asked).json()]
    assert "RJ-9,2020-12-10,9m" in _to_copy(page)
    assert "RJ-9,2020-12-10,6m" in page[page.index("by li.wei: recorded") :]
    assert "zhang" not in page
    assert "Not used: file" in page


async def _message(server: PrefectServer, flow: Flow[..., Any], parameters: Mapping[str, Any]) -> str:
    """What the run of a flow says of itself in the interface."""
    state = await flow(**parameters, return_state=True)
    run = httpx.get(f"{server.api_url}/flow_runs/{state.state_details.flow_run_id}").json()
    return str(run["state"]["message"])


def test_the_form_asks_as_every_form_does() -> None:
    parameters: dict[str, Any] = enter_batch.parameters.model_dump()
    assert list(parameters["properties"]) == ["form"]
    rows = parameters["definitions"]["BatchRows"]["properties"]
    assert rows["preview"]["enum"] == ["yes", "no"]
    assert rows["preview"]["default"] == "yes"
    assert "DICOM" in rows["rows"]["description"]
    assert all("title" in asked for asked in rows.values())
