"""Reaction: an outcome, assessment or correction makes an endpoint stale, and it is analysed again."""

from __future__ import annotations

import asyncio

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.runtime import flow_run

from domain.endpoints import ENDPOINTS, PRIMARY
from flows.analyses import Seen, keep, perform, see
from flows.reports.figures_page import figures_page
from flows.reports.markdown import marked
from flows.reports.survival_curve import survival_curve_markdown
from flows.reports.trial_view import TrialView
from flows.resources import Resources, resources
from store.projections.as_of import AsOf


def _run_name() -> str:
    """A run is named by what it analyses, so that the list of runs can be read."""
    return f"analysis of {', '.join(flow_run.get_parameters().get('endpoints') or ENDPOINTS)}"


@flow(
    name="analyse-endpoints",
    description="Analyse EFS, LRRFS and OS again.",
    flow_run_name=_run_name,
    validate_parameters=False,
    persist_result=False,
)
async def analyse_endpoints(endpoints: list[str] | None = None) -> None:
    """Analyse endpoints from the log, record each analysis, and show its curve."""
    given = resources()
    position, simulated = given.trial_log.log.last_position(), given.trial_log.names.simulated
    # In a thread, as the drawing is: they take seconds, and forms and reactions are answered meanwhile.
    seen = await asyncio.to_thread(see, given.trial_log, AsOf(position))
    for code in endpoints or list(ENDPOINTS):
        done = await asyncio.to_thread(perform, seen, code)
        keep(given.trial_log, done.report, given.engine_entry(f"analysis of {code} at {position}"))
        await acreate_markdown_artifact(
            markdown=marked(survival_curve_markdown(done.table, done.report), simulated),
            key=f"curve-{code.lower()}",
            description=f"{code} of all patients together, log position {position}",
        )
    figures = marked(await asyncio.to_thread(_figures, given, seen), simulated)
    await acreate_markdown_artifact(markdown=figures, key="figures", description="The trial in figures")


def _figures(given: Resources, seen: Seen) -> str:
    simulated = given.trial_log.names.simulated
    view = TrialView(seen.patients, seen.edition, given.today, simulated=simulated, position=seen.as_of.position)
    return figures_page(view, perform(seen, PRIMARY))
