"""Dates that cannot be true: in the future, or before the patient was born."""

from __future__ import annotations

from datetime import date

from domain.patient import Patient
from domain.rejections import Implausible
from events.clinical_date import ClinicalDate
from events.screening import Person


def birth_known(said: object, patient: Patient) -> ClinicalDate | None:
    """The birth date that holds once something is said of a patient: the one it states, else the one on record."""
    if isinstance(said, Person):
        return said.birth_date
    return patient.birth_date.value if patient.birth_date else None


def require_plausible_date(field: str, on: ClinicalDate, today: date, birth: ClinicalDate | None) -> None:
    """Raises `Implausible` when something is dated after today or before the patient's birth."""
    if on.earliest > today:
        raise Implausible(
            field,
            str(on),
            f"lies in the future (today is {today})",
            "Record it when it has happened, or mend the date",
        )
    if birth is not None and on.latest < birth.earliest:
        raise Implausible(field, str(on), f"lies before the patient's birth ({birth})", "Mend the date")
