"""The numbers a survival analysis starts from: one row a patient, checked before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.analysis.errors import InvalidCell, InvalidColumns

Unit = Literal["days", "years"]
Arm = Literal["IMNI", "OMIT"]

DAYS_PER_YEAR = 365.25
ARMS: tuple[Arm, Arm] = ("IMNI", "OMIT")
"""Arm 0 is the control, irradiation of the internal mammary nodes; arm 1 the experimental, its omission."""


@dataclass(frozen=True, slots=True)
class SurvivalTable:
    """Time from randomisation to the event or to censoring, one entry a patient in every column.

    `time` is in `unit`; `status` 1 is the event, 0 censored; `arm` 0 is IMNI, 1 is OMIT. `cause` (0 none, 1 of
    interest, 2 competing) and `stratum` add the estimates that need them. The status of a competing event may be 1,
    an event of any cause, or 0, a censoring.
    Raises `InvalidColumns` for columns of unequal length, `InvalidCell` for a time that is negative or not finite,
    for a code that is not one of those above, and for a cause that contradicts the status.
    """

    time: tuple[float, ...]
    status: tuple[int, ...]
    arm: tuple[int, ...]
    unit: Unit = "days"
    cause: tuple[int, ...] | None = None
    stratum: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        self._refuse_unequal_lengths()
        _refuse("time", self.time, _is_duration, "is not a time", "Write zero or a positive number")
        _refuse("status", self.status, _BINARY.__contains__, "is not a status", "Write 1 for an event, 0 for censored")
        _refuse("arm", self.arm, _BINARY.__contains__, "is not an arm", "Write 0 for control (IMNI), 1 for OMIT")
        causes = self.cause or ()
        _refuse("cause", causes, _CAUSES.__contains__, "is not a cause", "Write 0 censored, 1 of interest, 2 competing")
        self._refuse_contradictions()

    def __len__(self) -> int:
        return len(self.time)

    def instant(self, years: float) -> float:
        """A number of years after randomisation, in the unit of the table."""
        return years * DAYS_PER_YEAR if self.unit == "days" else years

    def years(self, time: float) -> float:
        """A time of the table in years."""
        return time / DAYS_PER_YEAR if self.unit == "days" else time

    def _refuse_unequal_lengths(self) -> None:
        columns = {"time": self.time, "status": self.status, "arm": self.arm, "cause": self.cause}
        lengths = {name: len(column) for name, column in columns.items() if column is not None}
        if self.stratum is not None:
            lengths["stratum"] = len(self.stratum)
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise InvalidColumns(f"columns differ in length ({listed})", "Give every patient one entry in each column")

    def _refuse_contradictions(self) -> None:
        for row, (cause, status) in enumerate(zip(self.cause or (), self.status, strict=False), start=1):
            if cause not in (2, status):
                problem = f"contradicts status {status}"
                raise InvalidCell(row, "cause", str(cause), problem, "Give an event its cause, a censoring cause 0")


_BINARY = frozenset({0, 1})
_CAUSES = frozenset({0, 1, 2})


def _is_duration(time: float) -> bool:
    return math.isfinite(time) and time >= 0


def _refuse(column: str, values: Sequence[float], valid: Callable[[float], bool], problem: str, way_out: str) -> None:
    for row, value in enumerate(values, start=1):
        if not valid(value):
            raise InvalidCell(row, column, str(value), problem, way_out)
