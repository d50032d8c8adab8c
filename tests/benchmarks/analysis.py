"""Every estimate of an endpoint beside the four of them that lifelines has, on the same patients, in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import perf_counter
from typing import Any, cast

import numpy as np

from domain.analysis.analyse import analyse, columns
from domain.analysis.survival_table import SurvivalTable
from domain.protocol.v2_0 import EDITION
from tests.benchmarks import Table

_ROUNDS = 9
_YEAR = 365.25


def tables() -> Iterator[Table]:
    """EFS, LRRFS and OS of 214 patients, and one endpoint of 10,000, everything loaded."""
    rows = [
        _compared("EFS + LRRFS + OS, 214 patients", [trial(214, seed) for seed in range(3)], _ROUNDS),
        _compared("one endpoint, 10,000 patients", [trial(10_000, 3)], 3),
    ]
    yield Table("Analysis (ms, median)", ("", "lifelines: curves, log-rank, Cox", "every estimate", "ratio"), rows)


def trial(n: int, seed: int) -> SurvivalTable:
    """Whole days: 9 % with the event in five years, a third as many with another before, followed 5 to 7 years."""
    draw = np.random.default_rng(seed)
    ours, other = (draw.exponential(years * _YEAR, n) for years in (53.0, 160.0))
    last = draw.uniform(5 * _YEAR, 7 * _YEAR, n)
    end = np.minimum(np.minimum(ours, other), last)
    cause = np.where(end == last, 0, np.where(ours < other, 1, 2))
    return SurvivalTable(
        time=tuple(np.floor(end).tolist()),
        status=tuple((cause == 1).astype(int).tolist()),
        arm=tuple((np.arange(n) % 2).tolist()),
        cause=tuple(cause.tolist()),
        stratum=tuple(str(site) for site in draw.integers(0, 4, n)),
    )


def _compared(name: str, trials: Sequence[SurvivalTable], rounds: int) -> list[str]:
    """Both measured round by round, each after the other."""
    theirs: list[float] = []
    ours: list[float] = []
    for _ in range(rounds + 1):
        theirs.append(_seconds(lambda: [_lifelines(one) for one in trials]))
        ours.append(_seconds(lambda: [analyse(one, EDITION.margins) for one in trials]))
    bare, full = (1000 * median(measured[1:]) for measured in (theirs, ours))
    return [name, f"{bare:.0f}", f"{full:.0f}", f"{full / bare:.2f}"]


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _lifelines(trial: SurvivalTable) -> None:
    """Both curves, the log-rank test and the hazard ratio as lifelines gives them by default."""
    from lifelines import CoxPHFitter, KaplanMeierFitter
    from lifelines.statistics import logrank_test
    from pandas import DataFrame

    time, status, arm = columns(trial)
    control, omit = arm == 0, arm == 1
    for group in (control, omit):
        cast("Any", KaplanMeierFitter()).fit(time[group], status[group])
    cast("Any", logrank_test)(time[omit], time[control], status[omit], status[control])
    cast("Any", CoxPHFitter()).fit(DataFrame({"time": time, "status": status, "arm": arm}), "time", "status")
