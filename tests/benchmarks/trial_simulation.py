"""Simulated trials a second, beside the same trials fitted one by one with lifelines; and the design of the trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import process_time
from typing import Any, cast

import numpy as np

from domain.design.scenario import planned
from domain.protocol.v2_0 import EDITION
from domain.trial_simulation.batches import simulate
from domain.trial_simulation.drawing import draw_trials
from tests.benchmarks import MEASURES, Table, against

_OURS, _THEIRS, _ROUNDS = 20_000, 25, 5
_PLAN = planned(EDITION)
_TARGET = 500


def tables() -> Iterator[Table]:
    """Trials of 214 patients, 7 years, both arms at 91 %; on one core, drawn and analysed."""
    ours, theirs = [], []
    for number in range(_ROUNDS + 1):
        ours.append(_rate(_OURS, lambda seed=number: simulate(_PLAN, EDITION.margins, _OURS, seed)))
        theirs.append(_rate(_THEIRS, lambda seed=number: _lifelines(seed)))
    row = against("hazard ratio, score and difference; lifelines: Cox alone", ours[1:], theirs[1:], _TARGET)
    yield Table("Simulated trials of 214 patients a second, one core, against lifelines", MEASURES, [row])
    yield Table("The design at 214 patients, 100,000 simulated trials", _COLUMNS, list(_characteristics()))


_COLUMNS = ("truth", "events", "hazard ratio below 2.30", "difference above −10 points", "both", "Monte Carlo error ≤")


def _characteristics() -> Iterator[list[str]]:
    truths = {"both arms 91 %": {}, "2 % a year leave": {"dropout": 0.02}, "at 46 events": {"at_events": 46}}
    for name, change in {**truths, "hazard ratio 2.30": {"hazard_ratio": 2.3}}.items():
        found = simulate(replace(_PLAN, **change), EDITION.margins, 100_000, 1)
        shares = (found.hazard_ratio, found.difference, found.both)
        error = max(share.mc_error for share in shares)
        yield [name, f"{found.events_mean:.1f}", *(f"{share.share:.4f}" for share in shares), f"{error:.4f}"]


def _rate(trials: int, turn: Any) -> float:
    began = process_time()
    turn()
    return trials / (process_time() - began)


def _lifelines(seed: int) -> None:
    from lifelines import CoxPHFitter
    from pandas import DataFrame

    drawn = draw_trials(_PLAN, _THEIRS, np.random.Generator(np.random.PCG64(seed)))
    arm = np.repeat([0, 1], [_PLAN.patients - drawn.omit, drawn.omit])
    for time, observed in zip(drawn.time, drawn.observed, strict=True):
        cast("Any", CoxPHFitter()).fit(DataFrame({"time": time, "status": observed, "arm": arm}), "time", "status")
