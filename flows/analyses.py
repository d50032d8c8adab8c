"""Analyses as of a moment: performed, put on record, and performed again to compare with the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain.analysis_record import analysis_id, digest
from domain.decisions.conduct import RecordAnalysis
from domain.endpoint_analysis import Question, analyse_endpoint, competing_risks_table, endpoint_records
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.rejections import NoSuchEntry
from events.clinical_date import ClinicalDate
from events.conduct import AnalysisPerformed
from events.recorded import Recorded
from flows.code_version import code_version
from flows.live_patients import patients_as_of
from store.projections.as_of import AsOf, edition_as_of
from store.transact import Entry, TrialLog

if TYPE_CHECKING:
    from domain.analysis.result import AnalysisReport
    from domain.analysis.survival_table import SurvivalTable

_SHORTEST_ID = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """Every patient and the protocol as of a moment: what analyses start from."""

    patients: Sequence[Patient]
    edition: Edition
    as_of: AsOf


class Performed(NamedTuple):
    """One endpoint in one population: its table, its estimates, and the name they go by on record."""

    table: SurvivalTable
    report: AnalysisReport
    id: str


@dataclass(frozen=True, slots=True)
class Again:
    """An analysis on record, and what the same question gives now."""

    record: Recorded[AnalysisPerformed]
    id: str
    digest: str
    code_version: str

    @property
    def same(self) -> bool:
        """Whether the result is the recorded one."""
        return self.digest == self.record.event.digest


def see(trial_log: TrialLog, asked: AsOf) -> Seen:
    """Read the log as of a moment."""
    patients, _ = patients_as_of(trial_log, cutoff=asked.cutoff, knowledge=asked.known_at, position=asked.position)
    return Seen(patients, edition_as_of(trial_log, asked), asked)


def perform(seen: Seen, endpoint: str, population: str = "itt") -> Performed:
    """Analyse one endpoint."""
    asked = Question(endpoint, population, seen.as_of.cutoff, seen.as_of.known_at)
    table = competing_risks_table(endpoint_records(seen.patients, asked, seen.edition), seen.edition)
    report = analyse_endpoint(seen.patients, asked, seen.edition, seen.as_of.position)
    return Performed(table, report, analysis_id(_command(report, ClinicalDate.parse("2000"))))


def keep(trial_log: TrialLog, report: AnalysisReport, entry: Entry) -> None:
    """Put an analysis on record; nothing when the very same already is."""
    edition = trial_log.edition()
    command = _command(report, ClinicalDate.parse(entry.at.astimezone(edition.site_zone).date()))
    asked = analysis_id(command)
    if not any(found.event.digest == command.digest for found in _on_record(trial_log, asked)):
        trial_log.transact_trial(command, entry)


def perform_again(trial_log: TrialLog, name: str) -> tuple[Again, ...]:
    """Do what is on record under a name again: an id of a report, or the id of the entry, or how either begins.

    Raises `NoSuchEntry` for a name that is too short, is not on record, or could mean several analyses.
    """
    found = _on_record(trial_log, name) if len(name) >= _SHORTEST_ID else ()
    if not found or len({analysis_id(entry.event) for entry in found}) > 1:
        problem = "names several analyses" if found else "no analysis of that id is on record"
        raise NoSuchEntry("ID", repr(name), problem, "`imni analysis list` shows what is on record, with the ids")
    return tuple(_again(trial_log, entry) for entry in found)


def on_record(trial_log: TrialLog) -> tuple[Recorded[AnalysisPerformed], ...]:
    """Every analysis on record, oldest first."""
    return trial_log.trial().every(AnalysisPerformed)


def _on_record(trial_log: TrialLog, name: str) -> tuple[Recorded[AnalysisPerformed], ...]:
    return tuple(
        entry
        for entry in on_record(trial_log)
        if str(entry.event_id).startswith(name) or analysis_id(entry.event).startswith(name)
    )


def _again(trial_log: TrialLog, entry: Recorded[AnalysisPerformed]) -> Again:
    told = entry.event
    seen = see(trial_log, AsOf(told.position, told.known_at, told.cutoff.latest if told.cutoff else None))
    found = perform(seen, told.endpoint, told.population)
    return Again(entry, analysis_id(told), digest(found.report), code_version())


def _command(report: AnalysisReport, on: ClinicalDate) -> RecordAnalysis:
    assert report.position is not None
    return RecordAnalysis(
        occurred_on=on,
        endpoint=str(report.endpoint),
        population=str(report.population),
        cutoff=ClinicalDate.parse(report.cutoff) if report.cutoff else None,
        known_at=report.known_at,
        position=report.position,
        edition=report.edition,
        code_version=code_version(),
        n=report.n,
        events=report.events,
        digest=digest(report),
    )
