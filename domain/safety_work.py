"""What people must do about serious adverse events: report and assess them while their clocks run.

It is asked for whatever became of the patient: death, loss and withdrawal do not stop a clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.serious_events import RunningClock, running_clocks
from domain.work_item import Work, WorkItem


def report_serious_events(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """One item a clock that still runs, due on the day of the site it runs out on."""
    for running in running_clocks(patient, edition):
        if running.met is None:
            yield _item(patient, running, edition, today)


def _item(patient: Patient, running: RunningClock, edition: Edition, today: date) -> WorkItem:
    due, due_at = running.due_on(edition), running.due_at.astimezone(edition.site_zone)
    assesses = running.clock.met_by == "assessment"
    work = Work.ASSESS_SERIOUS_EVENT if assesses else Work.REPORT_SERIOUS_EVENT
    key = f"{work}/{patient.patient_id}/{running.sae_id}/{running.clock.id}"
    state = f"overdue since {due}" if today > due else f"due {due_at:%Y-%m-%d %H:%M}, time of the site"
    wording = f"{running.clock.wording}: {running.sae_id} {running.declared.event.term}, {state}"
    return WorkItem(work, key, patient.patient_id, due, "investigator", wording, running.sae_id)
