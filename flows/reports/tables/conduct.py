"""Deviations from the protocol, how the protocol was read, and the analyses a report rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.protocol.edition import Edition
from domain.protocol.readings import QUESTIONS
from flows.reports.report_view import ReportView
from flows.reports.tables.table import Row, Table

if TYPE_CHECKING:
    from flows.analyses import Performed


def deviations(view: ReportView) -> Table:
    """Departures by rule and class, and how many patients they concern; a patient may depart more than once."""
    groups = [{patient.patient_id for patient in members} for _, members in view.members]
    found = [[each for owner, each in view.trial.deviations if owner.patient_id in ids] for ids in groups]
    of_whom = [{owner.patient_id for owner, _ in view.trial.deviations} & ids for ids in groups]
    rules = sorted({(each.rule, each.classification) for group in found for each in group})
    rows = [
        Row("Patients with a deviation", tuple(len(ids) for ids in of_whom)),
        Row("Deviations", tuple(len(group) for group in found)),
        *(
            Row(
                f"{rule}, {kind}",
                tuple(sum((each.rule, each.classification) == (rule, kind) for each in group) for group in found),
                1,
            )
            for rule, kind in rules
        ),
    ]
    columns = [f"{name} (n = {len(ids)})" for name, ids in zip(view.names, groups, strict=True)]
    return Table("Deviations from the protocol", columns, rows, ("By rule and class; derived from what stands.",))


def readings(edition: Edition) -> Table:
    """Every question the protocol leaves open, and the reading in force."""
    rows = [
        Row(
            q.id, (q.severity, q.wording, edition.reading(q.id), "" if edition.reading(q.id) == q.default else "chosen")
        )
        for q in QUESTIONS
    ]
    return Table(
        "Readings in force",
        ("Severity", "Question", "Reading in force", ""),
        rows,
        first="ID",
        widths=(2, 2, 9, 5, 2),
    )


def analyses(done: Sequence[Performed], digests: Sequence[str]) -> Table:
    """What the report rests on; `digests` are those on record, in halves, or empty in an open report."""
    rows = [
        Row(
            each.id,
            (
                str(each.report.endpoint),
                str(each.report.population),
                each.report.n,
                each.report.events,
                *((f"{digest[:32]} {digest[32:]}",) if digests else ()),
            ),
        )
        for each, digest in zip(done, digests or [""] * len(done), strict=True)
    ]
    columns = ("Endpoint", "Population", "Patients", "Events", *(("Digest of the result",) if digests else ()))
    return Table(
        "Analyses on record",
        columns,
        rows,
        ("`imni analysis verify ID` does one again and compares.",),
        first="ID",
        widths=(4, 3, 4, 3, 2, *((10,) if digests else ())),
    )
