"""A survival table from comma-separated text, as a statistician exports it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import TypeVar

from domain.analysis.errors import InvalidCell, InvalidColumns
from domain.analysis.survival_table import SurvivalTable, Unit

REQUIRED = ("time", "status", "arm")
OPTIONAL = ("cause", "stratum")

_WAY_OUT = f"Give a heading line with {','.join(REQUIRED)} and, if wanted, {','.join(OPTIONAL)}, separated by commas"
_Value = TypeVar("_Value", int, float, str)


def read_table(text: str, unit: Unit) -> SurvivalTable:
    """Columns time, status, arm and optionally cause and stratum, in any order, under a heading line.

    Raises `InvalidColumns` for a heading or a row of another shape, `InvalidCell` for a value that cannot be true.
    """
    rows = [row for row in csv.reader(text.removeprefix("\ufeff").splitlines()) if any(cell.strip() for cell in row)]
    heading = _heading(rows[0] if rows else [])
    columns = _columns(heading, rows[1:])
    return SurvivalTable(
        time=_read(columns, "time", _number),
        status=_read(columns, "status", _code),
        arm=_read(columns, "arm", _code),
        unit=unit,
        cause=_read(columns, "cause", _code) if "cause" in columns else None,
        stratum=_read(columns, "stratum", _label) if "stratum" in columns else None,
    )


def _heading(cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in REQUIRED:
        if name not in names:
            raise InvalidColumns(f"column {name} is missing", _WAY_OUT)
    for name in names:
        if name not in REQUIRED + OPTIONAL:
            raise InvalidColumns(f"column {name!r} is unknown", _WAY_OUT)
        if names.count(name) > 1:
            raise InvalidColumns(f"column {name} is given twice", _WAY_OUT)
    return names


def _columns(heading: list[str], rows: list[list[str]]) -> dict[str, list[str]]:
    for number, row in enumerate(rows, start=1):
        if len(row) != len(heading):
            raise InvalidColumns(f"row {number} has {len(row)} cells, the heading {len(heading)}", _WAY_OUT)
    return {name: [row[index].strip() for row in rows] for index, name in enumerate(heading)}


def _read(columns: dict[str, list[str]], name: str, parse: Callable[[str], _Value]) -> tuple[_Value, ...]:
    return tuple(_cell(row, name, cell, parse) for row, cell in enumerate(columns[name], start=1))


def _cell(row: int, column: str, cell: str, parse: Callable[[str], _Value]) -> _Value:
    try:
        return parse(cell)
    except ValueError as problem:
        way_out = (
            "Complete the cell, or leave the patient out" if not cell else "Write digits, with a point for decimals"
        )
        raise InvalidCell(row, column, cell, str(problem), way_out) from None


def _number(cell: str) -> float:
    if not cell:
        raise ValueError("is empty")
    try:
        return float(cell.replace("_", "?"))
    except ValueError:
        raise ValueError("is not a number") from None


def _code(cell: str) -> int:
    value = _number(cell)
    if not value.is_integer():
        raise ValueError("is not a whole number")
    return int(value)


def _label(cell: str) -> str:
    if not cell:
        raise ValueError("is empty")
    return cell
