"""Nightly: is every projection what the log says? One that is not is put on record, asked about, and made anew."""

from __future__ import annotations

from collections.abc import Sequence

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from domain.decisions.conduct import RecordDrift
from events.clinical_date import ClinicalDate
from flows.code_version import code_version
from flows.reports.markdown import table
from flows.resources import Resources, resources
from store.projections.rebuilding import Rebuilt, rebuild


@flow(
    name="check-projections",
    description="Rebuild every projection and compare.",
    flow_run_name="tables compared with the log",
    validate_parameters=False,
)
async def check_projections() -> State:
    """Rebuild each projection from nothing and compare it with the live one. A drift makes a failed run."""
    given = resources()
    rebuilt = rebuild(given.trial_log, mend=False)
    drifted = [each for each in rebuilt if not each.equal]
    # On record before it is mended: nothing would show it afterwards.
    for each in drifted:
        record(given, each)
    if drifted:
        rebuild(given.trial_log)
    await acreate_markdown_artifact(page(rebuilt), key="projections", description="Projections compared with the log")
    if not drifted:
        return Completed(message=f"{len(rebuilt)} projections are what the log says at event {rebuilt[0].events}")
    return Failed(message=told(drifted))


def record(given: Resources, each: Rebuilt) -> None:
    """Put on record that a projection differed from the log."""
    command = RecordDrift(
        occurred_on=ClinicalDate.parse(given.today),
        projection=each.name,
        position=each.events,
        code_version=code_version(),
        digest=each.digest,
    )
    given.trial_log.transact_trial(command, given.engine_entry(f"check of {each.name} at {each.events}"))


def told(drifted: Sequence[Rebuilt]) -> str:
    """What the run says of a drift. People are reminded of the query that its record opened."""
    names = ", ".join(each.name for each in drifted)
    return (
        f"{names} did not show what the log says at event {drifted[0].events}. Made anew and right again. The log "
        "itself is not touched by this; what was read from these tables before may have been wrong. "
        "Find out who wrote to the database beside the program, and run imni verify."
    )


def page(rebuilt: Sequence[Rebuilt]) -> str:
    """The page of the last check."""
    rows = [
        (
            each.name,
            each.events,
            f"{each.seconds:.2f}",
            "equal" if each.equal else "**DRIFTED**, made anew",
            f"`{each.digest[:16]}…`",
        )
        for each in rebuilt
    ]
    return "# Projections compared with the log\n\n" + table(
        ("Projection", "Events", "Seconds", "Found", "Digest"), rows
    )
