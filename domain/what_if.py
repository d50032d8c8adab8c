"""Who would change if the protocol were read, or written, otherwise. A question only: nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.deviations import deviations
from domain.eligibility import failed, unknown, weigh_all
from domain.endpoints import ENDPOINTS, derive
from domain.genomic_test import standing_scores
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.registry_stratum import in_registry
from domain.visit_windows import anchor, to_schedule


@dataclass(frozen=True, slots=True)
class Change:
    """One thing about one patient that would be otherwise."""

    patient_id: str
    what: str
    now: str
    then: str


def what_if(patients: Iterable[Patient], edition: Edition, other: Edition, today: date) -> tuple[Change, ...]:
    """Everything that would change under another edition or reading, patient by patient."""
    return tuple(change for patient in patients for change in _changes(patient, edition, other, today))


def _changes(patient: Patient, edition: Edition, other: Edition, today: date) -> Iterator[Change]:
    now, then = (standing_under(patient, edition_for(patient, each), today) for each in (edition, other))
    for what in {**now, **then}:
        if now.get(what) != then.get(what):
            yield Change(patient.patient_id, what, now.get(what, "none"), then.get(what, "none"))


def standing_under(patient: Patient, edition: Edition, today: date) -> Mapping[str, str]:
    """Where a patient stands under an edition, in words, by what is asked."""
    scores = standing_scores(patient)
    score = scores.value.score_18gene if scores else None
    found = {"eligibility": _eligibility(patient, edition, today)}
    if score is not None:
        found["genomic risk"] = edition.genomic.classify(score)
    if in_registry(patient, edition):
        found["follow-up"] = "in the registry of the genomically high-risk"
    if patient.allocation is None:
        return found
    found["deviations"] = "; ".join(each.rule for each in deviations(patient, edition)) or "none"
    start = anchor(patient, edition)
    if start is not None:
        visits = to_schedule(patient, start, edition, today)
        found["visits"] = ", ".join(f"{visit.visit} {visit.target}" for visit in visits)
    for code, endpoint in ENDPOINTS.items():
        record = derive(patient, endpoint, edition)
        assert record is not None
        found[code] = f"{record.reason} on {record.end}"
    return found


def _eligibility(patient: Patient, edition: Edition, today: date) -> str:
    verdicts = weigh_all(patient, edition, today)
    barring = [f"{verdict.criterion.id} not met" for verdict in failed(verdicts)]
    missing = [f"{verdict.criterion.id} not known" for verdict in unknown(verdicts)]
    return ", ".join((*barring, *missing)) or "every criterion met"
