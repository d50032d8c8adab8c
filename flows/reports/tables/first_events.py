"""What came first for each patient, by site; the internal mammary nodes, which the trial asks about, on their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.endpoint_analysis import Question, endpoint_records
from domain.endpoints import ENDPOINTS, PRIMARY, EndpointRecord
from domain.occurrences import Kind, occurrences
from events.outcomes import RecurrenceSite
from flows.reports.report_view import ReportView
from flows.reports.tables.table import Cell, Count, Row, Table

_SITES: Mapping[str, str] = {
    RecurrenceSite.BREAST: "Breast",
    RecurrenceSite.CHEST_WALL: "Chest wall",
    RecurrenceSite.AXILLA: "Axillary nodes",
    RecurrenceSite.SUPRACLAVICULAR: "Supraclavicular nodes",
    RecurrenceSite.INFRACLAVICULAR: "Infraclavicular nodes",
    RecurrenceSite.INTERNAL_MAMMARY: "Internal mammary nodes",
    RecurrenceSite.DISTANT: "Distant",
    Kind.DEATH_BREAST_CANCER: "Death of breast cancer",
}
_OTHER_BREAST = "Contralateral breast cancer"
_ELSE = "Other"
_CENSORED = "Event-free at last assessment"
_COMPETING = "Death of another cause first"


def first_events(view: ReportView, record: str) -> Table:
    """The first event of the primary endpoint, as allocated; `record` names its analysis. The lines add up to all."""
    edition = view.trial.edition
    records = endpoint_records(view.trial.randomised, Question(PRIMARY), edition)
    groups = [[r for r in records if group.name in (r.arm, "All")] for group, _ in view.members]
    lines = [*_SITES.values(), _OTHER_BREAST, _ELSE]
    rows = [
        Row("First event", _counts(groups, lines)),
        *(Row(name, _counts(groups, [name]), 1) for name in lines),
        Row(_COMPETING, _counts(groups, [_COMPETING])),
        Row(_CENSORED, _counts(groups, [_CENSORED])),
        Row("Internal mammary recurrence at any time", _internal_mammary(view)),
    ]
    return Table(
        title=f"First events by site ({ENDPOINTS[PRIMARY].code})",
        columns=[f"{name} (n = {len(group)})" for name, group in zip(view.names, groups, strict=True)],
        rows=rows,
        notes=(
            "A patient counts once, at her first event; with several sites found on one day, at the first named. "
            "The last line counts besides what was found beside or after another event.",
        ),
        records=(record,),
        first="First event",
    )


def _line(record: EndpointRecord) -> str:
    if not record.observed:
        return _COMPETING if record.reason.startswith("competing") else _CENSORED
    detail = record.reason.removeprefix("event: ")
    if detail.startswith("CONTRALATERAL"):
        return _OTHER_BREAST
    return _SITES.get(detail, _ELSE)


def _counts(groups: Sequence[Sequence[EndpointRecord]], lines: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(Count(sum(_line(record) in lines for record in group), len(group)) for group in groups)


def _internal_mammary(view: ReportView) -> tuple[Cell, ...]:
    edition = view.trial.edition
    return tuple(
        Count(
            sum(any(o.detail == RecurrenceSite.INTERNAL_MAMMARY for o in occurrences(p, edition)) for p in members),
            len(members),
        )
        for _, members in view.members
    )
