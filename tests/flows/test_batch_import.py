"""Visits and fractions in a batch, from CSV and from the treatment records of the linear accelerator."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from domain.decisions.radiotherapy import RecordFraction
from domain.decisions.screening import ScreenPatient
from events.follow_up import VisitDone
from events.radiotherapy import FractionDelivered
from events.recorded import Actor, Source
from events.streams import StreamNames
from flows.batch_import import BatchResult, import_batch
from flows.batch_rows import FRACTIONS, VISITS
from flows.take_over_file import TakeOverRefused, fingerprint
from store.open_log import open_log
from store.transact import Entry, TrialLog
from tests import facts

HEADING = "patient_id,occurred_on,phase,number,dose_cgy,cbct,shift_mm,shift_corrected\n"
BY = Actor(id="li.wei", role="data-manager", kind="human")


def entry(reference: str) -> Entry:
    return Entry(BY, Source(kind="import", reference=reference), datetime(2021, 3, 1, tzinfo=UTC))


@pytest.fixture
def trial_log(tmp_path: Path) -> Any:
    with open_log(f"sqlite:///{tmp_path / 'trial.sqlite3'}") as log:
        trial = TrialLog(log, StreamNames(simulated=False))
        woman = ScreenPatient.model_validate(facts.screened().model_dump(mode="json"))
        trial.transact("RJ-1", woman, entry("opening"))
        yield trial


def given(trial_log: TrialLog) -> list[tuple[str, int, int]]:
    fractions = trial_log.patient("RJ-1").every(FractionDelivered)
    return [(one.event.phase.value, one.event.number, one.event.dose_cgy) for one in fractions]


def batch(trial_log: TrialLog, path: Path, text: str, **options: Any) -> BatchResult:
    path.write_text(HEADING + text, encoding="utf-8")
    return import_batch(trial_log, FRACTIONS, [path], entry, **options)


def test_good_fractions_are_kept_and_told_again_change_nothing(trial_log: TrialLog, tmp_path: Path) -> None:
    text = "RJ-1,2021-02-01,MAIN,1,267,yes,2.5,\nRJ-1,2021-02-02,,2,267,yes,6,yes\n"
    first, second = (batch(trial_log, tmp_path / "fractions.csv", text) for _ in range(2))
    assert (first.rows, first.recorded, first.unchanged, first.rejected) == (2, 2, 0, 0)
    assert (second.recorded, second.unchanged, second.reject_file) == (0, 2, None)
    assert given(trial_log) == [("MAIN", 1, 267), ("MAIN", 2, 267)]


def test_bad_fractions_are_set_apart_with_the_reason_and_can_be_mended(trial_log: TrialLog, tmp_path: Path) -> None:
    text = "RJ-1,2021-02-01,MAIN,1,267,yes,,\nRJ-1,2021-02-30,MAIN,2,267,,,\nRJ-9,2021-02-03,MAIN,3,267,,,\nRJ-1,1\n"
    result = batch(trial_log, tmp_path / "fractions.csv", text)
    assert (result.recorded, result.rejected) == (1, 3)
    assert "fractions.csv:3, column occurred_on" in result.problems[0]
    assert "no such patient" in result.problems[1]
    assert "2 cells" in result.problems[2]
    with (tmp_path / "fractions.rejects.csv").open() as file:
        assert [row["patient_id"] for row in csv.DictReader(file)] == ["RJ-1", "RJ-9", "RJ-1"]
    mended = (tmp_path / "fractions.rejects.csv").read_text().replace("2021-02-30", "2021-02-02")
    (tmp_path / "mended.csv").write_text(mended)
    assert import_batch(trial_log, FRACTIONS, [tmp_path / "mended.csv"], entry).recorded == 1


def test_a_fraction_told_otherwise_wants_a_correction(trial_log: TrialLog, tmp_path: Path) -> None:
    batch(trial_log, tmp_path / "one.csv", "RJ-1,2021-02-01,MAIN,1,267,,,\n")
    result = batch(trial_log, tmp_path / "two.csv", "RJ-1,2021-02-01,MAIN,1,200,,,\n")
    assert (result.recorded, result.rejected) == (0, 1)
    assert "correct-entry" in result.problems[0]


def test_a_preview_writes_nothing(trial_log: TrialLog, tmp_path: Path) -> None:
    text = "RJ-1,2021-02-01,MAIN,1,267,,,\nRJ-1,never,MAIN,2,267,,,\n"
    result = batch(trial_log, tmp_path / "fractions.csv", text, dry_run=True)
    assert (result.recorded, result.rejected, result.reject_file) == (1, 1, None)
    assert given(trial_log) == []
    assert not (tmp_path / "fractions.rejects.csv").exists()


def test_a_row_of_a_preview_sees_the_rows_before_it(trial_log: TrialLog, tmp_path: Path) -> None:
    text = (
        "RJ-1,2021-02-01,MAIN,1,267,,,\nRJ-1,2021-02-01,MAIN,1,267,,,\nRJ-1,2021-02-01,MAIN,1,200,,,\n"
        "RJ-1,2021-02-02,MAIN,2,267,,,\nRJ-1,2021-02-02,MAIN,2,200,,,\n"
    )
    looked = batch(trial_log, tmp_path / "fractions.csv", text, dry_run=True)
    assert given(trial_log) == []
    done = batch(trial_log, tmp_path / "fractions.csv", text)
    for result in (looked, done):
        assert (result.recorded, result.unchanged, result.rejected) == (2, 1, 2)
        assert [one.row.number for one in result.apart] == [4, 6]


def test_one_bad_id_costs_its_row_only(trial_log: TrialLog, tmp_path: Path) -> None:
    text = "张 伟,2021-02-01,MAIN,0,267,,,\n,2021-02-01,MAIN,1,267,,,\nRJ-1,2021-02-01,MAIN,1,267,,,\n"
    result = batch(trial_log, tmp_path / "fractions.csv", text)
    assert (result.recorded, result.rejected) == (1, 2)
    said = "column patient_id '张 伟': is not a patient id", "column number '0'", "column patient_id ''"
    assert all(part in problem for part, problem in zip(said, result.problems, strict=True))


class TrippingFraction(RecordFraction):
    """A fraction whose own code has a fault that the first of them meets."""

    @property
    def account_of(self) -> tuple[str, ...] | None:
        return {2: ("phase", "number")}[self.number]


def test_a_fault_of_the_program_costs_its_row_only(trial_log: TrialLog, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADING}RJ-1,2021-02-01,MAIN,1,267,,,\nRJ-1,2021-02-02,MAIN,2,267,,,\n")
    result = import_batch(trial_log, replace(FRACTIONS, command=TrippingFraction), [tmp_path / "a.csv"], entry)
    assert given(trial_log) == [("MAIN", 2, 267)]
    assert "failed on this row (KeyError)" in result.problems[0]


def test_a_file_is_called_in_the_log_by_what_is_in_it(trial_log: TrialLog, tmp_path: Path) -> None:
    path = treatment_record(tmp_path / "ZHANG_WEI_H12345.dcm", 1, "2.67")
    import_batch(trial_log, FRACTIONS, [path], entry)
    (fraction,) = trial_log.patient("RJ-1").every(FractionDelivered)
    assert fraction.provenance.source.reference == f"{sha256(path.read_bytes()).hexdigest()[:16]}:1"


def test_a_file_that_is_much_too_long_is_refused(trial_log: TrialLog, tmp_path: Path) -> None:
    with pytest.raises(TakeOverRefused, match="in several files"):
        batch(trial_log, tmp_path / "fractions.csv", "\n" * 10_000_001)


def test_a_file_with_an_unknown_column_is_refused_whole(trial_log: TrialLog, tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_text("patient_id,dose\nRJ-1,267\n")
    with pytest.raises(TakeOverRefused, match="did you mean dose_cgy"):
        import_batch(trial_log, FRACTIONS, [tmp_path / "wrong.csv"], entry)


def test_the_reject_file_does_not_replace_the_file(trial_log: TrialLog, tmp_path: Path) -> None:
    with pytest.raises(TakeOverRefused, match="another name"):
        batch(trial_log, tmp_path / "one.csv", "", reject_path=tmp_path / "one.csv")


VISIT_HEADING = "patient_id,occurred_on,visit,disease_status,assessments\n"


def test_visits_take_several_assessments_in_one_cell_and_the_same_file_again_changes_nothing(
    trial_log: TrialLog, tmp_path: Path
) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(
        f"{VISIT_HEADING}RJ-1,2021-02-01,6m,NO_EVIDENCE,PHYSICAL_EXAM; CBC\nRJ-1,2021-02-02,7m,SUSPICION,\n"
    )
    first, again = (import_batch(trial_log, VISITS, [path], entry) for _ in range(2))
    assert (first.recorded, first.rejected, again.recorded, again.unchanged) == (1, 1, 0, 1)
    assert first.problems[0].startswith("visits.csv:3, column visit")
    assert "no such visit" in first.problems[0]
    (visit,) = trial_log.patient("RJ-1").every(VisitDone)
    assert [done.value for done in visit.event.assessments] == ["PHYSICAL_EXAM", "CBC"]
    assert visit.provenance.source.reference == f"{fingerprint(path)}:2"
    path.write_text(f"{VISIT_HEADING}RJ-1,2021-02-01,6m,NO_EVIDENCE,PHYSICAL_EXAM FEVER\n")
    assert "column assessments 'PHYSICAL_EXAM FEVER'" in import_batch(trial_log, VISITS, [path], entry).problems[0]


def _beam(reference: int, dose: str, fraction: int = 1) -> Any:
    """What one beam gave (Gy) to a dose reference of the plan."""
    from pydicom.dataset import Dataset

    beam, given = Dataset(), Dataset()
    given.CalculatedDoseReferenceDoseValue, given.ReferencedDoseReferenceNumber = dose, reference
    beam.CurrentFractionNumber = fraction
    beam.ReferencedCalculatedDoseReferenceSequence = [given]
    return beam


def treatment_record(path: Path, number: int, *doses: str, **changed: Any) -> Path:
    """An RT Beams Treatment Record of one fraction, a beam a dose (Gy)."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID("1.2.840.10008.5.1.4.1.1.481.4")
    meta.MediaStorageSOPInstanceUID = generate_uid()
    record = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    record.SOPClassUID, record.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    record.PatientID, record.TreatmentDate, record.ReferencedFractionGroupNumber = "RJ-1", "20210201", 1
    record.TreatmentSessionBeamSequence = [_beam(1, dose, number) for dose in doses]
    for name, value in changed.items():
        setattr(record, name, value)
    record.save_as(path, enforce_file_format=True)
    return path


