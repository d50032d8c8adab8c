"""Cases computed with R 4.2.2, survival 3.5-3: inputs as a statistician's file, and the results."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

from domain.analysis.survival_table import SurvivalTable
from domain.analysis.table_reading import read_table

FOLDER = Path(__file__).parent / "references"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def reference(case: str) -> dict[str, Any]:
    """The whole case."""
    return json.loads((FOLDER / f"{case}.json").read_text(encoding="utf-8"))


def expected(case: str, *path: str) -> Any:
    """One result of R; None where R has none."""
    found: Any = reference(case)["expected"]
    for key in path:
        found = (found or {}).get(key)
    return found


def as_csv(case: str) -> str:
    """The inputs as a file with a heading."""
    inputs = reference(case)["inputs"]
    rows = zip(*inputs.values(), strict=True)
    return "\n".join([",".join(inputs), *(",".join(map(repr, row)) for row in rows)])


def table(case: str) -> SurvivalTable:
    """The inputs as read from that file; weeks are taken as years, whose arithmetic is the same."""
    return read_table(as_csv(case), "days" if reference(case)["time_unit"] == "days" else "years")


def same(ours: float | None, theirs: float | None, rtol: float = 1e-8) -> bool:
    """Equal to a relative tolerance; undefined only where R is undefined."""
    if ours is None or theirs is None or math.isnan(ours):
        return theirs is None and (ours is None or math.isnan(ours))
    return math.isclose(ours, theirs, rel_tol=rtol, abs_tol=1e-13)
