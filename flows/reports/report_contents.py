"""What a report contains, in order: figures, tables and sentences, before anybody decides how they look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.protocol.readings import read_with
from flows.reports.figures.drawing import Draw, as_svg
from flows.reports.report_view import ReportView
from flows.reports.result_figures import incidence, maturity, non_inferiority
from flows.reports.survival_curve import by_arm, pooled
from flows.reports.survival_words import endpoint_name, information
from flows.reports.tables.baseline import baseline
from flows.reports.tables.conduct import analyses, deviations, readings
from flows.reports.tables.endpoints import comparisons, endpoints
from flows.reports.tables.first_events import first_events
from flows.reports.tables.intervals import intervals
from flows.reports.tables.radiotherapy import radiotherapy
from flows.reports.tables.table import Row, Table
from flows.reports.tables.toxicity import toxicity
from flows.reports.trial_figures import enrolment, flow_of_patients, swimmer, visit_compliance

if TYPE_CHECKING:
    from flows.analyses import Performed

ANALYSED = (("EFS", "itt"), ("EFS", "per-protocol"), ("EFS", "as-treated"), ("LRRFS", "itt"), ("OS", "itt"))
"""Endpoints and populations of a report, the primary one first."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as SVG; `records` name the analyses its numbers come from."""

    title: str
    svg: str
    records: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the report."""

    title: str
    blocks: Sequence[Picture | Table | str]


@dataclass(frozen=True, slots=True)
class Check:
    """Something the engine claims of itself, and what was found."""

    claim: str
    ok: bool
    found: str


def contents(
    view: ReportView, done: Sequence[Performed], digests: Sequence[str] = (), checks: Sequence[Check] = ()
) -> tuple[Section, ...]:
    """Every chapter. `done` are the analyses of `ANALYSED`; `digests` are shown by arm only."""
    trial = view.trial
    conduct = (_picture("Flow of patients", flow_of_patients(view)), _picture("Enrolment", enrolment(view)))
    course = (_picture("Visits", visit_compliance(view)), _picture("Course of each patient", swimmer(view)))
    records = analyses(done, digests if view.by_arm else ())
    found = (
        Section("Conduct of the trial", (*conduct, *course, deviations(view))),
        Section("Patients", (baseline(view), intervals(view))),
        Section("Treatment and toxicity", (radiotherapy(view), toxicity(view))),
        Section("Results", tuple(_results(view, done))),
        Section("How the protocol was read", (readings(trial.edition),)),
        Section("What this report rests on", (records,)),
    )
    return (*found, Section("What was checked", (_checked(checks),))) if checks else found


def _picture(title: str, draw: Draw, *records: str) -> Picture:
    return Picture(title, as_svg(draw, title), records)


def _results(view: ReportView, done: Sequence[Performed]) -> Iterator[Picture | Table | str]:
    """The open report has every number of all patients together, and none that is of one arm."""
    primary = done[0]
    told = dict.fromkeys(reading for each in done for reading in each.report.readings)
    if primary.report.information:
        yield f"{information(primary.report.information)}."
    if told:
        yield f"{read_with(tuple(told))}."
    yield endpoints(done, by_arm=view.by_arm)
    if view.by_arm:
        yield comparisons(done)
        reports = [each.report for each in done]
        yield _picture("Non-inferiority", non_inferiority(reports, view.as_of), *(each.id for each in done))
    curve = by_arm if view.by_arm else pooled
    for each in done:
        if each.report.population == "itt":
            yield _picture(endpoint_name(each.report), curve(each.table, each.report), each.id)
    for each in done:
        if each.report.population == "itt" and each.report.endpoint != "OS":
            title = f"Cumulative incidence, {each.report.endpoint}"
            yield _picture(title, incidence(each.table, each.report, by_arm=view.by_arm), each.id)
    yield first_events(view, primary.id)
    yield _picture("Maturity of follow-up", maturity(primary.table, primary.report, by_arm=view.by_arm), primary.id)


def _checked(checks: Sequence[Check]) -> Table:
    rows = [Row(check.claim, ("holds" if check.ok else "FAILS", check.found)) for check in checks]
    return Table("What the engine claims of itself", ("", "Found"), rows, first="Claim")
