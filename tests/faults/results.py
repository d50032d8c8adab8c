"""The results of the faults: a line of JSON each, kept in the repository, and the table made of them."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.faults.battery import Run
from tests.faults.fault import COUNTS, Fault

RESULTS = Path(__file__).with_name("results.jsonl")
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"

_BEGIN, _END = "<!-- made by `make faults`: begin -->", "<!-- made by `make faults`: end -->"
_COLUMNS = ("fault", "how", "what must hold", "times", "acknowledged", *COUNTS, "seconds", "seed", "when", "machine")
_LEFT = 3
_PROCESSORS = Path("/proc/cpuinfo")

Result = Mapping[str, Any]


def result_of(run: Run) -> dict[str, Any]:
    """What is kept of a run."""
    outcome = run.outcome
    return {
        "name": run.fault.name,
        "count": outcome.count,
        "acknowledged": outcome.acknowledged,
        **{name: getattr(outcome, name) for name in COUNTS},
        "seen": outcome.seen,
        "seconds": round(run.seconds, 1),
        "seed": run.seed,
        "on": str(datetime.now(UTC).date()),
        "machine": machine(),
    }


def machine() -> str:
    """Where it was measured, in one line."""
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return (
        f"{os.cpu_count()} × {_processor()}, {system}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def _processor() -> str:
    lines = _PROCESSORS.read_text().splitlines() if _PROCESSORS.exists() else []
    named = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def kept(path: Path = RESULTS) -> dict[str, Result]:
    """The last result of each fault, by name."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {result["name"]: result for result in map(json.loads, lines)}


def keep(result: Result, path: Path = RESULTS) -> bool:
    """Put a result in the place of the one before; unless it is fine and of fewer injections. Whether it was kept."""
    found = kept(path)
    before = found.get(result["name"])
    if before and result["count"] < before["count"] and not any(result[name] for name in COUNTS):
        return False
    found[result["name"]] = result
    path.write_text("".join(json.dumps(found[name], ensure_ascii=False) + "\n" for name in sorted(found)))
    return True


def write_table(faults: Sequence[Fault], page: Path = PAGE, path: Path = RESULTS) -> None:
    """Put the table of the results between its two marks on the page."""
    text = page.read_text()
    before, rest = text.split(_BEGIN)
    page.write_text(f"{before}{_BEGIN}\n{table(faults, kept(path))}{_END}{rest.split(_END)[1]}")


def table(faults: Sequence[Fault], results: Mapping[str, Result]) -> str:
    """The results as a table in Markdown, in the order of the faults, and the machines they were found on."""
    machines = sorted({result["machine"] for result in results.values()})
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|---" * _LEFT + "|---:" * (len(_COLUMNS) - _LEFT) + "|"]
    lines += [_row(fault, results[fault.name], machines) for fault in faults if fault.name in results]
    lines += ["", *(f"Machine {_letter(number)}: {name}." for number, name in enumerate(machines)), ""]
    return "\n".join(lines)


def _row(fault: Fault, result: Result, machines: Sequence[str]) -> str:
    times = f"{result['count']:,}" + (f" of {fault.full:,}" if result["count"] < fault.full else "")
    seen = f" ({result['seen']})" if result["seen"] else ""
    cells = [
        f"{fault.what} (`{fault.name}`)",
        f"{fault.method}{seen}",
        fault.must_hold,
        times,
        f"{result['acknowledged']:,}" if result["acknowledged"] else "",
        *(f"**{result[name]:,}**" for name in COUNTS),
        f"{result['seconds']:,.0f}",
        str(result["seed"]),
        result["on"],
        _letter(machines.index(result["machine"])),
    ]
    return "| " + " | ".join(cells) + " |"


def _letter(number: int) -> str:
    return chr(ord("A") + number)
