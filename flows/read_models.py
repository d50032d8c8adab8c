"""Reaction: what people look at follows the log: projections, patients' pages, worklist, enrolment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey
from prefect.runtime import flow_run

from flows.live_patients import LivePatients
from flows.reports.links import artifact_key
from flows.reports.markdown import marked
from flows.reports.patient_page import patient_page
from flows.reports.trial_pages import TRIAL_PAGES
from flows.reports.trial_view import TrialView
from flows.resources import Resources, resources
from flows.run_names import whose
from store.projections.refreshing import refresh
from store.sealing import sealed_size

_AT_ONCE = 8
_MOST_NAMED = 3


class PagesNotMade(Exception):
    """Pages that could not be made, each with the fault; all others are shown."""


class _Page(NamedTuple):
    key: str
    title: str
    write: Callable[[], str]


def _run_name() -> str:
    """A run is named by whose pages it shows, so that the list of runs can be read."""
    patient_ids = flow_run.get_parameters().get("patient_ids")
    if patient_ids is None:
        return "pages of everyone"
    if not patient_ids:
        return "pages of the trial"
    return f"pages of {whose(patient_ids)}"


@flow(
    name="refresh-read-models",
    description="Bring pages and projections up to date.",
    flow_run_name=_run_name,
    validate_parameters=False,
    persist_result=False,
)
async def refresh_read_models(patient_ids: Sequence[str] | None = None) -> None:
    """Refresh the projections and pages: of these patients; of the trial, when none is named; all, when left out.

    Raises `PagesNotMade` in the end for what could not be made.
    """
    given = resources()
    refresh(given.trial_log)
    live = given.everyone
    live.read_on()
    simulated, faults = given.trial_log.names.simulated, list[str]()
    pages = _asked_for(given, live, patient_ids)
    while group := tuple(islice(pages, _AT_ONCE)):
        # In a thread: pages about everyone take seconds, and what reacts to events runs in this process.
        await _show(dict(await asyncio.to_thread(_made, group, simulated, faults)))
    if faults:
        raise PagesNotMade("; ".join(faults[:_MOST_NAMED]))


def _asked_for(given: Resources, live: LivePatients, patient_ids: Sequence[str] | None) -> Iterator[_Page]:
    if patient_ids is None:
        yield from _of_patients(given, live, sorted(live.patients))
        yield from _of_trial(given, live)
    elif patient_ids:
        yield from _of_patients(given, live, patient_ids)
    else:
        yield from _of_trial(given, live)


def _made(pages: Sequence[_Page], simulated: bool, faults: list[str]) -> list[tuple[_Page, str]]:
    """Each page with what it says; of one that cannot be made, the fault is noted."""
    found: list[tuple[_Page, str]] = []
    for page in pages:
        try:
            found.append((page, marked(page.write(), simulated)))
        except Exception as fault:
            get_run_logger().exception("%s could not be made", page.title)
            faults.append(f"{page.title}: {type(fault).__name__}: {fault}")
    return found


async def _show(pages: Mapping[_Page, str]) -> None:
    """Make a new version of each page that no longer says what its newest version says."""
    keys = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[page.key for page in pages]))
    async with get_client() as client:
        shown = {found.key: found.data for found in await client.read_latest_artifacts(artifact_filter=keys)}
    changed = [(page, text) for page, text in pages.items() if shown.get(page.key) != text]
    await asyncio.gather(*(acreate_markdown_artifact(text, key=p.key, description=p.title) for p, text in changed))


def _of_patients(given: Resources, live: LivePatients, patient_ids: Iterable[str]) -> Iterable[_Page]:
    edition, today = given.trial_log.edition(), given.today
    for patient_id in patient_ids:
        write = partial(patient_page, live.patients[patient_id], edition, today)
        yield _Page(artifact_key(patient_id), f"Patient {patient_id}", write)


def _of_trial(given: Resources, live: LivePatients) -> Iterable[_Page]:
    view = TrialView(
        patients=[live.patients[patient_id] for patient_id in sorted(live.patients)],
        edition=given.trial_log.edition(),
        today=given.today,
        trial=live.trial,
        simulated=given.trial_log.names.simulated,
        position=live.position,
        sealed=sealed_size(given.trial_log.log),
        allocation_warning=given.trial_log.allocations().warning,
        remembered=given.remembered,
    )
    for page in TRIAL_PAGES:
        yield _Page(page.key, page.title, partial(page.write, view))
