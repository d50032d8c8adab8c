"""What starts by the clock, and what an operator can start by hand beside the forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from deployments.reactions import REACTIONS
from flows.batch_page import PAGE
from flows.catch_up import catch_up
from flows.check_projections import check_projections
from flows.import_inbox import import_inbox
from flows.read_models import refresh_read_models
from flows.reports.links import page_link
from flows.seal_log import seal_log
from flows.survival_analysis import analyse_endpoints
from flows.write_segments import write_segments


@flow(name="catch-up", description="Work off everything that is open.", validate_parameters=False)
async def catch_up_now() -> State:
    """Catch up with every reaction there is."""
    return Completed(message=await catch_up(REACTIONS))


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A flow, when it starts by itself (cron, hospital time; None for by hand), and what it is for in plain words."""

    flow: Flow[..., Any]
    cron: str | None
    wording: str


SCHEDULED: Sequence[Scheduled] = (
    Scheduled(catch_up_now, "0 6 * * *", "Work off everything that is open. Daily at 6, and whenever you like."),
    Scheduled(refresh_read_models, "30 6 * * *", "Make all pages anew. Daily at 6:30, and whenever you like."),
    Scheduled(
        check_projections, "0 3 * * *", "Compare every projection with the log. Nightly at 3, and whenever you like."
    ),
    Scheduled(
        write_segments,
        "30 3 * * *",
        "Copy what is sealed into files for fast reading. Nightly at 3:30, when it is much.",
    ),
    Scheduled(
        import_inbox,
        None,
        "Import the files in the home's `inbox/visits` and `inbox/fractions` now. That is done within seconds anyway. "
        f"To look first, paste their rows into the form of batches. {page_link('What became of them', PAGE)}",
    ),
    Scheduled(seal_log, None, "Seal the log now. It is sealed every minute in which something was recorded."),
    Scheduled(analyse_endpoints, "0 7 * * 1", "Analyse EFS, LRRFS and OS again. On Mondays, and whenever you like."),
)
