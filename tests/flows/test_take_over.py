"""Importing files: into a real log, through the function the command line calls, and through `imni` itself."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.patient import Patient
from events.recorded import Source
from flows.take_over import ImportResult, TakeOverRefused, import_file
from flows.take_over_file import fingerprint
from store.integrity import verify_file
from store.transact import Entry, TrialLog
from tests.facts import consented, day, eligibility_confirmed, eligible, screened
from tests.store.trial_logs import LI_WEI, keep, opened

_IMNI = Path(sys.executable).with_name("imni")
_HEADING = "patient_id,randomised_on,arm,birth_date,grade,last_assessed_on,died_on"
_ROWS = (
    "RJ-1,2021-01-10,IMNI,1970-03-15,2,2022-01-10,",
    "RJ-2,2021-02-10,OMIT,,3,2022,2022-06",
    "RJ-3,2021-03,OMIT,1980,1,,",
)


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    """The log of an installation."""
    with (trial_log := opened(tmp_path / "home")).log:
        yield trial_log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file to import."""
    return tmp_path / "old.csv"


def by_import(reference: str) -> Entry:
    return replace(LI_WEI, source=Source(kind="import", reference=reference))


def take(trial_log: TrialLog, path: Path, *rows: str, heading: str = _HEADING, **options: Any) -> ImportResult:
    """Import a file of these rows."""
    path.write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
    return import_file(trial_log, path, by_import, **options)


def facts_on_record(trial_log: TrialLog, patient_id: str) -> list[str]:
    return [f"{e.event.type} {e.event.model_dump_json()}" for e in trial_log.patient(patient_id).history]


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    """Added, extended, unchanged, rejected."""
    return result.patients_added, result.patients_extended, result.patients_unchanged, result.rejected


def test_every_fact_says_the_file_and_row_it_comes_from(trial_log: TrialLog, path: Path) -> None:
    result = take(trial_log, path, "", *_ROWS, " , ,,,,,", "")
    assert counts(result) == (3, 0, 0, 0)
    assert (result.rows, result.events, result.reject_file) == (3, 4 + 5 + 3, None)
    for line, patient_id in enumerate(("RJ-1", "RJ-2", "RJ-3"), start=3):
        provenances = [entry.provenance for entry in trial_log.patient(patient_id).history]
        assert {(p.source.kind, p.source.reference, p.actor.id) for p in provenances} == {
            ("import", f"{fingerprint(path)}:{line}", "li.wei")
        }


def test_imported_again_nothing_is_added(trial_log: TrialLog, path: Path) -> None:
    take(trial_log, path, *_ROWS)
    position = trial_log.log.last_position()
    again = take(trial_log, path, *reversed(_ROWS))
    assert counts(again) == (0, 0, 3, 0)
    assert (again.events, trial_log.log.last_position()) == (0, position)


def test_an_extended_file_adds_what_is_new(trial_log: TrialLog, path: Path) -> None:
    take(trial_log, path, *_ROWS)
    result = take(
        trial_log,
        path,
        "RJ-1,2021-01-10,IMNI,1970-03-15,2,2023-01-10,2023-02-01",
        *_ROWS[1:],
        "RJ-4,2021-03-10,IMNI,,,,",
    )
    assert counts(result) == (1, 1, 2, 0)
    assert result.events == 2 + 2
    assert [e.event.type for e in trial_log.patient("RJ-1").history[-2:]] == [
        "disease-assessed.v1",
        "death-reported.v1",
    ]


def test_a_changed_fact_refuses_its_row_and_nothing_of_it_is_written(trial_log: TrialLog, path: Path) -> None:
    take(trial_log, path, *_ROWS)
    before = facts_on_record(trial_log, "RJ-2")
    result = take(trial_log, path, _ROWS[0], "RJ-2,2021-02-10,IMNI,,3,2023-05-05,2022-06", _ROWS[2])
    assert counts(result) == (0, 0, 2, 1)
    assert facts_on_record(trial_log, "RJ-2") == before
    (problem,) = result.problems
    entry = next(e for e in trial_log.patient("RJ-2").history if e.event.type.startswith("allocation"))
    assert str(problem) == (
        f"old.csv row 3, column arm 'IMNI': is already on record otherwise: OMIT (entry {entry.event_id}). If the "
        "record is wrong, use correct-entry on that entry; if this is wrong, mend it here"
    )


