"""The command that analyses: `analyse`, of the log or of a plain table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from deployments.command_line.analysing_otherwise import print_grid
from deployments.command_line.given_data import text_of
from deployments.command_line.installation import day, instant, opened, require_past
from deployments.command_line.options import Cutoff, Json, KnownAt, TableFile
from deployments.command_line.printing import print_json, print_table, say
from domain.rejections import Contradiction, Incomplete, NoSuchEntry

if TYPE_CHECKING:
    from domain.analysis.result import AnalysisReport
    from domain.endpoint_analysis import Question


def analyse(
    endpoint: Annotated[str | None, typer.Option("--endpoint", help="EFS, LRRFS or OS.")] = None,
    population: Annotated[str, typer.Option("--population", help="itt, per-protocol or as-treated.")] = "itt",
    cutoff: Cutoff = None,
    known_at: KnownAt = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Under every other reading too, one row each.")
    ] = False,
    records: Annotated[bool, typer.Option("--records", help="Add one record a patient.")] = False,
    table: TableFile = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Unit of the table's times: days or years.")] = None,
    as_json: Json = False,
) -> None:
    """Analyse an endpoint: survival by arm, log-rank, hazard ratio and difference with their non-inferiority tests."""
    if sensitivity:
        if table is not None:
            raise Contradiction("--sensitivity", "given", "asks about the log, --table about a file", "Leave one out")
        print_grid(_question(endpoint, population, cutoff, known_at), as_json=as_json)
        return
    if table is not None:
        _refuse_beside_table(endpoint, cutoff, known_at, records)
        report = _of_table(table, unit or "days")
    else:
        if unit is not None:
            raise Contradiction("--unit", unit, "is for a plain table; the log counts in days", "Leave it out")
        report = _of_log(_question(endpoint, population, cutoff, known_at), records)
    print_json(report.model_dump(mode="json")) if as_json else _say(report)


def _refuse_beside_table(endpoint: str | None, cutoff: str | None, known_at: str | None, records: bool) -> None:
    given = {"--endpoint": endpoint, "--cutoff": cutoff, "--known-at": known_at, "--records": records or None}
    for option, value in given.items():
        if value is not None:
            raise Contradiction(option, str(value), "asks about the log, --table about a file", "Leave one of them out")


def _question(endpoint: str | None, population: str, cutoff: str | None, known_at: str | None) -> Question:
    from domain.endpoint_analysis import Question

    if endpoint is None:
        raise Incomplete("--endpoint", "missing", "which endpoint?", "Use EFS, LRRFS or OS")
    return Question(
        endpoint,
        population,
        day(cutoff, "--cutoff") if cutoff else None,
        instant(known_at, "--known-at") if known_at else None,
    )


def _of_log(asked: Question, records: bool) -> AnalysisReport:
    from domain.endpoint_analysis import analyse_endpoint
    from domain.protocol.editions import edition_in_force
    from flows.live_patients import patients_as_of

    with opened() as trial_log:
        require_past(trial_log, asked.known_at)
        patients, position = patients_as_of(trial_log, cutoff=asked.cutoff, knowledge=asked.known_at)
        edition = edition_in_force(trial_log.trial(knowledge=asked.known_at))
    return analyse_endpoint(patients, asked, edition, position, with_records=records)


def _of_table(path: Path, unit: str) -> AnalysisReport:
    from domain.analysis.analyse import analyse as analyse_table
    from domain.analysis.result import AnalysisReport
    from domain.analysis.table_reading import read_table
    from domain.protocol.v2_0 import EDITION

    if unit not in ("days", "years"):
        raise NoSuchEntry("--unit", repr(unit), "no such unit", "Use days or years")
    kind: Literal["days", "years"] = "days" if unit == "days" else "years"
    estimates = analyse_table(
        read_table(text_of(path, "--table", "Give the path of a CSV file"), kind), EDITION.margins
    )
    return AnalysisReport(
        **dict(estimates), endpoint=None, population=None, cutoff=None, known_at=None, edition=EDITION.id, position=None
    )


def _say(report: AnalysisReport) -> None:
    from domain.protocol.readings import read_with
    from flows.reports.survival_words import information

    name = report.endpoint or "Table"
    rows = [
        (arm, estimate.n, estimate.events, *(_percent(point.survival, point.beyond_last_time) for point in estimate.km))
        for arm, estimate in report.arms.items()
    ]
    print_table(f"{name}: {report.events} events of {report.n}", ("arm", "n", "events", *_years(report)), rows)
    cox, difference, years = report.cox, report.difference_5y, report.arms["IMNI"].km[-1].years
    if cox.estimable:
        say(
            f"Hazard ratio OMIT : IMNI {cox.hr:.3f} (95 % limits {cox.lower:.3f} to {cox.upper:.3f}); non-inferiority "
            f"at {cox.ni_margin:.2f}: {_verdict(cox.noninferior)}, one-sided p = {cox.ni_p_one_sided:.4f}"
        )
    else:
        say(f"Hazard ratio not estimable: {cox.reason}")
    if difference.diff is not None and difference.lower is not None and difference.upper is not None:
        say(
            f"Difference at {years} years {100 * difference.diff:+.2f} points ({100 * difference.lower:+.2f} to "
            f"{100 * difference.upper:+.2f}), margin {100 * difference.margin:+.0f}: {_verdict(difference.noninferior)}"
        )
    else:
        say(f"Difference at {years} years not estimable: {difference.reason}")
    if report.information:
        say(information(report.information))
    if not report.judged_here:
        say("Supportive: as the protocol is read, non-inferiority is not judged in this population")
    if report.readings:
        say(read_with(report.readings))
    say(f"Omission of the irradiation: {report.verdict.conclusion} ({report.verdict.reason})")


def _years(report: AnalysisReport) -> list[str]:
    return [f"{point.years} y" for point in next(iter(report.arms.values())).km]


def _percent(survival: float | None, beyond: bool) -> str:
    return "not estimable" if survival is None or beyond else f"{100 * survival:.1f} %"


def _verdict(noninferior: bool | None) -> str:
    return {True: "shown", False: "not shown", None: "not estimable"}[noninferior]
