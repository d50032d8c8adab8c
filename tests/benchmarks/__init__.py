"""How fast, always beside what the bare tool can do in the same run: figures of one machine mean little, ratios do.

Every module here has a function `tables()` that measures and gives its `Table`s. `python -m tests.benchmarks` prints
them all, `python -m tests.benchmarks NAME` those of one module.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """What was measured, and how it came out."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
