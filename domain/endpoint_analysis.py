"""From patients to estimates: one endpoint, one population, as of one cutoff and one state of knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from domain.analysis_sets import POPULATIONS, analysed_populations
from domain.endpoints import ENDPOINTS, PRIMARY, Endpoint, EndpointRecord, Sensitivity, derive
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.rejections import NoSuchEntry

if TYPE_CHECKING:
    from domain.analysis.result import AnalysisReport
    from domain.analysis.survival_table import Arm, SurvivalTable


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the log. Raises `NoSuchEntry` for an endpoint or population the protocol does not have."""

    endpoint: str
    population: str = "itt"
    cutoff: date | None = None
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        for field, known in (("endpoint", ENDPOINTS), ("population", POPULATIONS)):
            value = getattr(self, field)
            if value not in known:
                raise NoSuchEntry(field, repr(value), f"no such {field}", f"Use one of {', '.join(known)}")


def endpoint_records(
    patients: Iterable[Patient], asked: Question, edition: Edition, sensitivity: Sensitivity | None = None
) -> tuple[EndpointRecord, ...]:
    """One record a patient of the population, in the arm that population analyses her in, ordered by patient."""
    endpoint: Endpoint = ENDPOINTS[asked.endpoint]
    found: list[EndpointRecord] = []
    for patient in patients:
        arm = POPULATIONS[asked.population](patient, edition)
        record = derive(patient, endpoint, edition, sensitivity) if arm else None
        if arm and record:
            found.append(replace(record, arm=arm.value))
    return tuple(sorted(found, key=lambda record: record.patient))


def survival_table(records: Sequence[EndpointRecord]) -> SurvivalTable:
    """The records as numbers: integer days, status, arm (IMNI 0, OMIT 1)."""
    from domain.analysis.survival_table import SurvivalTable

    return SurvivalTable(
        time=tuple(float(record.days) for record in records),
        status=tuple(int(record.observed) for record in records),
        arm=tuple(int(record.arm == "OMIT") for record in records),
    )


def competing_risks_table(records: Sequence[EndpointRecord], edition: Edition) -> SurvivalTable:
    """The same numbers, and the cause: 1 the event, 2 what competes with it, 0 none.

    Status 0 ends the observation at a competing event, so the hazard ratio is cause-specific; only the cumulative
    incidence tells the two apart, and under the other reading of PQ-10 nothing does. The protocol
    does not stratify the allocation, so there is no stratum.
    """
    table = survival_table(records)
    return replace(table, cause=tuple(_cause(record, edition) for record in records))


def _cause(record: EndpointRecord, edition: Edition) -> int:
    if record.observed:
        return 1
    if edition.reading("PQ-10") == "independent-censoring":
        return 0
    return 2 if record.reason.startswith("competing") else 0


def analyse_endpoint(
    patients: Iterable[Patient], asked: Question, edition: Edition, position: int, *, with_records: bool = False
) -> AnalysisReport:
    """The estimates of an endpoint; `patients` are folded as of the question's cutoff and knowledge."""
    from domain.analysis.analyse import analyse
    from domain.analysis.information import information
    from domain.analysis.result import AnalysedRecord, AnalysisReport

    records, is_primary = endpoint_records(patients, asked, edition), asked.endpoint == PRIMARY
    events = sum(record.observed for record in records)
    analysed = [
        AnalysedRecord(
            patient=record.patient,
            start=record.start,
            end=record.end,
            days=record.days,
            observed=record.observed,
            arm=cast("Arm", record.arm),
            reason=record.reason,
            event_ids=tuple(str(entry) for entry in record.event_ids),
        )
        for record in records
    ]
    return AnalysisReport(
        **dict(analyse(competing_risks_table(records, edition), edition.margins)),
        endpoint=asked.endpoint,
        population=asked.population,
        cutoff=asked.cutoff,
        known_at=asked.known_at,
        edition=edition.id,
        position=position,
        readings=edition.told(asked.endpoint, "MARGIN", "POPULATIONS", *(("SAMPLE-SIZE",) if is_primary else ())),
        information=information(edition.margins, len(records), events) if is_primary else None,
        judged_here=asked.population in analysed_populations(edition),
        records=tuple(analysed) if with_records else None,
    )
