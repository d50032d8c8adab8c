"""Tables in markdown, as the Prefect interface shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; bars and line breaks in a cell are escaped so that they stay in it."""
    lines = [[cell(title) for title in heading], ["---"] * len(heading)]
    lines.extend([cell(value) for value in row] for row in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """A value as the text of one cell."""
    text = ", ".join(cell(part) for part in value) if isinstance(value, list | tuple) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
