"""Makes a report of the log as of a moment: performs its analyses, puts them on record, and renders it twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from domain.analysis_record import digest
from domain.decisions.conduct import DiscloseResults
from domain.disclosure import require_sight_of_arms
from domain.patient import Patient
from domain.rejections import Implausible
from domain.standing import Standing, known_at
from events.clinical_date import ClinicalDate
from events.conduct import AnalysisPerformed, ResultsDisclosed
from events.recorded import Source, StoredEvent
from flows.analyses import Performed, Seen, keep, perform, see
from flows.code_version import code_version
from flows.home import ENGINE
from flows.reports.report import Language, Report
from flows.reports.report_contents import ANALYSED, Check, contents
from flows.reports.report_html import report_html
from flows.reports.report_pdf import report_pdf
from flows.reports.report_view import ReportView
from flows.reports.trial_view import TrialView
from store.projections.as_of import AsOf
from store.transact import Entry, TrialLog

_LOOKS = (AnalysisPerformed.type, ResultsDisclosed.type)
"""What a report itself puts on record: it changes no report."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report is wanted. By arm it is closed, and says why it is wanted."""

    by_arm: bool = False
    reason: str = ""
    cutoff: date | None = None
    known_at: datetime | None = None
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Made:
    """A report in its two renderings, and what it rests on. `in_english` says that the PDF could not be Chinese."""

    name: str
    html: str
    pdf: bytes
    position: int
    analyses: Sequence[Performed]
    in_english: bool


def make_report(trial_log: TrialLog, wanted: Wanted, entry: Entry, checks: Sequence[Check] = ()) -> Made:
    """The same log position, question and program give the same bytes. `entry` says who asks for it.

    That results by arm are given to somebody is recorded before they are. Raises `NotPermitted` for a role that may
    not be given them, `Implausible` for a moment at which there was nothing to report.
    """
    if wanted.by_arm:
        require_sight_of_arms(entry.actor.role)
    newest = _newest(trial_log, wanted.known_at)
    seen = see(trial_log, AsOf(newest.position, wanted.known_at, wanted.cutoff))
    _require_somebody(trial_log, wanted, seen)
    done = [perform(seen, endpoint, population) for endpoint, population in ANALYSED]
    by_engine = replace(entry, actor=ENGINE, source=Source(kind="command-line", reference="imni report"))
    for each in done:
        keep(trial_log, each.report, by_engine)
    if wanted.by_arm:
        _record_disclosure(trial_log, wanted, newest.position, entry)
    report = _report(_view(trial_log, wanted, seen, newest), wanted, done, newest, checks)
    pdf = report_pdf(report)
    return Made(
        name=f"imni-report-{'closed' if wanted.by_arm else 'open'}",
        html=report_html(report),
        pdf=pdf.content,
        position=newest.position,
        analyses=done,
        in_english=pdf.in_english,
    )


def written(made: Made, folder: Path) -> tuple[Path, Path]:
    """Write a report's HTML and PDF into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    html, pdf = folder / f"{made.name}.html", folder / f"{made.name}.pdf"
    html.write_bytes(made.html.encode())
    pdf.write_bytes(made.pdf)
    return html, pdf


def _newest(trial_log: TrialLog, knowledge: datetime | None) -> StoredEvent:
    """The newest event by then that can change a report. Raises `Implausible` when nothing was on record."""
    position = trial_log.log.last_position()
    if knowledge is not None:
        position = _last_known(trial_log, knowledge, position)
    while position:
        event = next(iter(trial_log.log.read_all(after=position - 1, limit=1)))
        if event.type not in _LOOKS:
            return event
        position -= 1
    raise Implausible("--known-at", str(knowledge), "nothing was on record by then", "Give a later instant")


def _last_known(trial_log: TrialLog, knowledge: datetime, last: int) -> int:
    """The last position recorded by an instant: recording instants never go backwards, so halving finds it."""
    known, unknown = 0, last + 1
    while unknown - known > 1:
        middle = (known + unknown) // 2
        event = next(iter(trial_log.log.read_all(after=middle - 1, limit=1)))
        known, unknown = (middle, unknown) if event.recorded_at <= knowledge else (known, middle)
    return known


def _require_somebody(trial_log: TrialLog, wanted: Wanted, seen: Seen) -> None:
    """Raises `Implausible` for a cutoff before the first patient: an empty report would look like a finding."""
    if wanted.cutoff is None or any(patient.allocation for patient in seen.patients):
        return
    everyone = see(trial_log, AsOf(seen.as_of.position, wanted.known_at)).patients
    days = [patient.allocation.occurred_on.earliest for patient in everyone if patient.allocation]
    found = f"the first was on {min(days)}" if days else "nobody is yet"
    problem = f"nobody was randomised by then: {found}"
    raise Implausible("--cutoff", str(wanted.cutoff), problem, "Give a later day, or leave it out")


def _record_disclosure(trial_log: TrialLog, wanted: Wanted, position: int, entry: Entry) -> None:
    command = DiscloseResults(
        occurred_on=ClinicalDate.parse(entry.at.astimezone(trial_log.edition().site_zone).date()),
        position=position,
        cutoff=ClinicalDate.parse(wanted.cutoff) if wanted.cutoff else None,
        known_at=wanted.known_at,
        reason=wanted.reason,
    )
    trial_log.transact_trial(command, entry)


def _view(trial_log: TrialLog, wanted: Wanted, seen: Seen, newest: StoredEvent) -> ReportView:
    recorded_on = newest.recorded_at.astimezone(seen.edition.site_zone).date()
    day = min(wanted.cutoff, recorded_on) if wanted.cutoff else recorded_on
    told = [entry for entry in trial_log.trial().history if entry.position <= newest.position]
    trial = TrialView(
        patients=sorted((patient for patient in seen.patients if patient.entries), key=_by_id),
        edition=seen.edition,
        today=day,
        trial=Standing(known_at(told, wanted.known_at)),
        simulated=trial_log.names.simulated,
        position=newest.position,
    )
    as_of = f"As of {day} · log position {newest.position} · protocol edition {seen.edition.id}"
    return ReportView(trial, wanted.by_arm, as_of)


def _by_id(patient: Patient) -> str:
    return patient.patient_id


def _report(
    view: ReportView, wanted: Wanted, done: Sequence[Performed], newest: StoredEvent, checks: Sequence[Check]
) -> Report:
    return Report(
        title="IMNI PRECISION: closed report, by arm" if wanted.by_arm else "IMNI PRECISION: open report, all patients",
        simulated=view.trial.simulated,
        provenance=_provenance(view, wanted, newest),
        sections=contents(view, done, [digest(each.report) for each in done], checks),
        dated=newest.recorded_at,
        language=wanted.language,
    )


def _provenance(view: ReportView, wanted: Wanted, newest: StoredEvent) -> Sequence[tuple[str, str]]:
    return [
        ("Trial", "NCT04517266"),
        ("As of", str(view.trial.today)),
        ("Data cut-off", str(wanted.cutoff) if wanted.cutoff else "none"),
        ("As known at", f"{wanted.known_at:%Y-%m-%d %H:%M:%S} UTC" if wanted.known_at else "all that is on record"),
        ("Log position", f"{newest.position}, recorded {newest.recorded_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Protocol edition", view.trial.edition.id),
        ("Program", code_version()),
    ]