def test_what_a_form_has_reported_otherwise_is_refused_in_the_columns_of_the_file(
    trial_log: TrialLog, path: Path
) -> None:
    keep(trial_log, "RJ-1", screened("2020-12-01"), consented("2021-01-05", form_version="", language="zh"))
    heading = "patient_id,consented_on,last_alive_on"
    result = take(trial_log, path, "RJ-1,2021-01-06,2022-01-01", heading=heading)
    assert counts(result) == (0, 0, 0, 1)
    (problem,) = result.problems
    assert (problem.problem.column, problem.problem.value) == ("consented_on", "2021-01-06")
    assert "already on record otherwise" in problem.problem.problem
    assert len(trial_log.patient("RJ-1").history) == 2


def test_who_was_randomised_here_keeps_that_allocation(trial_log: TrialLog, path: Path) -> None:
    from domain.decisions.randomisation import RandomisePatient

    keep(trial_log, "RJ-1", *eligible(), eligibility_confirmed())
    trial_log.transact("RJ-1", RandomisePatient(occurred_on=day("2021-01-10")), LI_WEI)
    version = len(trial_log.patient("RJ-1").history)
    result = take(trial_log, path, _ROWS[0])
    assert counts(result) == (0, 0, 0, 1)
    assert result.problems[0].problem.column == "arm"
    assert "randomised by this engine" in str(result.problems[0])
    assert len(trial_log.patient("RJ-1").history) == version


def test_a_patient_who_stands_twice_is_not_taken_from_either_row(trial_log: TrialLog, path: Path) -> None:
    result = take(trial_log, path, _ROWS[0], _ROWS[1], "RJ-1,2021-01-10,OMIT,,9,,")
    assert counts(result) == (1, 0, 0, 2)
    assert not trial_log.patient("RJ-1").history
    assert [str(problem) for problem in result.problems] == [
        "old.csv row 2, column patient_id 'RJ-1': stands in row 4 too; put a patient's facts in one row",
        "old.csv row 4, column grade '9': should be less than or equal to 3; mend the cell, or leave it empty when it "
        "is not known",
        "old.csv row 4, column patient_id 'RJ-1': stands in row 2 too; put a patient's facts in one row",
    ]


_BAD = ("RJ-4,2031-01-10,A,,4,,", "RJ-5,2021-01-10,IMNI", "RJ 6,2021-01-10,IMNI,,,,x,y")


def test_good_rows_are_kept_and_bad_ones_set_apart_to_be_mended_and_imported(trial_log: TrialLog, path: Path) -> None:
    result = take(trial_log, path, _ROWS[0], *_BAD, _ROWS[1])
    assert counts(result) == (2, 0, 0, 3)
    rejects = path.with_name("old.rejects.csv")
    assert result.reject_file == str(rejects)
    with rejects.open(encoding="utf-8", newline="") as file:
        heading, *rejected = list(csv.reader(file))
    assert heading == ["row", "problem", *_HEADING.split(",")]
    assert [[row[0], *row[2:]] for row in rejected] == [
        [line, *cells.split(",")] for line, cells in zip("345", _BAD, strict=True)
    ]
    assert rejected[0][1] == " | ".join(str(problem.problem) for problem in result.problems if problem.row == 3)
    _mend_and_import(trial_log, rejects)


def _mend_and_import(trial_log: TrialLog, rejects: Path) -> None:
    text = rejects.read_text(encoding="utf-8")
    text = text.replace("2031-01-10,A,,4", "2021-01-10,IMNI,,3").replace("RJ-5,2021-01-10,IMNI", "RJ-5,,,,,2021,")
    rejects.write_text(text.replace("RJ 6,2021-01-10,IMNI,,,,x,y", "RJ-6,2021-01-10,IMNI,,,,"), encoding="utf-8")
    result = import_file(trial_log, rejects, by_import)
    assert counts(result) == (3, 0, 0, 0)
    assert trial_log.patient("RJ-4").history[0].provenance.source.reference == f"{fingerprint(rejects)}:2"


