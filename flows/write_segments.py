"""Nightly: parts of the log that are sealed and large are copied into Parquet files, from which much is read faster."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.resources import resources
from store.segments.segments import Segments


@flow(
    name="write-segments",
    description="Copy large sealed parts of the log.",
    flow_run_name="copies of sealed parts",
    validate_parameters=False,
)
async def write_segments() -> State:
    """Write every segment that is due. One that was damaged, and those after it, are written again."""
    given = resources()
    written = Segments(given.settings.segments, given.trial_log.log).write_due()
    return Completed(message=", ".join(path.name for path in written) or "No segment is due")
