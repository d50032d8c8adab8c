"""Reaction: an outcome, assessment or correction makes an endpoint stale, and it is analysed again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.runtime import flow_run

from domain.analysis.result import AnalysisReport
from domain.analysis.survival_table import SurvivalTable
from domain.decisions.conduct import RecordAnalysis
from domain.endpoint_analysis import Question, analyse_endpoint, endpoint_records, survival_table
from domain.endpoints import ENDPOINTS
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.clinical_date import ClinicalDate
from flows.live_patients import patients_as_of
from flows.reports.survival_curve import survival_curve_markdown
from flows.resources import Resources, resources

CODE_VERSION = version("imni-precision-engine")


def _run_name() -> str:
    """A run is named by what it analyses, so that the list of runs can be read."""
    return f"analysis of {', '.join(flow_run.get_parameters().get('endpoints') or ENDPOINTS)}"


@flow(
    name="analyse-endpoints",
    description="Analyse EFS, LRRFS and OS again.",
    flow_run_name=_run_name,
    validate_parameters=False,
    persist_result=False,
)
async def analyse_endpoints(endpoints: list[str] | None = None) -> None:
    """Analyse endpoints from the log, record each analysis, and show its curve."""
    given = resources()
    patients, position = patients_as_of(given.trial_log)
    for code in endpoints or list(ENDPOINTS):
        table, report = analyse(patients, code, given.trial_log.edition(), position)
        record(given, report, position)
        await acreate_markdown_artifact(
            markdown=survival_curve_markdown(table, report),
            key=f"curve-{code.lower()}",
            description=f"{code} by arm, log position {position}",
        )


def analyse(
    patients: Sequence[Patient], code: str, edition: Edition, position: int
) -> tuple[SurvivalTable, AnalysisReport]:
    """The table and the estimates of one endpoint, intention to treat."""
    asked = Question(code)
    table = survival_table(endpoint_records(patients, asked, edition))
    return table, analyse_endpoint(patients, asked, edition, position)


def record(given: Resources, report: AnalysisReport, position: int) -> None:
    """Put on record that an endpoint was analysed, with the digest of the result."""
    command = RecordAnalysis(
        occurred_on=ClinicalDate.parse(given.today),
        endpoint=str(report.endpoint),
        population=str(report.population),
        position=position,
        edition=report.edition,
        code_version=CODE_VERSION,
        n=report.n,
        events=report.events,
        digest=sha256(report.model_dump_json().encode()).hexdigest(),
    )
    given.trial_log.transact_trial(command, given.engine_entry(f"analysis of {report.endpoint} at {position}"))
