"""A RecurIndex report: a FHIR R4 DiagnosticReport with its Observations, checked and put into our words.

One report that cannot be read never hides the others: it comes back as `Unreadable`, for a person to look at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from flows.gateways.fhir_answers import Resource
from flows.gateways.fhir_scores import Score, read_score
from flows.gateways.fhir_systems import Systems
from flows.gateways.fhir_words import (
    COMPLETE,
    STATUSES,
    TEST_CODE,
    TEST_SYSTEM,
    VOID,
    ReportStatus,
)

if TYPE_CHECKING:
    from fhir.resources.R4B.diagnosticreport import DiagnosticReport
    from fhir.resources.R4B.reference import Reference


@dataclass(frozen=True, slots=True)
class Report:
    """One version of a laboratory report. Times are UTC; `laboratory`, `assay_version`, `remark` empty = not stated.

    `scores` is empty under a status that gives none: registered, cancelled, entered-in-error.
    """

    report_id: str
    version: str
    status: ReportStatus
    order_key: str
    patient_id: str
    issued_at: datetime
    laboratory: str
    assay_version: str
    scores: tuple[Score, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A report that could not be read, and why. A report without a number of its own is named after its content."""

    report_id: str
    version: str
    problem: str


def read_report(resource: Resource, included: Mapping[str, Resource], systems: Systems) -> Report | Unreadable:
    """Read one DiagnosticReport of a trial; `included` holds what it refers to, by reference."""
    try:
        return _read(resource, included, systems)
    except ValueError as problem:
        return Unreadable(_report_id(resource), _version(resource), _first_line(problem))


def last_updated(resource: Resource) -> datetime | None:
    """When the laboratory last changed a resource (UTC), or None when it does not say."""
    try:
        stamp = datetime.fromisoformat(str(resource["meta"]["lastUpdated"]))
    except (KeyError, TypeError, ValueError):
        return None
    return stamp.astimezone(UTC) if stamp.tzinfo is not None else None


def _read(resource: Resource, included: Mapping[str, Resource], systems: Systems) -> Report:
    from fhir.resources.R4B.diagnosticreport import DiagnosticReport

    report = DiagnosticReport.model_validate(resource)
    contained = {f"#{held.get('id')}": held for held in resource.get("contained", [])}
    status = _status(report)
    scores, assay_version = _scores(report, status, {**included, **contained})
    return Report(
        report_id=_stated("DiagnosticReport.id", report.id),
        version=_stated("DiagnosticReport.meta.versionId", report.meta.versionId if report.meta else None),
        status=status,
        order_key=_order_key(report, included, systems.order),
        patient_id=_stated("DiagnosticReport.subject", _identifier(report.subject, systems.patient)),
        issued_at=_issued_at(report),
        laboratory=next((performer.display for performer in report.performer or [] if performer.display), ""),
        assay_version=assay_version,
        scores=scores,
        remark=report.conclusion or "",
    )


def _status(report: DiagnosticReport) -> ReportStatus:
    if report.status not in STATUSES:
        raise ValueError(f"DiagnosticReport.status {report.status!r} is not one of {', '.join(STATUSES)}")
    codes = [coding.code for coding in report.code.coding or [] if coding.system == TEST_SYSTEM]
    if codes != [TEST_CODE]:
        raise ValueError(f"DiagnosticReport.code {codes or 'without our coding'} is not {TEST_CODE}")
    return STATUSES[report.status]


def _scores(
    report: DiagnosticReport, status: ReportStatus, included: Mapping[str, Resource]
) -> tuple[tuple[Score, ...], str]:
    if status in VOID:
        return (), ""
    read = [read_score(_resolve(reference, included)) for reference in report.result or []]
    names = [score.name for score, _ in read]
    if len(set(names)) != len(names):
        raise ValueError(f"a score is given twice: {', '.join(sorted(names))}")
    if status in COMPLETE and not read:
        raise ValueError(f"the report is {status} but has no score")
    assays = {assay for _, assay in read if assay}
    if len(assays) > 1:
        raise ValueError(f"the scores come from different assay versions: {', '.join(sorted(assays))}")
    return tuple(score for score, _ in read), next(iter(assays), "")


def _resolve(reference: Reference, included: Mapping[str, Resource]) -> Resource:
    target = reference.reference or ""
    found = included.get(target) or included.get("/".join(target.split("/_history/")[0].rsplit("/", 2)[-2:]))
    if found is None:
        raise ValueError(f"DiagnosticReport.result {target or 'without reference'} is not in the answer")
    return found


def _order_key(report: DiagnosticReport, included: Mapping[str, Resource], system: str) -> str:
    keys = {
        _identifier(reference, system) or _included_key(reference, included, system)
        for reference in report.basedOn or []
    }
    if len(keys) != 1:
        raise ValueError(f"DiagnosticReport.basedOn names {len(keys)} orders, expected one")
    return _stated("DiagnosticReport.basedOn", keys.pop())


def _included_key(reference: Reference, included: Mapping[str, Resource], system: str) -> str | None:
    from fhir.resources.R4B.servicerequest import ServiceRequest

    order = included.get(reference.reference or "")
    if order is None:
        return None
    held = ServiceRequest.model_validate(order).identifier or []
    return next((identifier.value for identifier in held if identifier.system == system), None)


def _identifier(reference: Reference | None, system: str) -> str | None:
    identifier = reference.identifier if reference is not None else None
    return identifier.value if identifier is not None and identifier.system == system else None


def _issued_at(report: DiagnosticReport) -> datetime:
    if report.issued is None or report.issued.tzinfo is None:
        raise ValueError("DiagnosticReport.issued is missing or without a time zone")
    return report.issued.astimezone(UTC)


def _stated(element: str, value: str | None) -> str:
    if not value:
        raise ValueError(f"{element} is missing")
    return value


def _report_id(resource: Resource) -> str:
    written = json.dumps(resource, sort_keys=True, default=str).encode()
    return str(resource.get("id") or f"unidentified-{sha256(written).hexdigest()[:16]}")


def _version(resource: Resource) -> str:
    meta = resource.get("meta")
    return str(meta.get("versionId") or "") if isinstance(meta, dict) else ""


def _first_line(problem: ValueError) -> str:
    """A pydantic error in one short line; our own sentences as they are."""
    errors = getattr(problem, "errors", None)
    if errors is None:
        return str(problem)[:300]
    first = errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:300]
