"""Everything an operator may see: every page, every form, the lists, a run that is recorded and one that is refused."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flows.operator_entry import OPERATOR_COMMANDS
from flows.reports.links import artifact_key
from flows.reports.trial_pages import OTHERS, TRIAL_PAGES
from tests.browser.photographer import Photographer

PATIENTS = tuple(f"RJ-{number:04}" for number in range(101, 115))
"""A patient in each state; the simulated ones have lived their lives."""

_ENDED = ("COMPLETED", "FAILED", "CRASHED")
_ROWS = "patient_id,occurred_on,phase,number,dose_cgy,cbct\nRJ-0107,{on},MAIN,7,267,yes\nRJ-0107,{on},MAIN,8,26700,no"


async def everything(photographer: Photographer, today: date) -> None:
    """Every picture there is, the pages last: some are made by the runs before."""
    await _runs(photographer, today)
    await photographer.picture("deployments", "deployments", "Adjudication")
    await _forms(photographer)
    for key in (*(page.key for page in TRIAL_PAGES), *(key for key, _, _ in OTHERS)):
        await photographer.page(key)
    for patient_id in (*PATIENTS, "SIM-0001"):
        await photographer.page(artifact_key(patient_id))


async def _forms(photographer: Photographer) -> None:
    found = photographer.ask("/deployments/filter", {"deployments": {"tags": {"all_": ["form"]}}, "limit": 200})
    assert len(found) == len(OPERATOR_COMMANDS) + 1, len(found)
    for deployment in sorted(found, key=lambda one: str(one["name"])):
        asks_for_a_patient = "patient_id" in str(deployment["parameter_openapi_schema"])
        await photographer.form(deployment, {"patient_id": "RJ-0107"} if asks_for_a_patient else {})


async def _runs(photographer: Photographer, today: date) -> None:
    """What becomes of a form: on record, refused; rows in a batch; the nightly comparison."""
    by, on = {"entered_by": "li.wei"}, str(today - timedelta(days=10))
    surgery = {
        "occurred_on": on,
        "breast_surgery": "BCS – breast-conserving surgery",
        "axillary_surgery": "SLNB – sentinel lymph node biopsy",
    }
    recorded = _run(photographer, "record-surgery", {**by, "patient_id": "RJ-0101", "entry": surgery})
    too_early = {"occurred_on": str(today)}
    refused = _run(photographer, "randomise-patient", {**by, "patient_id": "RJ-0101", "entry": too_early})
    _run(photographer, "enter-batch", {**by, "entry": {"kind": "fractions", "rows": _ROWS.format(on=today)}})
    _run(photographer, "check-projections", None)
    for name, run, state in (("run-recorded", recorded, "COMPLETED"), ("run-refused", refused, "FAILED")):
        assert run["state_type"] == state, run["state"]["message"]
        await photographer.picture(name, f"runs/flow-run/{run['id']}", run["name"])
    await photographer.picture("runs", "runs", recorded["name"], whole=False)
    await photographer.picture("deployment", f"deployments/deployment/{recorded['deployment_id']}", "Surgery")


def _run(photographer: Photographer, flow: str, form: Mapping[str, Any] | None) -> Any:
    """The run of a form as it was sent, when it has ended."""
    found: Sequence[Any] = photographer.ask("/deployments/filter", {"flows": {"name": {"any_": [flow]}}})
    sent = {"parameters": {"form": form} if form else {}, "state": {"type": "SCHEDULED"}}
    run = photographer.ask(f"/deployments/{found[0]['id']}/create_flow_run", sent)
    deadline = time.monotonic() + 180
    while run["state_type"] not in _ENDED:
        assert time.monotonic() < deadline, f"{flow} did not end"
        time.sleep(0.3)
        run = photographer.ask("/flow_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})[0]
    return run