def test_the_problems_of_a_row_in_the_summary(trial_log: TrialLog, path: Path) -> None:
    summary = take(trial_log, path, *_BAD).summary()
    json.dumps(summary)
    told = [(p["row"], p["column"], p["value"]) for p in summary["problems"]]
    assert told == [
        (2, "randomised_on", "2031-01-10"),
        (2, "arm", "A"),
        (2, "grade", "4"),
        (3, "birth_date", ""),
        (4, "died_on", "x,y"),
    ]


def test_a_dry_run_foresees_the_numbers_and_writes_nothing(trial_log: TrialLog, path: Path) -> None:
    take(trial_log, path, *_ROWS[:2])
    rows = (_ROWS[0], "RJ-2,2021-02-10,IMNI,,3,2022,2022-06", _ROWS[2], *_BAD, "RJ-9,2021-02-10,OMIT,,,2022-05-05,")
    path.with_name("old.rejects.csv").unlink(missing_ok=True)
    files, position = sorted(path.parent.iterdir()), trial_log.log.last_position()
    foreseen = take(trial_log, path, *rows, dry_run=True)
    assert (sorted(path.parent.iterdir()), trial_log.log.last_position()) == (files, position)
    real = take(trial_log, path, *rows)
    assert replace(foreseen, dry_run=False, reject_file=real.reject_file) == real
    assert trial_log.log.last_position() == position + foreseen.events
    assert counts(real) == (2, 0, 1, 4)


def test_progress_counts_every_row(trial_log: TrialLog, path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))

    take(trial_log, path, *_ROWS, _BAD[0], progress=progress)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


_MIXED = (*_ROWS, *_BAD, "RJ-1,2021-01-10,IMNI,,,,", "RJ-9,2021-02-10,OMIT,,,2022,")


def recorded_of(folder: Path, rows: Sequence[str]) -> dict[str, list[str]]:
    """What an import of these rows alone puts on record, by patient."""
    with (trial_log := opened(folder / "home")).log:
        take(trial_log, folder / "old.csv", *rows)
        return {f"RJ-{number}": facts_on_record(trial_log, f"RJ-{number}") for number in (1, 2, 3, 4, 5, 9)}


