"""A patient's page in an installation of 2,000 patients: how soon it is new, and how soon Chromium shows it.

Bound: 2 s, for each of the two, of patients chosen all over the trial.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Browser, sync_playwright

from flows.reports.links import PAGES, artifact_key
from tests import facts
from tests.benchmarks import Table
from tests.benchmarks._installation import Installation, installed, until
from tests.browser.interface import FLAGS
from tests.schedules import TABLE_1
from tests.store.trial_logs import keep

_PATIENTS = 2000
_LOOKS = 20
_FILLED_SECONDS, _REST_SECONDS = 1200.0, 30.0
_ON = "2022-03-01"
_BOUND = "2"


def tables() -> Iterator[Table]:
    """Fills the trial, then asks for one patient's page after the other."""
    with tempfile.TemporaryDirectory(prefix="imni-bench-") as root, installed(Path(root)) as installation:
        _fill(installation)
        looked_at = [_named(number) for number in range(0, _PATIENTS, _PATIENTS // _LOOKS)]
        written = [_new_after(installation, patient_id, number) for number, patient_id in enumerate(looked_at)]
        opened = _opened(installation, looked_at)
        rows = [
            *_rows("entry in the log to her page, new", written),
            *_rows("Chromium, from the link to the heading of her page", opened),
        ]
        yield Table(f"A patient's page of {_PATIENTS:,} patients, `imni up` (s)", ("", "measured", "bound"), rows)


def _named(number: int) -> str:
    return f"P-{number:04}"


def _fill(installation: Installation) -> None:
    """Everybody randomised, treated and in follow-up, and every page of them there."""
    course = (facts.planned(), facts.started(), *facts.fractions(15), facts.completed(), facts.scheduled(*TABLE_1))
    for number in range(_PATIENTS):
        arm = ("OMIT", "IMNI")[number % 2]
        keep(installation.trial_log, _named(number), *facts.enrolled(*course, facts.visit("4w", "2021-03-19"), arm=arm))
    deadline = time.monotonic() + _FILLED_SECONDS
    while _pages(installation) < _PATIENTS:
        if time.monotonic() > deadline:
            raise TimeoutError("not every patient has a page")
        time.sleep(1)
    time.sleep(_REST_SECONDS)  # what there is to do about them comes in bursts


def _new_after(installation: Installation, patient_id: str, number: int) -> float:
    """Seconds from an entry in the log to the page that says it."""
    time.sleep(2)
    term = f"Fatigue {number}"
    began = perf_counter()
    keep(installation.trial_log, patient_id, facts.toxicity(term, 2, _ON))
    return until(lambda: term in installation.page(artifact_key(patient_id))) - began


def _opened(installation: Installation, looked_at: Sequence[str]) -> Sequence[float]:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        _shown_after(installation, browser, looked_at[0])  # the interface itself is read from the disk once
        found = [_shown_after(installation, browser, patient_id) for patient_id in looked_at]
        browser.close()
    return found


def _shown_after(installation: Installation, browser: Browser, patient_id: str) -> float:
    """Seconds from opening the link to a patient's page until its heading is there; in a new tab each time."""
    tab = browser.contexts[0].new_page() if browser.contexts else browser.new_context().new_page()
    began = perf_counter()
    tab.goto(f"{installation.engine.url}{PAGES}{artifact_key(patient_id)}", wait_until="commit")
    tab.get_by_role("heading", name=f"Patient {patient_id}").wait_for()
    took = perf_counter() - began
    tab.close()
    return took


def _rows(name: str, measured: Sequence[float]) -> list[list[str]]:
    return [
        [f"{name}, middle", f"{median(measured):.2f}", _BOUND],
        [f"{name}, slowest of {len(measured)}", f"{max(measured):.2f}", _BOUND],
    ]


def _pages(installation: Installation) -> int:
    """How many pages of patients there are."""
    asked = {"artifacts": {"key": {"like_": "patient-"}}}
    return int(installation.engine.ask("/artifacts/latest/count", asked))
