"""What starts by the clock, and what an operator can start by hand beside the forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from deployments.reactions import REACTIONS
from domain.endpoints import ENDPOINTS
from flows.batch_page import PAGE
from flows.catch_up import catch_up
from flows.check_projections import check_projections
from flows.import_inbox import import_inbox
from flows.read_models import refresh_read_models
from flows.seal_log import seal_log
from flows.survival_analysis import analyse_endpoints
from flows.write_segments import write_segments


@flow(
    name="catch-up",
    description="Work off everything that is open.",
    flow_run_name="catch-up",
    validate_parameters=False,
)
async def catch_up_now() -> State:
    """Catch up with every reaction there is."""
    return Completed(message=await catch_up(REACTIONS))


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A flow under its name in plain words, when it starts by itself (cron, hospital time; None for by hand only), what
    it is for, and the keys of the pages it makes."""

    name: str
    flow: Flow[..., Any]
    cron: str | None
    wording: str
    pages: Sequence[str] = ()


SCHEDULED: Sequence[Scheduled] = (
    Scheduled(
        "Catch up",
        catch_up_now,
        "0 6 * * *",
        "Work off everything that is open. Daily at 6, and whenever you like.",
        ("worklist",),
    ),
    Scheduled(
        "Make all pages anew",
        refresh_read_models,
        "30 6 * * *",
        "Every page from the log. Daily at 6:30, and whenever you like.",
        ("start-here",),
    ),
    Scheduled(
        "Compare the tables with the log",
        check_projections,
        "0 3 * * *",
        "Rebuild every table that pages and programs read, and compare. Nightly at 3, and whenever you like.",
        ("projections",),
    ),
    Scheduled(
        "Copy sealed parts of the log",
        write_segments,
        "30 3 * * *",
        "Into files, from which much is read faster. Nightly at 3:30, when it is much.",
    ),
    Scheduled(
        "Import the drop folder",
        import_inbox,
        None,
        "Import the files in the home's `inbox/visits` and `inbox/fractions` now. That is done within seconds anyway. "
        "To look first, paste their rows into the form of batches.",
        (PAGE,),
    ),
    Scheduled(
        "Seal the log",
        seal_log,
        None,
        "Seal what is new now. That is done every minute in which something was recorded anyway.",
        ("audit",),
    ),
    Scheduled(
        "Analyse the endpoints",
        analyse_endpoints,
        "0 7 * * 1",
        "EFS, LRRFS and OS again, their curves and the figures. On Mondays, and whenever you like.",
        (*(f"curve-{code.lower()}" for code in ENDPOINTS), "figures"),
    ),
)
