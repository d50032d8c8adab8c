"""Names of the streams. Every stream of a simulated trial carries the mark in its name, for ever."""

import re
from dataclasses import dataclass

PATIENT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
PATIENT_ID_RULE = "1 to 64 letters, digits, dots, dashes or underscores, such as RJ-0042; never a name or record number"

_MARK = "simulated-"


@dataclass(frozen=True, slots=True)
class StreamNames:
    """The streams of one log."""

    simulated: bool = False

    @property
    def _mark(self) -> str:
        return _MARK if self.simulated else ""

    @property
    def trial(self) -> str:
        """The trial's own stream: editions, readings, data cuts, analyses."""
        return f"{self._mark}trial"

    @property
    def allocation(self) -> str:
        """The allocation list: its commitment and each draw."""
        return f"{self._mark}allocation"

    @property
    def patients(self) -> str:
        """What every patient stream's name begins with."""
        return f"{self._mark}patient/"

    def patient(self, patient_id: str) -> str:
        """The stream of one patient. Raises `ValueError` when the id is not a pseudonymous id."""
        if PATIENT_ID.fullmatch(patient_id) is None:
            raise ValueError(f"patient {patient_id!r} is not a patient id: use {PATIENT_ID_RULE}")
        return f"{self.patients}{patient_id}"


def patient_of(stream: str) -> str | None:
    """The patient a stream belongs to, or None for the trial's own streams."""
    category, _, patient_id = stream.removeprefix(_MARK).partition("/")
    return patient_id if category == "patient" and patient_id else None
