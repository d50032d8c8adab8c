"""Tables in markdown, as the Prefect interface shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple


class Room(NamedTuple):
    """How much of a page a table may fill: rows, and bytes however long its rows are."""

    rows: int = 300
    bytes: int = 120_000


ROOM = Room()
"""One artifact has 300 kB, and a page two long tables at most."""

_MOST_SAID = 250

_LONGEST_WHOLE, _LONGEST_SHORT = 12, 24
"""A date or an id in a short text is not broken; beside a long text the column is wide enough anyway."""
_FIGURE_SPACE = "\u2007"
"""As wide as a digit, and no line is broken at it."""
_MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|\*\*")


def marked(page: str, simulated: bool) -> str:
    """A page that says beneath its heading that nobody on it is real, when so it is: pages are copied."""
    if not simulated:
        return page
    heading, _, rest = page.partition("\n")
    return f"{heading}\n\n**This is a simulated trial.**\n{rest}"


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; bars and line breaks in a cell are escaped so that they stay in it."""
    cells = [[cell(value) for value in row] for row in rows]
    columns = list(zip(*cells, strict=True)) or [()] * len(heading)
    titles = [_as_wide_as(cell(title), column) for title, column in zip(heading, columns, strict=True)]
    lines = [titles, ["---"] * len(heading), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _as_wide_as(title: str, column: Sequence[str]) -> str:
    """A title as wide as the dates and ids beneath it: Prefect's second interface would break them at each dash."""
    shown = [_MARKUP.sub(r"\1", text) for text in column]
    words = [word for text in shown if len(text) <= _LONGEST_SHORT for word in text.split() if "-" in word]
    widths = [len(word) + 1 + (not word[0].isdigit()) for word in words if len(word) <= _LONGEST_WHOLE]  # some wider
    return title.ljust(max(widths, default=0), _FIGURE_SPACE)


def cell(value: object) -> str:
    """A value as the text of one cell."""
    text = ", ".join(cell(part) for part in value) if isinstance(value, list | tuple) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def shortened_table(
    heading: Sequence[str],
    rows: Sequence[Sequence[object]],
    command: str,
    room: Room = ROOM,
    of: int | None = None,
) -> str:
    """A table of the first rows; it says how many are left out, and the command that lists them all.

    Where rows cost much to write, `rows` are only the first for which there is room, `of` so many.
    """
    shown = _that_fit(rows[: room.rows], room.bytes)
    left_out = (len(rows) if of is None else of) - len(shown)
    return table(heading, shown) + (f"\n\n{left_out} more: `{command}`" if left_out > 0 else "")


def _that_fit(rows: Sequence[Sequence[object]], most_bytes: int) -> Sequence[Sequence[object]]:
    """The first rows that are no larger together than a table may be."""
    sizes = (sum(len(cell(value).encode()) for value in row) for row in rows)
    return [row for row, size in zip(rows, accumulate(sizes), strict=True) if size <= most_bytes]


def opening(text: str) -> str:
    """How a long text begins; the whole of it stands on the patient's page."""
    return text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}…"


def number_of(number: int, thing: str) -> str:
    """So many things; one is singular."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def share(part: float, whole: float) -> str:
    """A part of a whole in percent; empty when there is no whole."""
    return f"{100 * part / whole:.0f}\N{NO-BREAK SPACE}%" if whole else ""
