"""Tables in markdown, as the Prefect interface shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MOST_ROWS = 300
"""So many rows of a table fit into one artifact of 300 kB."""


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; bars and line breaks in a cell are escaped so that they stay in it."""
    lines = [[cell(title) for title in heading], ["---"] * len(heading)]
    lines.extend([cell(value) for value in row] for row in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """A value as the text of one cell."""
    text = ", ".join(cell(part) for part in value) if isinstance(value, list | tuple) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def shortened_table(
    heading: Sequence[str], rows: Sequence[Sequence[object]], command: str, at_most: int = MOST_ROWS
) -> str:
    """A table of the first rows; it says how many are left out, and the command that lists them all."""
    left_out = len(rows) - at_most
    return table(heading, rows[:at_most]) + (f"\n\n{left_out} more: `{command}`" if left_out > 0 else "")


def share(part: float, whole: float) -> str:
    """A part of a whole in percent; empty when there is no whole."""
    return f"{100 * part / whole:.0f} %" if whole else ""
