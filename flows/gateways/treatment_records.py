"""DICOM RT Beams Treatment Records: what the linear accelerator says it gave, in the words of the trial.

The dose of a fraction is the sum of what its beams gave to the dose reference (Gy, kept as cGy). Fraction group 1 is
the main phase and 2 the boost. Source: DICOM PS3.3, C.8.8.21 (RT Beams Session Record).

A refusal quotes nothing from the file: a patient's name may stand in any element of it.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from flows.take_over_file import TakeOverRefused

_BEAMS_TREATMENT_RECORD = "1.2.840.10008.5.1.4.1.1.481.4"
_PHASES = {1: "MAIN", 2: "BOOST"}
_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


def read_treatment_record(path: Path) -> Sequence[Mapping[str, str]]:
    """The fractions of one record, as cells of the fraction file. Raises `TakeOverRefused`."""
    logging.getLogger("pydicom").disabled = True  # it tells of a damaged element by quoting it, and so do its warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(_fractions(path))
        except TakeOverRefused:
            raise
        except Exception as problem:  # a damaged byte makes pydicom raise nearly anything
            kind = type(problem).__name__
            raise TakeOverRefused(f"cannot be read as DICOM ({kind}); export it anew, or give a CSV file") from None


def _fractions(path: Path) -> Iterator[Mapping[str, str]]:
    import pydicom

    record: Any = pydicom.dcmread(path)
    _require_whole(record)
    if record.get("SOPClassUID") != _BEAMS_TREATMENT_RECORD:
        raise TakeOverRefused("is not an RT Beams Treatment Record; export that kind of object")
    phase = _PHASES.get(int(_required(record, "ReferencedFractionGroupNumber")))
    if phase is None:
        raise TakeOverRefused("is of a fraction group that is neither the main phase (1) nor the boost (2)")
    day = _DAY.fullmatch(str(_required(record, "TreatmentDate")))
    if day is None:
        raise TakeOverRefused("has a TreatmentDate that is no date; export the record anew")
    patient_id = str(_required(record, "PatientID"))
    for number, dose in sorted(_dose_by_fraction(record).items()):
        yield {
            "patient_id": patient_id,
            "occurred_on": "-".join(day.groups()),
            "phase": phase,
            "number": str(number),
            "dose_cgy": str(int((dose * 100).to_integral_value())),
        }


def _require_whole(dataset: Any) -> None:
    """Raises `TakeOverRefused` for a record that was cut off: pydicom reads it, and the dose would lack a beam."""
    from pydicom.dataelem import RawDataElement

    for tag in dataset.keys():  # noqa: SIM118 - a data set yields its elements, and reads them, when it is looped over
        element = dataset.get_item(tag)
        if isinstance(element, RawDataElement) and len(element.value or b"") != element.length:
            raise TakeOverRefused("is cut off; copy or export it anew")


def _items(dataset: Any, sequence: str) -> Iterator[Any]:
    for item in dataset.get(sequence) or ():
        _require_whole(item)
        yield item


def _dose_by_fraction(record: Any) -> Mapping[int, Decimal]:
    """Gray by the number of the fraction."""
    doses: dict[int, Decimal] = {}
    references: set[object] = set()
    for beam in _items(record, "TreatmentSessionBeamSequence"):
        number = int(_required(beam, "CurrentFractionNumber"))
        for reference in _items(beam, "ReferencedCalculatedDoseReferenceSequence"):
            gray = Decimal(str(_required(reference, "CalculatedDoseReferenceDoseValue")))
            doses[number] = doses.get(number, Decimal(0)) + gray
            references.add(reference.get("ReferencedDoseReferenceNumber"))
    if not doses:
        raise TakeOverRefused("says no dose of any fraction; export it with calculated dose references")
    if len(references) > 1:
        raise TakeOverRefused(
            "says the dose to several dose references, which do not add up; export it with that of the prescription, "
            "or enter the fraction in its form"
        )
    return doses


def _required(dataset: Any, name: str) -> Any:
    value = dataset.get(name)
    if value in (None, ""):
        raise TakeOverRefused(f"has no {name}; export the record anew")
    return value
