"""What a table is: a title, headings, and rows whose cells are numbers that know how to say themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number} ({100 * self.number / self.of:.1f} %)" if self.of else "–"


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and range of the values known of a group. The median of an even number lies between the middle two."""

    values: tuple[float, ...]
    digits: int = 0

    def __str__(self) -> str:
        if not self.values:
            return "–"
        middle, *ends = (median(self.values), min(self.values), max(self.values))
        low, high = (f"{end:.{self.digits}f}" for end in ends)
        return f"{_shown(middle, self.digits)} ({low} to {high})"


Cell = Count | Spread | int | str


@dataclass(frozen=True, slots=True)
class Row:
    """A label and one cell a column; `level` 1 is a line beneath a heading, which may have no cells."""

    label: str
    cells: tuple[Cell, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `columns` are headings beside the label; `records` name the analyses its numbers come from.

    `spans` are headings above the columns, each with how many columns it stands over; `widths` are those of the label
    and the columns on paper, relative to each other.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    records: Sequence[str] = ()
    first: str = ""
    spans: Sequence[tuple[str, int]] = ()
    widths: Sequence[float] = ()


def _shown(value: float, digits: int) -> str:
    """A median of whole numbers may lie between two of them."""
    text = f"{value:.{digits}f}"
    return text if float(text) == value or digits else f"{value:.1f}"
