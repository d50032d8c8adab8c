"""Operators' entry of many rows at once: the text of a CSV file in a form, first as a preview, then for good."""

# Prefect reads the annotations of a flow's parameters, so they must not be strings: no `annotations` import here.
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from prefect import flow, get_client
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import BaseModel, Field, ValidationError

from domain.refusal_words import in_words
from events.recorded import Actor, Source
from flows.batch_import import BatchResult, import_batch
from flows.batch_page import PAGE, form_batch, page_with
from flows.batch_rows import BATCHES
from flows.operator_entry import TrialForm
from flows.reports.links import PAGES
from flows.resources import Resources, resources
from flows.run_names import sent_form
from flows.take_over_file import TakeOverRefused
from store.event_log import EventLogError
from store.transact import Entry

_LONGEST = 300_000


class BatchRows(BaseModel):
    """Visits or fractions of many patients, as the text of a CSV file."""

    kind: Literal["visits", "fractions"] = Field(title="What the rows are")
    rows: str = Field(
        min_length=1,
        max_length=_LONGEST,
        title="Rows, with the heading",
        description="Copied from a CSV file. Visits: patient_id,occurred_on,visit,disease_status,assessments. "
        "Fractions: patient_id,occurred_on,phase,number,dose_cgy,cbct,shift_mm,shift_corrected. Several assessments "
        "are parted by blanks: CBC ECG. Pseudonymous ids only: what stands here is kept with the run. DICOM treatment "
        "records go into the drop folder inbox/fractions.",
        examples=["patient_id,occurred_on,visit,disease_status,assessments\nRJ-0042,2021-08-19,6m,NO_EVIDENCE,CBC ECG"],
    )
    preview: Literal["yes", "no"] = Field(
        default="yes", title="Preview only", description="Yes: nothing is recorded. No: the rows are recorded."
    )


class BatchForm(TrialForm):
    """Who enters which rows."""

    entry: BatchRows = Field(title="Rows")


def _run_name() -> str:
    """A run goes by what its rows are, so that the list of runs reads as a diary."""
    entry = sent_form().get("entry")
    kind = entry.get("kind") if isinstance(entry, dict) else None
    return f"batch of {kind}" if kind in BATCHES else "batch"


@flow(
    name="enter-batch",
    description="Enter many visits or fractions at once.",
    flow_run_name=_run_name,
    validate_parameters=False,
)
async def enter_batch(form: BatchForm) -> State:
    """Enter many visits or fractions at once."""
    given = resources()
    try:
        checked = _checked(form)
        result = import_rows(given, checked)
    except ValidationError as refusal:
        return Failed(message=f"Refused: {in_words(refusal, BatchForm)}")
    except TakeOverRefused as refusal:
        return Failed(message=f"Refused: {refusal}")
    except EventLogError as problem:
        return Failed(message=f"Not finished: {problem}. Send the rows again; what is on record is not recorded twice.")
    await show_batches(form_batch(given.now_at_site, checked.entered_by, result))
    return Completed(message=f"{_in_a_sentence(result)} Row by row: {PAGES}{PAGE}")


async def show_batches(*batches: str) -> None:
    """Put more batches on top of the page of batches."""
    key = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[PAGE]))
    async with get_client() as client:
        newest = [str(found.data) for found in await client.read_latest_artifacts(artifact_filter=key)]
    page = page_with(batches, newest[0] if newest else None)
    await acreate_markdown_artifact(page, key=PAGE, description="Visits and fractions in batches")


def _checked(form: object) -> BatchForm:
    """Prefect checks only the schema, and hands a form over as it was sent."""
    return BatchForm.model_validate(form.model_dump() if isinstance(form, BaseModel) else form)


def import_rows(given: Resources, form: BatchForm) -> BatchResult:
    """Import the rows of a form, or only look. Raises `TakeOverRefused`; then nothing is kept."""
    author = Actor(id=form.entered_by, role=form.role, kind="human")
    run = given.engine_entry("enter-batch").correlation_id

    def entry(reference: str) -> Entry:
        return Entry(author, Source(kind="form", reference=reference), given.clock.now(), correlation_id=run)

    kind, preview = form.entry.kind, form.entry.preview == "yes"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(f"{form.entry.rows}\n", encoding="utf-8")
        return import_batch(given.trial_log, BATCHES[kind], [path], entry, dry_run=preview, called=kind)


def _in_a_sentence(result: BatchResult) -> str:
    told = "would be recorded" if result.dry_run else "recorded"
    return f"{result.recorded} {told}, {result.unchanged} on record already, {result.rejected} rejected."
