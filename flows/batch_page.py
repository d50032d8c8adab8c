"""The page of batches: what became of the rows of each, newest first, and a block to copy of those not taken.

No file is named, since its name may be that of a patient. A row is shown when it reads as one: one cell a column, and
a pseudonymous id; what a machine wrote is shown only when the patient is on record.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate

from events.streams import PATIENT_ID
from flows.batch_import import BatchResult, SetApart
from flows.batch_rows import Batch, BatchRow
from flows.reports.links import form_link
from flows.reports.markdown import table
from flows.reports.next_forms import BATCH_TITLE
from flows.take_over_file import REMARKS

PAGE = "batch"
_MOST_BATCHES = 20
_MOST_BYTES = 250_000
"""Of the page; the oldest batches give way."""
_MOST_BYTES_SHOWN = 90_000
"""Of the reasons of one batch, and of its block to copy."""
_LONGEST_REASON = 400
_HEADING = "\n\n## "
_FENCE = "~~~~"


def page_with(batches: Sequence[str], older: str | None) -> str:
    """The page with more batches on top of those it showed before."""
    title = "# Visits and fractions in batches\n\n" + (
        f"Newest first. The form {form_link(BATCH_TITLE, 'enter-batch')} looks before it records. A file in the drop "
        "folder is recorded at once: to look first, paste its rows into that form, or ask `imni import-visits FILE "
        "--dry-run` (`imni import-fractions` for fractions and DICOM)."
    )
    shown = [title]
    for each in (*batches, *(older or "").split(_HEADING)[1:])[:_MOST_BATCHES]:
        if sum(map(_size, shown)) + _size(each) > _MOST_BYTES:
            break
        shown.append(each.strip())
    return _HEADING.join(shown) + "\n"


def form_batch(at: datetime, by: str, result: BatchResult) -> str:
    """What became of the rows of a form."""
    what = "preview, nothing is written" if result.dry_run else "recorded"
    heading = f"{at:%Y-%m-%d %H:%M} · {result.batch.name.capitalize()} by {by}: {what}"
    counts = table(("Rows", *_FATES), [(result.rows, *_fates([result]))])
    return "\n\n".join([heading, counts, *_not_taken(result.batch, result.apart, lambda row: str(row.number))])


def drop_folder_batch(at: datetime, batch: Batch, results: Sequence[BatchResult], refusals: Sequence[str]) -> str:
    """What became of files of the drop folder: of the rows of some, and why others could not be used at all."""
    heading = f"{at:%Y-%m-%d %H:%M} · {batch.name.capitalize()} from the drop folder"
    counts = table(("Files", *_FATES), [(len(results) + len(refusals), *_fates(results))])
    unused, more = _shortened([f"- Not used: {_discreet(refusal)[:_LONGEST_REASON]}" for refusal in refusals])
    apart = [one for result in results for one in result.apart]
    not_taken = _not_taken(batch, apart, lambda row: row.reference)
    return "\n\n".join(part for part in (heading, counts, f"{unused}{more}", *not_taken) if part)


_FATES = ("New", "On record already", "Rejected")


def _fates(results: Sequence[BatchResult]) -> tuple[int, int, int]:
    return (
        sum(result.recorded for result in results),
        sum(result.unchanged for result in results),
        sum(result.rejected for result in results),
    )


def _not_taken(batch: Batch, apart: Sequence[SetApart], where: Callable[[BatchRow], str]) -> Iterator[str]:
    """The reasons, and the rows to copy; `where` says where a row stands."""
    if not apart:
        return
    reasons = [(where(one.row), *reason) for one in apart for reason in _reasons(one)]
    told, more = _shortened(table(("Row", "Column", "Value", "What is wrong"), reasons).splitlines())
    yield "### Not taken"
    yield f"{told}{more}"
    shown = [one for one in apart if _may_be_shown(one)]
    if shown:
        to_copy, more = _shortened(list(_lines_to_copy(batch, shown, where)))
        yield f"To copy, mend and enter again:\n\n{_FENCE}csv\n{to_copy}\n{_FENCE}{more}"
    if len(shown) < len(apart):
        yield (
            f"Rows not shown, since they may say who a patient is: {len(apart) - len(shown)}. They stand in the file "
            "they come from, and in the reject file of the drop folder."
        )


def _reasons(one: SetApart) -> Iterator[Sequence[str]]:
    for said in one.problems:
        value, problem = said.value, said.problem
        if not _may_be_shown(one):
            value, problem = "", problem.replace(value, "…") if value else problem
        yield said.column, _discreet(value), _discreet(problem)[:_LONGEST_REASON]


def _lines_to_copy(batch: Batch, apart: Sequence[SetApart], where: Callable[[BatchRow], str]) -> Iterator[str]:
    """The rows as the reject file has them: its first columns are not read again."""
    yield _line([*REMARKS, *batch.heading])
    for one in apart:
        said = " | ".join(map(str, one.problems))[:_LONGEST_REASON]
        yield _line([where(one.row), said, *one.row.in_file(batch).cells])


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(map(_discreet, cells))
    return written.getvalue()


def _may_be_shown(one: SetApart) -> bool:
    reads_as_one = not one.row.ragged and PATIENT_ID.fullmatch(one.row.patient_id) is not None
    return reads_as_one and (one.known or one.row.typed)


def _discreet(text: str) -> str:
    """A text that stays in its line, and cannot end the block it stands in."""
    return " ".join(text.split()).replace(_FENCE, "~")


def _shortened(lines: Sequence[str]) -> tuple[str, str]:
    """As many of the lines as there is room for, and a sentence about those left out."""
    sizes = accumulate(_size(line) + 1 for line in lines)
    kept = [line for line, so_far in zip(lines, sizes, strict=True) if so_far <= _MOST_BYTES_SHOWN]
    left_out = len(lines) - len(kept)
    return "\n".join(kept), f"\n\n{left_out} more are not shown: mend these and enter the rest again." * bool(left_out)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