@settings(max_examples=15, deadline=None)
@given(rows=st.permutations(_MIXED))
def test_the_order_of_rows_changes_nothing_about_a_patient(
    rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    in_order = recorded_of(tmp_path_factory.mktemp("order"), _MIXED)
    assert [len(facts) for facts in in_order.values()] == [0, 5, 3, 0, 0, 3]
    assert recorded_of(tmp_path_factory.mktemp("order"), rows) == in_order


@pytest.mark.parametrize(
    ("content", "mentions"),
    [
        (b"", "has no heading"),
        (b"\n\n", "has no heading"),
        (b"randomised_on,arm\n", "has no column patient_id"),
        (b"patient_id,gradee\nA,1\n", "column 'gradee' is not known; did you mean grade?"),
        (b"Patient_ID,arm\n", "did you mean patient_id?"),
        (b"patient_id,blood type\n", "the columns are patient_id, randomised_on"),
        (b"patient_id,arm,\n", "column '' is not known"),
        (b"patient_id,arm,grade,arm\n", "column 'arm' stands twice"),
        (b"patient_id;arm;grade\n", "commas between the cells"),
        (b"patient_id\tarm\n", "commas between the cells"),
        (b'patient_id,arm\nA,"IMNI\n', "line 2: is not CSV"),
        (b'patient_id,arm\nA,"IMNI"x\n', "line 2: is not CSV"),
        ("patient_id,her2\nA,阳性\n".encode("gb18030"), "save it as CSV UTF-8"),
        ("patient_id,arm\n".encode("utf-16"), "save it as CSV UTF-8"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(trial_log: TrialLog, path: Path, content: bytes, mentions: str) -> None:
    path.write_bytes(content)
    with pytest.raises(TakeOverRefused) as refused:
        import_file(trial_log, path, by_import)
    assert mentions in str(refused.value)
    assert str(refused.value).startswith("old.csv")
    assert trial_log.log.last_position() == 3


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfpatient_id,died_on\nA,2021\n",
        b"patient_id,died_on\r\nA,2021\r\n",
        b"patient_id,died_on\rA,2021\r",
        b'"patient_id", died_on\n"A",2021',
        b"died_on,patient_id\n 2021 , A \n\n\n,\n",
        "patient_id,her2,died_on\nA,阳性\u2028+,2021\n".encode(),
        b'patient_id,her2,died_on\nA,"2+, see\nreport",2021\n',
        b"problem,patient_id,row,died_on\nwas wrong,A,17,2021\n",
    ],
)
def test_files_as_spreadsheets_write_them(trial_log: TrialLog, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert counts(import_file(trial_log, path, by_import)) == (1, 0, 0, 0)
    death = trial_log.patient("A").death
    assert death is not None
    assert str(death.occurred_on) == "2021"


def test_a_heading_alone_is_a_file_of_nobody(trial_log: TrialLog, path: Path) -> None:
    result = take(trial_log, path)
    assert (result.rows, counts(result), result.problems) == (0, (0, 0, 0, 0), ())


def test_files_that_cannot_be_read_or_places_that_cannot_be_written(trial_log: TrialLog, path: Path) -> None:
    for there, mentions in ((path, "no such file"), (path.parent, "cannot be read")):
        with pytest.raises(TakeOverRefused, match=mentions):
            import_file(trial_log, there, by_import)
    for rejects, mentions in ((path.parent / "no" / "r.csv", "no such folder"), (path, "would replace the file")):
        with pytest.raises(TakeOverRefused, match=mentions):
            take(trial_log, path, *_ROWS, *_BAD, reject_path=rejects)
        assert trial_log.log.last_position() == 3
    with pytest.raises(TakeOverRefused, match=r"cannot be written.*good rows were imported"):
        take(trial_log, path, *_ROWS, *_BAD, reject_path=path.parent)
    assert trial_log.patient("RJ-1").history


def imni(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "IMNI_HOME": str(home)}
    return subprocess.run([_IMNI, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_console_script_tells_by_its_exit_status(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    path.write_text("\n".join((_HEADING, *_ROWS)), encoding="utf-8")
    called = fingerprint(path)
    fine = imni(home, "import", str(path), "--json")
    assert (fine.returncode, fine.stderr) == (0, "")
    assert json.loads(fine.stdout)["patients_added"] == 3
    path.write_text("\n".join((_HEADING, *_ROWS, *_BAD)), encoding="utf-8")
    bad = imni(home, "import", str(path), "--rejects", str(tmp_path / "mend.csv"))
    assert bad.returncode == 1
    assert "old.csv row 5, column grade '4': should be less than or equal to 3" in bad.stdout
    assert len((tmp_path / "mend.csv").read_text(encoding="utf-8").splitlines()) == 4
    refused = imni(home, "import", str(tmp_path / "none.csv"))
    assert refused.returncode == 2
    assert "no such file" in refused.stderr
    assert "Traceback" not in refused.stderr + bad.stderr
    last = json.loads(imni(home, "history", "RJ-3", "--json").stdout)[-1]
    assert last["source"] == {"kind": "import", "reference": f"{called}:4"}


def test_killed_in_the_middle_only_whole_patients_are_there(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    opened(home).log.close()
    rows = [f"RJ-{number},2021-02-10,OMIT,1970,3,2022,2022-06" for number in range(1, 5001)]
    path.write_text("\n".join((_HEADING, *rows)), encoding="utf-8")
    environment = {**os.environ, "IMNI_HOME": str(home)}
    with subprocess.Popen([_IMNI, "import", str(path), "--json"], env=environment) as process:
        with (trial_log := opened(home)).log:
            while trial_log.log.last_position() < 100:
                assert process.poll() is None
                time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert verify_file(home / "log.sqlite").ok
    with (trial_log := opened(home)).log:
        kept = [trial_log.patient(stream.removeprefix("patient/")) for stream in trial_log.log.streams("patient/")]
        assert 0 < len(kept) < len(rows)
        assert {_facts(patient) for patient in kept} == {5}
        path.write_text("\n".join((_HEADING, *rows[: len(kept) + 10])), encoding="utf-8")
        assert counts(import_file(trial_log, path, by_import)) == (10, 0, len(kept), 0)


def _facts(patient: Patient) -> int:
    return len(patient.history)
