"""Table 1 under the readings of the protocol: visits of the text added, the first one moved, toxicity left out."""

from collections.abc import Mapping
from dataclasses import replace

from domain.protocol.edition import VisitColumn
from events.follow_up import Assessment

_BASELINE_ONLY = (Assessment.LIVER_FUNCTION, Assessment.RENAL_FUNCTION, Assessment.LIVER_ULTRASOUND)
_QUARTERS, _HALF_YEARS = (3, 9, 15, 21), (30, 42, 54)


def columns_read(columns: tuple[VisitColumn, ...], readings: Mapping[str, str]) -> tuple[VisitColumn, ...]:
    """The visits after radiotherapy under the readings of PQ-18 to PQ-20, PQ-22 and PQ-23, in the order of time."""
    months = (*_added(readings, "PQ-18", _QUARTERS), *_added(readings, "PQ-19", _HALF_YEARS))
    read = [*columns, *(_between(columns, month) for month in months)]
    if readings["PQ-20"] == "1-month":
        read = [replace(column, days=0, months=1) if column.days == 28 else column for column in read]
    if readings["PQ-22"] == "table-only":
        read = [replace(column, assessments=without_toxicity(column.assessments)) for column in read]
    if readings["PQ-23"] == "every-visit":
        read = [replace(column, assessments=(*column.assessments, *_BASELINE_ONLY)) for column in read]
    return tuple(sorted(read, key=_length))


def without_toxicity(assessments: tuple[Assessment, ...]) -> tuple[Assessment, ...]:
    """The assessments that have a row in Table 1."""
    return tuple(assessment for assessment in assessments if assessment is not Assessment.TOXICITY)


def _added(readings: Mapping[str, str], question: str, months: tuple[int, ...]) -> tuple[int, ...]:
    return () if readings[question] == "table" else months


def _length(column: VisitColumn) -> int:
    return 31 * column.months + column.days


def _between(columns: tuple[VisitColumn, ...], month: int) -> VisitColumn:
    """A visit of the text: the window of the next column, the assessments of a half-yearly visit."""
    following = next(column for column in columns if column.months > month)
    half_yearly = next(column for column in columns if column.months == 6)
    return VisitColumn(f"{month}m", 0, month, following.window_days, half_yearly.assessments, "interpreted")