def test_a_treatment_record_is_a_fraction(trial_log: TrialLog, tmp_path: Path) -> None:
    main = treatment_record(tmp_path / "main.dcm", 1, "1.30", "1.37")
    boost = treatment_record(
        tmp_path / "boost.dcm", 1, "2.67", ReferencedFractionGroupNumber=2, TreatmentDate="20210222"
    )
    result = import_batch(trial_log, FRACTIONS, [main, boost], entry)
    assert (result.recorded, result.rejected) == (2, 0)
    assert given(trial_log) == [("MAIN", 1, 267), ("BOOST", 1, 267)]
    told = RecordFraction.model_validate({"occurred_on": "2021-02-01", "number": 1, "dose_cgy": 267})
    assert trial_log.transact("RJ-1", told, entry("form")) == ()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.481.5"}, "not an RT Beams Treatment Record"),
        ({"TreatmentDate": ""}, "has no TreatmentDate"),
        ({"TreatmentSessionBeamSequence": []}, "no dose of any fraction"),
        ({"TreatmentSessionBeamSequence": [_beam(1, "1.3"), _beam(2, "1.37")]}, "do not add up"),
        ({"ReferencedFractionGroupNumber": 3}, "neither the main phase"),
        ({"ReferencedFractionGroupNumber": None}, "has no ReferencedFractionGroupNumber"),
    ],
)
def test_a_record_that_says_too_little_is_refused(
    trial_log: TrialLog, tmp_path: Path, changed: dict[str, Any], says: str
) -> None:
    path = treatment_record(tmp_path / "bad.dcm", 1, "2.67", **changed)
    with pytest.raises(TakeOverRefused, match=says):
        import_batch(trial_log, FRACTIONS, [path], entry)


