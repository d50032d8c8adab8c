"""How far a result hangs on how the protocol is read: the same endpoint again under every other reading, one row each.

The rows come from the protocol's questions as data: a reading that is wired to a rule later joins by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.analysis.frozen_result import FrozenResult
from domain.analysis_sets import POPULATIONS
from domain.endpoint_analysis import Question, competing_risks_table, endpoint_records
from domain.endpoints import EndpointRecord, Sensitivity
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.editions import read_as
from domain.protocol.readings import BY_ID

if TYPE_CHECKING:
    from domain.analysis.result import Analysis

AS_READ = "as the trial reads it"
_POPULATIONS = ("per-protocol", "as-treated")


class SensitivityRow(FrozenResult):
    """One way to analyse. `changed` is how many records are not those of the analysis as the trial reads it, patients
    who join or leave included; hazard ratio OMIT to IMNI and difference OMIT minus IMNI with 95 % limits.
    """

    way: str
    wording: str
    changed: int
    n: int
    events: int
    hr: float | None
    hr_lower: float | None
    hr_upper: float | None
    diff: float | None
    diff_lower: float | None
    diff_upper: float | None
    conclusion: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to analyse: what it is called, and what it changes."""

    name: str
    wording: str
    asked: Question
    edition: Edition
    rule: Sensitivity | None = None


def sensitivity_grid(patients: Iterable[Patient], asked: Question, edition: Edition) -> tuple[SensitivityRow, ...]:
    """As the trial reads it, then every other way; patients folded as of the question's cutoff and knowledge.

    Source: ICH E9(R1), section A.5.2: sensitivity to the assumptions behind an estimate.
    """
    from domain.analysis.analyse import analyse

    everyone = tuple(patients)
    as_read, *others = _ways(asked, edition)
    first = _records(everyone, as_read)
    known = analyse(competing_risks_table(first, edition), edition.margins)
    rows = [_row(as_read, known, first, first)]
    for way in others:
        found = _records(everyone, way)
        table = competing_risks_table(found, way.edition)
        same = table == competing_risks_table(first, edition) and way.edition.margins == edition.margins
        rows.append(_row(way, known if same else analyse(table, way.edition.margins), found, first))
    return tuple(rows)


def _ways(asked: Question, edition: Edition) -> Iterator[_Way]:
    yield _Way(AS_READ, "", asked, edition)
    gap = "An event found after two or more missed visits does not count; observed up to the visit before"
    yield _Way("gap rule", gap, asked, edition, "gap-rule")
    for population in _POPULATIONS:
        if population != asked.population:
            wording = (POPULATIONS[population].__doc__ or "").splitlines()[0]
            yield _Way(f"population {population}", wording, replace(asked, population=population), edition)
    for question in BY_ID.values():
        if question.severity == "A" and question.is_wired:
            for option in question.options:
                if option != edition.reading(question.id):
                    otherwise = read_as(edition, {question.id: option})
                    yield _Way(f"{question.id} = {option}", question.wording, asked, otherwise)


def _records(patients: Sequence[Patient], way: _Way) -> tuple[EndpointRecord, ...]:
    return endpoint_records(patients, way.asked, way.edition, way.rule)


def _row(
    way: _Way, analysis: Analysis, found: Sequence[EndpointRecord], first: Sequence[EndpointRecord]
) -> SensitivityRow:
    cox, difference = analysis.cox, analysis.difference_5y
    return SensitivityRow(
        way=way.name,
        wording=way.wording,
        changed=_changed(found, first),
        n=analysis.n,
        events=analysis.events,
        hr=cox.hr,
        hr_lower=cox.lower,
        hr_upper=cox.upper,
        diff=difference.diff,
        diff_lower=difference.lower,
        diff_upper=difference.upper,
        conclusion=analysis.verdict.conclusion,
        reason=analysis.verdict.reason,
    )


def _changed(found: Sequence[EndpointRecord], first: Sequence[EndpointRecord]) -> int:
    now, then = ({record.patient: record for record in records} for records in (found, first))
    return sum(now.get(patient) != then.get(patient) for patient in {*now, *then})
