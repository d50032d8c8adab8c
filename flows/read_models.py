"""Reaction: what people look at follows the log: projections, patients' pages, worklist, enrolment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact

from flows.live_patients import LivePatients
from flows.reports.patient_page import patient_page
from flows.reports.trial_pages import artifact_key, enrolment_page, start_page, worklist_page
from flows.resources import Resources, resources
from store.projections.refreshing import refresh

_AT_ONCE = 8


@flow(name="refresh-read-models", description="Bring pages and projections up to date.", validate_parameters=False)
async def refresh_read_models(patient_ids: Sequence[str] | None = None) -> None:
    """Refresh the projections, the pages of these patients (everyone's when left out), and the trial's pages."""
    given = resources()
    refresh(given.trial_log)
    live = LivePatients(given.trial_log)
    live.read_on()
    gate = asyncio.Semaphore(_AT_ONCE)
    ids = sorted(live.patients) if patient_ids is None else patient_ids
    await asyncio.gather(*(_show_patient(given, live, patient_id, gate) for patient_id in ids))
    await _show_trial(given, live)


async def _show_patient(given: Resources, live: LivePatients, patient_id: str, gate: asyncio.Semaphore) -> None:
    async with gate:
        page = patient_page(live.patients[patient_id], given.trial_log.edition(), given.today)
        key, description = artifact_key(patient_id), f"Patient {patient_id}"
        await acreate_markdown_artifact(markdown=page, key=key, description=description)


async def _show_trial(given: Resources, live: LivePatients) -> None:
    patients = [live.patients[patient_id] for patient_id in sorted(live.patients)]
    edition, today = given.trial_log.edition(), given.today
    pages = {
        "start-here": start_page(given.trial_log.names.simulated, patients),
        "worklist": worklist_page(patients, edition, today),
        "enrolment": enrolment_page(patients, edition, today),
    }
    for key, page in pages.items():
        await acreate_markdown_artifact(markdown=page, key=key, description=key.replace("-", " ").capitalize())
