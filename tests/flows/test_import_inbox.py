"""Files dropped into the home's inbox: recorded once, none lost, none in the way of the next, no name told."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from events.follow_up import VisitDone
from events.radiotherapy import FractionDelivered
from flows.batch_import import BatchResult
from flows.batch_page import drop_folder_batch
from flows.batch_rows import FRACTIONS, VISITS, Batch
from flows.drop_folder import DropFolder
from flows.import_inbox import TakenIn, take_in
from flows.take_over_file import fingerprint
from store.sqlite_event_log import open_sqlite_log
from tests import facts
from tests.flows.site import Site, site
from tests.flows.test_batch_import import treatment_record

HEADING = "patient_id,occurred_on,visit,disease_status,assessments\n"
GOOD = "RJ-1,2020-12-10,6m,NO_EVIDENCE,CBC ECG\n"
BAD = "RJ-9,2020-12-10,6m,NO_EVIDENCE,\n"
NAME = "ZHANG_WEI_H12345"


class Dropping:
    """The drop folder of a site, and a watch that is set forward by hand."""

    def __init__(self, at: Site) -> None:
        self.at, self.now, self.inbox = at, 1000.0, at.given.settings.inbox
        self.folder = DropFolder(self.inbox, lambda: self.now)
        self.folder.make()

    def drop(self, name: str, text: str, kind: str = "visits") -> Path:
        path = self.inbox / kind / name
        path.write_text(text, encoding="utf-8")
        return path

    def done(self, kind: str = "visits") -> list[str]:
        return sorted(path.name for path in (self.inbox / kind / "done").iterdir())

    async def later(self, seconds: float = 3.0) -> list[TakenIn | None]:
        """Look, let time pass, look again, and take in what is whole."""
        self.folder.look()
        self.now += seconds
        self.folder.look()
        return [await take_in(self.at.given, self.folder, *found) for found in self.folder.whole()]


@pytest.fixture
async def dropping(tmp_path: Path) -> AsyncIterator[Dropping]:
    async with site(tmp_path) as at:
        at.has_seen("RJ-1", facts.screened())
        yield Dropping(at)


def _counts(taken: TakenIn | None) -> tuple[int, int, int]:
    assert taken is not None
    assert isinstance(taken.became, BatchResult)
    return taken.became.recorded, taken.became.unchanged, taken.became.rejected


def _visits(dropping: Dropping) -> list[str]:
    return [done.event.visit for done in dropping.at.patient("RJ-1").every(VisitDone)]


async def test_a_dropped_file_is_imported_and_moved_beside_what_was_not_taken(dropping: Dropping) -> None:
    path = dropping.drop("june.csv", HEADING + GOOD + BAD)
    called = fingerprint(path)
    (taken,) = await dropping.later()
    assert _counts(taken) == (1, 0, 1)
    (visit,) = dropping.at.patient("RJ-1").every(VisitDone)
    assert (visit.provenance.actor.id, visit.provenance.source.reference) == ("inbox", f"{called}:2")
    assert dropping.done() == ["june.csv", "june.rejects.csv"]
    assert "no such patient" in (path.parent / "done" / "june.rejects.csv").read_text()
    assert await dropping.later() == []


async def test_the_same_file_again_records_nothing_and_replaces_nothing(dropping: Dropping) -> None:
    for expected in ((1, 0, 0), (0, 1, 0)):
        dropping.drop("june.csv", HEADING + GOOD)
        (taken,) = await dropping.later()
        assert _counts(taken) == expected
    assert _visits(dropping) == ["6m"]
    assert dropping.done() == ["june-2.csv", "june.csv"]


async def test_a_file_still_being_written_is_left_alone_whatever_its_date(dropping: Dropping) -> None:
    path = dropping.drop("june.csv", HEADING + GOOD)
    dropping.drop("july.csv.part", HEADING + GOOD)
    dropping.drop(".august.csv", HEADING + GOOD)
    dropping.drop("~$june.csv", HEADING + GOOD)
    for size in range(3):
        os.utime(path, (0, 0))  # a copy keeps the date of its original
        assert await dropping.later(seconds=1.5) == []
        with path.open("a") as growing:
            growing.write(f"RJ-1,2020-12-1{size},unscheduled,NO_EVIDENCE,\n")
    os.utime(path, (4e9, 4e9))  # and the clock of a file server may be ahead
    (taken,) = await dropping.later()
    assert _counts(taken) == (4, 0, 0)


async def test_a_last_line_without_an_end_may_lack_the_rest_of_it(dropping: Dropping) -> None:
    path = dropping.drop("a.csv", "patient_id,occurred_on,number,dose_cgy\nRJ-1,2020-12-11,1,26", "fractions")
    assert await dropping.later(seconds=10) == []
    with path.open("a") as growing:
        growing.write("7")
    (taken,) = await dropping.later(seconds=21)
    assert _counts(taken) == (1, 0, 0)
    assert [one.event.dose_cgy for one in dropping.at.patient("RJ-1").every(FractionDelivered)] == [267]


async def test_what_a_slow_writer_adds_after_all_is_read_too(dropping: Dropping) -> None:
    with dropping.drop("june.csv", HEADING + GOOD).open("a") as writing:
        (taken,) = await dropping.later()
        assert _counts(taken) == (1, 0, 0)
        writing.write("RJ-1,2020-12-11,unscheduled,NO_EVIDENCE,\n")
    (again,) = await dropping.later()
    assert _counts(again) == (1, 1, 0)
    assert dropping.done() == ["june.csv"]


async def test_a_file_that_grows_while_it_is_read_is_read_again(dropping: Dropping) -> None:
    path = dropping.drop("june.csv", HEADING + GOOD + BAD)
    dropping.folder.look()

    async def grow() -> None:
        with path.open("a") as growing:
            growing.write("RJ-1,2020-12-11,unscheduled,NO_EVIDENCE,\n")

    taken, _ = await asyncio.gather(take_in(dropping.at.given, dropping.folder, VISITS, path), grow())
    assert (taken, dropping.done()) == (None, [])
    (again,) = await dropping.later()
    assert _counts(again) == (1, 1, 1)


async def test_a_file_nobody_can_use_does_not_stop_the_next(dropping: Dropping) -> None:
    folder = dropping.inbox / "fractions"
    dropping.drop("a.csv", "patient_id,dose\nRJ-1,267\n", "fractions")
    damaged = treatment_record(folder / "b.dcm", 1, "2.67").read_bytes()
    (folder / "b.dcm").write_bytes(damaged[:-40] + b"\n")
    dropping.drop(f"{'名' * 80}.csv", "张 伟\n", "fractions")
    dropping.drop("d.csv", "patient_id,occurred_on,number,dose_cgy\nRJ-1,2020-12-11,1,267\n", "fractions")
    first, second, fourth, third = await dropping.later()
    assert _counts(fourth) == (1, 0, 0)
    refused = [one.became for one in (first, second, third) if one]
    assert [isinstance(said, str) for said in refused] == [True] * 3
    assert "did you mean dose_cgy" in str(refused[0])
    assert "cut off" in str(refused[1])
    assert "has no heading" in str(refused[2])
    assert dropping.done("fractions")[:5] == ["a.csv", "a.csv.refused.txt", "b.dcm", "b.dcm.refused.txt", "d.csv"]
    assert len(dropping.done("fractions")) == 7


async def test_a_file_the_program_fails_on_is_moved_on_too(dropping: Dropping) -> None:
    path = dropping.drop(f"{NAME}.dcm", "\n", "fractions")
    dropping.folder.look()

    def trips(path: Path) -> Iterator[Mapping[str, str]]:
        raise KeyError(path.name)

    taken = await take_in(dropping.at.given, dropping.folder, replace(FRACTIONS, read=trips), path)
    assert taken is not None
    assert "the program failed on it (KeyError)" in str(taken.became)
    assert NAME not in str(taken.became)
    assert dropping.done("fractions") == [f"{NAME}.dcm", f"{NAME}.dcm.refused.txt"]


async def test_a_file_that_cannot_be_moved_waits_and_is_tried_again(
    dropping: Dropping, caplog: pytest.LogCaptureFixture
) -> None:
    done = dropping.inbox / "visits" / "done"
    done.rmdir()
    done.write_text("not a folder")
    dropping.drop(f"{NAME}.csv", HEADING + GOOD + BAD)
    dropping.drop("d.csv", "patient_id,occurred_on,number,dose_cgy\nRJ-1,2020-12-11,1,267\n", "fractions")
    with caplog.at_level(logging.WARNING):
        taken, waits = await dropping.later()
    assert (_counts(taken), waits) == ((1, 0, 0), None)
    assert "waits" in caplog.text
    assert NAME not in caplog.text
    assert await dropping.later() == [], "it is held back"
    done.unlink()
    dropping.folder.make()
    (again,) = await dropping.later(seconds=61)
    assert _counts(again) == (0, 1, 1)
    assert dropping.done() == [f"{NAME}.csv", f"{NAME}.rejects.csv"]


async def test_a_log_that_cannot_be_written_now_costs_the_file_nothing_but_time(dropping: Dropping) -> None:
    path = dropping.at.given.settings.log_path
    assert path is not None
    dropping.drop("june.csv", HEADING + GOOD)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, open_sqlite_log(path) as impatient:
        with impatient.transaction() as database:
            database.execute("pragma busy_timeout=50")
        other.execute("begin immediate")
        trial_log = replace(dropping.at.given.trial_log, log=impatient)
        dropping.folder.look()
        dropping.now += 3
        assert await take_in(replace(dropping.at.given, trial_log=trial_log), dropping.folder, *_only(dropping)) is None
    assert dropping.done() == []
    (taken,) = await dropping.later(seconds=61)
    assert _counts(taken) == (1, 0, 0)


def _only(dropping: Dropping) -> tuple[Batch, Path]:
    (found,) = dropping.folder.whole()
    return found


async def test_neither_page_nor_log_says_who_a_patient_is(dropping: Dropping, caplog: pytest.LogCaptureFixture) -> None:
    folder = dropping.inbox / "fractions"
    for name, patient_id in ((NAME, "RJ-1"), (f"{NAME}_2", "ZHANG WEI 310101"), (f"{NAME}_3", "H12345")):
        treatment_record(folder / f"{name}.dcm", 1, "2.67", PatientID=patient_id, TreatmentDate="20201210")
    dropping.drop(f"{NAME}.csv", HEADING + "ZHANG WEI 310101,2020-12-10,6m,NO_EVIDENCE,\nRJ-1,H12345\n")
    with caplog.at_level(logging.DEBUG):
        taken = await dropping.later(seconds=30)
    results = [one.became for one in taken if one and isinstance(one.became, BatchResult)]
    assert [result.rejected for result in results] == [0, 1, 1, 2]
    (given,) = dropping.at.patient("RJ-1").every(FractionDelivered)
    page = drop_folder_batch(dropping.at.clock.now(), VISITS, results, [])
    for told in (page, caplog.text, given.provenance.model_dump_json()):
        assert not [word for word in ("ZHANG", "310101", "H12345") if word in told]
    assert page.count("is not a patient id") == 2
    assert "may say who a patient is: 4." in page