def test_what_is_no_dicom_is_refused(trial_log: TrialLog, tmp_path: Path) -> None:
    (tmp_path / "notes.dcm").write_text("2.67 Gy")
    with pytest.raises(TakeOverRefused, match="cannot be read as DICOM"):
        import_batch(trial_log, FRACTIONS, [tmp_path / "notes.dcm"], entry)


def test_a_record_that_was_cut_off_is_never_read_in_part(trial_log: TrialLog, tmp_path: Path) -> None:
    whole = treatment_record(tmp_path / "whole.dcm", 1, "1.30", "1.37").read_bytes()
    refused = 0
    for length in range(1, len(whole), 3):
        (tmp_path / "part.dcm").write_bytes(whole[:length])
        try:
            import_batch(trial_log, FRACTIONS, [tmp_path / "part.dcm"], entry)
        except TakeOverRefused:
            refused += 1
    assert refused > len(whole) / 3 - 3
    assert given(trial_log) in ([], [("MAIN", 1, 267)])


def test_a_damaged_record_is_refused_whatever_is_damaged(trial_log: TrialLog, tmp_path: Path) -> None:
    whole = treatment_record(tmp_path / "whole.dcm", 1, "2.67").read_bytes()
    at, refused = random.Random(1), 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[at.randrange(132, len(whole))] = at.randrange(256)
        (tmp_path / "damaged.dcm").write_bytes(damaged)
        try:
            import_batch(trial_log, FRACTIONS, [tmp_path / "damaged.dcm"], entry, dry_run=True)
        except TakeOverRefused:
            refused += 1
    assert refused > 50


def test_a_refusal_of_a_record_quotes_nothing_of_it(
    trial_log: TrialLog, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = treatment_record(tmp_path / "bad.dcm", 1, "2.67", PatientName="ZHANG^WEI", PatientID="ZHANG\\WEI")
    path.write_bytes(
        path.read_bytes().replace(b"20210201", b"ZHANGWEI").replace(b"1.2.840.10008.1.2.1", b"ZHANG.WEI.10008.1.2")
    )
    with pytest.raises(TakeOverRefused) as refused:
        import_batch(trial_log, FRACTIONS, [path], entry)
    written = capfd.readouterr()
    assert "ZHANG" not in f"{refused.value}{caplog.text}{written.out}{written.err}"
