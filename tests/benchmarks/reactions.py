"""Reactions of a running installation; in the end it goes on for `BENCH_FLOW_RUNS` flow runs (2,000).

Bounds: event appended to effect started p50 250 ms and p95 500 ms; form submitted to event in the log p50 4 s; cold
start 15 s; memory 700 MB at rest, and flat over 2,000 flow runs.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from domain.decisions.screening import ScreenPatient
from events.event import Event
from flows.form_words import as_chosen
from store.transact import TrialLog
from tests import facts
from tests.benchmarks import Table
from tests.benchmarks._installation import Installation, installed, until
from tests.store.trial_logs import keep

_EFFECTS = 40
_FORMS = 7
_RUNS = int(os.environ.get("BENCH_FLOW_RUNS", "2000"))
_REST_SECONDS = 10.0


def tables() -> Iterator[Table]:
    """From an empty folder to a running installation that reacts, takes forms, and goes on for long."""
    with tempfile.TemporaryDirectory(prefix="imni-bench-") as root, installed(Path(root)) as installation:
        time.sleep(_REST_SECONDS)
        at_rest = installation.megabytes()
        effects = [_effect(installation, number) for number in range(_EFFECTS)]
        forms = [_form(installation, number) for number in range(_FORMS)]
        rows = [
            ["cold start", f"{installation.started_in:.1f} s", "15 s"],
            ["memory at rest", f"{at_rest:.0f} MB", "700 MB"],
            ["event appended to effect started, p50", f"{1000 * statistics.median(effects):.0f} ms", "250 ms"],
            [
                "event appended to effect started, p95",
                f"{1000 * statistics.quantiles(effects, n=20)[-1]:.0f} ms",
                "500 ms",
            ],
            ["form submitted to event in the log, p50", f"{statistics.median(forms):.2f} s", "4 s"],
        ]
        yield Table(f"A running installation: {_EFFECTS} events, {_FORMS} forms", ("", "measured", "bound"), rows)
        yield _endurance(installation)


def _ready_to_be_tested() -> tuple[Event, ...]:
    """A patient of whom only the consent to the test is missing."""
    on = _day
    timing = facts.timing(
        on(-10), adjuvant_chemotherapy="no", last_chemotherapy_on=None, radiotherapy_planned_for=on(14)
    )
    return (
        facts.screened(on(-30)),
        facts.surgery(on(-50)),
        facts.pathology(on(-45)),
        facts.staging(on(-20)),
        facts.history(on(-20)),
        facts.performance(on(-20)),
        timing,
    )


def _day(days: int) -> str:
    return str((datetime.now(UTC) + timedelta(days=days)).date())


def _effect(installation: Installation, number: int) -> float:
    """Seconds from a consent in the log to the order's arrival at the laboratory."""
    patient_id, asked_at = f"E-{number:04}", installation.laboratory.asked_at
    keep(installation.trial_log, patient_id, *_ready_to_be_tested())
    time.sleep(2 + random.random())  # not in step with the reactor; what is shown is shown by then
    keep(installation.trial_log, patient_id, facts.consented_to_test(_day(-9)))
    began, key = perf_counter(), f"recurindex/{patient_id}/1"
    until(lambda: key in asked_at)
    return asked_at[key] - began


def _form(installation: Installation, number: int) -> float:
    """Seconds from a form sent to its event in the log."""
    patient_id = f"F-{number:04}"
    began = perf_counter()
    installation.engine.submit("screen-patient", patient_id, **_entry())
    stream = installation.trial_log.names.patient(patient_id)
    return until(lambda: installation.trial_log.log.version(stream) > 0) - began


def _entry() -> dict[str, object]:
    return as_chosen(ScreenPatient, facts.screened(_day(-1)).model_dump(mode="json"))


def _endurance(installation: Installation) -> Table:
    """Memory while flow runs go on and on: a line every quarter of them."""
    began, first = perf_counter(), installation.flow_runs()
    rows = [_memory(installation, began)]
    for quarter in range(1, 5):
        _go_on(installation.trial_log, installation, first + quarter * _RUNS // 4)
        rows.append(_memory(installation, began))
    return Table(f"Memory over {_RUNS} flow runs", ("flow runs", "memory", "seconds"), rows)


def _go_on(trial_log: TrialLog, installation: Installation, runs: int) -> None:
    while (already := installation.flow_runs()) < runs:
        for number in range(min(20, runs - already)):
            keep(trial_log, f"R-{already:05}-{number}", *_ready_to_be_tested(), facts.consented_to_test(_day(-9)))
            time.sleep(0.25)


def _memory(installation: Installation, began: float) -> list[str]:
    return [f"{installation.flow_runs():,}", f"{installation.megabytes():.0f} MB", f"{perf_counter() - began:.0f} s"]
