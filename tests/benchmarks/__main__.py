"""Run the benchmarks and print their tables."""

from __future__ import annotations

import sys
from importlib import import_module
from pkgutil import iter_modules

from rich.console import Console
from rich.table import Table as Printed

import tests.benchmarks as package


def main(names: list[str]) -> int:
    """Measure the named modules, or all; exit status 2 for a name there is not."""
    known = sorted(module.name for module in iter_modules(package.__path__) if not module.name.startswith("_"))
    if unknown := sorted(set(names) - set(known)):
        Console(stderr=True).print(f"no benchmark {', '.join(unknown)}: use {', '.join(known)}")
        return 2
    for name in names or known:
        for table in import_module(f"{package.__name__}.{name}").tables():
            _print(table)
    return 0


def _print(table: package.Table) -> None:
    printed = Printed(title=table.title, title_justify="left")
    for number, column in enumerate(table.columns):
        printed.add_column(column, justify="right" if number else "left")
    for row in table.rows:
        printed.add_row(*row)
    Console().print(printed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
