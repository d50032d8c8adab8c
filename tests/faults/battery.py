"""Every fault there is, and running one of them: by chance, with a printed seed, in memory when there is room."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import Random
from time import perf_counter

from rich.console import Console

import tests.faults as package
from tests.faults.fault import COUNTS, MEMORY, Fault, Outcome


@dataclass(frozen=True, slots=True)
class Run:
    """A fault, as it was injected this time."""

    fault: Fault
    seed: int
    outcome: Outcome
    seconds: float


def every_fault(module: str | None = None) -> list[Fault]:
    """The faults of one module of this folder, or of all: what each lists as `FAULTS`."""
    names = sorted(found.name for found in iter_modules(package.__path__) if not found.name.startswith(("_", "test_")))
    modules = [import_module(f"{package.__name__}.{name}") for name in names if module in {None, name}]
    return [fault for each in modules for fault in getattr(each, "FAULTS", ())]


def run(fault: Fault, count: int, seed: int | None = None) -> Run:
    """Inject a fault so many times, in a folder of its own that is gone afterwards."""
    chosen = secrets.randbits(32) if seed is None else seed
    Console(stderr=True).print(f"{fault.name}: {count} times, seed {chosen}", highlight=False)
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="imni-fault-", dir=MEMORY) as folder:
        outcome = fault.inject(count, Random(chosen), Path(folder))
    return Run(fault, chosen, outcome, perf_counter() - began)


def tell(run: Run) -> None:
    """Print what was counted, and the verdict."""
    outcome = run.outcome
    counted = ", ".join(f"{getattr(outcome, name):,} {name}" for name in COUNTS)
    verdict = "holds" if outcome.fine else f"DOES NOT HOLD: {outcome.first_wrong or 'see the counts'}"
    Console(soft_wrap=True, highlight=False, markup=False).print(
        f"{run.fault.name}: {outcome.count:,} times in {run.seconds:.0f} s, {outcome.acknowledged:,} acknowledged, "
        f"{counted}; {outcome.seen + '; ' if outcome.seen else ''}{verdict}"
    )


def alone(path: str) -> None:
    """The command line of one module of this folder."""
    parser = argparse.ArgumentParser(description="Inject the faults of one module, and count.")
    parser.add_argument("--count", type=int, help="how often (default: the full count)")
    parser.add_argument("--seed", type=int, help="the seed an earlier run printed (default: a new one)")
    asked = parser.parse_args()
    fine = [_alone(fault, asked.count, asked.seed) for fault in every_fault(Path(path).stem)]
    sys.exit(0 if all(fine) else 1)


def _alone(fault: Fault, count: int | None, seed: int | None) -> bool:
    lacks = fault.missing()
    if lacks:
        Console().print(f"{fault.name}: skipped, {lacks}", highlight=False)
        return True
    done = run(fault, fault.full if count is None else count, seed)
    tell(done)
    return done.outcome.fine
