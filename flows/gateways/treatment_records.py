"""DICOM RT Beams Treatment Records: what the linear accelerator says it gave, in the words of the trial.

The dose of a fraction is the sum of what its beams gave to the dose reference (Gy, kept as cGy). Fraction group 1 is
the main phase and 2 the boost. Source: DICOM PS3.3, C.8.8.21 (RT Beams Session Record).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.take_over_file import TakeOverRefused

_BEAMS_TREATMENT_RECORD = "1.2.840.10008.5.1.4.1.1.481.4"
_PHASES = {1: "MAIN", 2: "BOOST"}


def read_treatment_record(path: Path) -> Iterator[Mapping[str, str]]:
    """The fractions of one record, as cells of the fraction file. Raises `TakeOverRefused`."""
    record = _read(path)
    if record.get("SOPClassUID") != _BEAMS_TREATMENT_RECORD:
        raise TakeOverRefused(f"{path.name}: is not an RT Beams Treatment Record; export that kind of object")
    group = int(record.get("ReferencedFractionGroupNumber") or 1)
    if group not in _PHASES:
        raise TakeOverRefused(f"{path.name}: fraction group {group} is neither the main phase (1) nor the boost (2)")
    day = str(_required(record, "TreatmentDate", path))
    for number, dose in sorted(_dose_by_fraction(record, path).items()):
        yield {
            "patient_id": str(_required(record, "PatientID", path)),
            "occurred_on": f"{day[:4]}-{day[4:6]}-{day[6:8]}",
            "phase": _PHASES[group],
            "number": str(number),
            "dose_cgy": str(int((dose * 100).to_integral_value())),
        }


def _read(path: Path) -> Any:
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        return pydicom.dcmread(path)
    except (InvalidDicomError, OSError) as problem:
        raise TakeOverRefused(f"{path.name}: cannot be read as DICOM ({problem}); give a CSV or DICOM file") from None


def _dose_by_fraction(record: Any, path: Path) -> Mapping[int, Decimal]:
    """Gray by the number of the fraction."""
    doses: dict[int, Decimal] = {}
    for beam in record.get("TreatmentSessionBeamSequence") or ():
        number = int(_required(beam, "CurrentFractionNumber", path))
        for reference in beam.get("ReferencedCalculatedDoseReferenceSequence") or ():
            gray = Decimal(str(_required(reference, "CalculatedDoseReferenceDoseValue", path)))
            doses[number] = doses.get(number, Decimal(0)) + gray
    if not doses:
        raise TakeOverRefused(f"{path.name}: says no dose of any fraction; export it with calculated dose references")
    return doses


def _required(dataset: Any, name: str, path: Path) -> Any:
    value = dataset.get(name)
    if value in (None, ""):
        raise TakeOverRefused(f"{path.name}: has no {name}; export the record anew")
    return value
