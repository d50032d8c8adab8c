"""The battery: `python -m tests.faults [NAME …] [--scale 0.1] [--seed 7]`, or `make faults`.

Each result is kept as soon as it is there, and docs/reliability.md is written anew.
"""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from tests.faults.battery import every_fault, run, tell
from tests.faults.fault import Fault
from tests.faults.results import keep, result_of, write_table


def main() -> int:
    """Inject what was named, or everything; exit status 1 when something did not hold, 2 for a name there is not."""
    asked = _arguments()
    known = every_fault()
    names = [name for part in asked.names for name in part.split(",") if name]
    if unknown := sorted(set(names) - {fault.name for fault in known}):
        Console(stderr=True).print(f"no fault {', '.join(unknown)}: use {', '.join(fault.name for fault in known)}")
        return 2
    chosen = [fault for fault in known if not names or fault.name in names]
    fine = [_injected(fault, asked.scale, asked.seed, known) for fault in chosen]
    return 0 if all(fine) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Inject faults, count, keep the results."
    )
    parser.add_argument("names", nargs="*", help="the faults to inject, also separated by commas (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, help="how much of each full count")
    parser.add_argument("--seed", type=int, help="the seed an earlier run printed (default: a new one)")
    return parser.parse_args()


def _injected(fault: Fault, scale: float, seed: int | None, known: list[Fault]) -> bool:
    lacks = fault.missing()
    if lacks:
        Console().print(f"{fault.name}: skipped, {lacks}", highlight=False)
        return True
    done = run(fault, max(1, round(fault.full * scale)), seed)
    tell(done)
    if keep(result_of(done)):
        write_table(known)
    return done.outcome.fine


if __name__ == "__main__":
    sys.exit(main())
