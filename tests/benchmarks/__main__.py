"""Run the benchmarks and print their tables."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from rich.console import Console
from rich.table import Table as Printed

import tests.benchmarks as package

_DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
_WRITE = "--write"


def main(arguments: Sequence[str]) -> int:
    """Measure the named modules, or all; exit status 2 for a name there is not."""
    names = [name for name in arguments if name != _WRITE]
    known = sorted(module.name for module in iter_modules(package.__path__) if not module.name.startswith("_"))
    if unknown := sorted(set(names) - set(known)):
        Console(stderr=True).print(f"no benchmark {', '.join(unknown)}: use {', '.join(known)}")
        return 2
    for name in names or known:
        for table in import_module(f"{package.__name__}.{name}").tables():
            _print(table)
            if _WRITE in arguments:
                _write(table, name)
    return 0


def _print(table: package.Table) -> None:
    printed = Printed(title=table.title, title_justify="left")
    for number, column in enumerate(table.columns):
        printed.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        printed.add_row(*row)
    Console().print(printed)


def _write(table: package.Table, name: str) -> None:
    """Put a table into the document in the place of the one of the same title, or at its end."""
    text = _DOCUMENT.read_text(encoding="utf-8")
    made = _section(table, name)
    found = re.search(rf"### {re.escape(table.title)}\n.*?(?=\n###? |\Z)", text, re.DOTALL)
    text = text[: found.start()] + made + text[found.end() :] if found else f"{text.rstrip()}\n\n{made}"
    _DOCUMENT.write_text(text.rstrip() + "\n", encoding="utf-8")


def _section(table: package.Table, name: str) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    lines = [line(table.columns), line(["---", *["--:"] * (len(table.columns) - 1)]), *map(line, table.rows)]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    where = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores"
    said = f"`python -m tests.benchmarks {name}`, {where}, load {load}"
    return f"### {table.title}\n\n{said}\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
