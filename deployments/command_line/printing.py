"""How the command line prints: JSON for programs, tables for people, refusals on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

_RICHS_FALLBACK, _LONGEST_LINE = 80, 200
FINE, FINDINGS, BAD_INPUT = 0, 1, 2
"""Exit statuses: all is well; something was found; the input cannot be used."""


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on standard output."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    _wide().print(table)


def _wide() -> Console:
    """The terminal, or as wide as COLUMNS says; a file or a pipe gets lines as long as they need to be."""
    console = Console()
    unknown = not console.is_terminal and console.width == _RICHS_FALLBACK
    return Console(width=_LONGEST_LINE) if unknown else console


def say(text: str) -> None:
    """A line on standard output."""
    Console(soft_wrap=True).print(text, markup=False, highlight=False)


def refuse(text: str) -> None:
    """A refusal on standard error."""
    Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False, style="red")
