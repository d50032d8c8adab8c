"""What the demonstration laboratory says, in FHIR R4: reports, bundles, outcomes, with decimals as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from deployments.laboratory.scores import reported_class
from flows.gateways.fhir_systems import Systems
from flows.gateways.fhir_words import (
    INTERPRETATION_SYSTEM,
    SCORE_SYSTEM,
    TEST_CODE,
    TEST_SYSTEM,
    UNIT_SYSTEM,
)

Resource = dict[str, Any]
_DECIMAL = re.compile(r'"decimal\(([-+0-9.ENa]+)\)"')


@dataclass(frozen=True, slots=True)
class Finding:
    """What one version of a report says. Times are UTC; `order_number` is the laboratory's own."""

    report_id: str
    version: int
    status: str
    systems: Systems
    order_number: str
    order_key: str
    patient_id: str
    issued_at: datetime
    last_updated: datetime
    scores: Mapping[str, Decimal]
    remark: str | None = None


def instant(moment: datetime) -> str:
    """A moment as FHIR writes it, always with microseconds, so that text sorts as time."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def encode(resource: object) -> str:
    """JSON with every Decimal as the number it was written as (44.10 stays 44.10)."""
    return _DECIMAL.sub(r"\1", json.dumps(resource, default=lambda value: f"decimal({value})", separators=(",", ":")))


def decode(text: str) -> Any:
    """The inverse of `encode`."""
    return json.loads(text, parse_float=Decimal, parse_constant=Decimal)


def report(finding: Finding) -> list[Resource]:
    """A DiagnosticReport followed by one Observation a score."""
    observations = [_observation(finding, name, value) for name, value in finding.scores.items()]
    remark = {"conclusion": finding.remark} if finding.remark else {}
    return [
        {
            "resourceType": "DiagnosticReport",
            "id": finding.report_id,
            "meta": {"versionId": str(finding.version), "lastUpdated": instant(finding.last_updated)},
            "basedOn": [
                {
                    "reference": f"ServiceRequest/{finding.order_number}",
                    "identifier": {"system": finding.systems.order, "value": finding.order_key},
                }
            ],
            "status": finding.status,
            "code": {"coding": [{"system": TEST_SYSTEM, "code": TEST_CODE}]},
            "subject": {"identifier": {"system": finding.systems.patient, "value": finding.patient_id}},
            "issued": instant(finding.issued_at),
            "performer": [{"display": "Demonstration laboratory"}],
            "result": [{"reference": f"Observation/{observation['id']}"} for observation in observations],
            **remark,
        },
        *observations,
    ]


def bundle(entries: list[tuple[str, Resource, str]], next_url: str | None) -> Resource:
    """A search result of (full address, resource, match or include)."""
    further = {"link": [{"relation": "next", "url": next_url}]} if next_url else {}
    found = [{"fullUrl": url, "resource": resource, "search": {"mode": mode}} for url, resource, mode in entries]
    return {"resourceType": "Bundle", "type": "searchset", **further, "entry": found}


def refusal(code: str, diagnostics: str) -> Resource:
    """An OperationOutcome with one issue."""
    issue = {"severity": "error", "code": code, "diagnostics": diagnostics}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _observation(finding: Finding, name: str, value: Decimal) -> Resource:
    status = "preliminary" if finding.status == "preliminary" else "final"
    return {
        "resourceType": "Observation",
        "id": f"{finding.report_id}-{finding.version}-{name.replace('_', '-')}",
        "status": "entered-in-error" if finding.status == "entered-in-error" else status,
        "code": {"coding": [{"system": SCORE_SYSTEM, "code": name}]},
        "subject": {"identifier": {"system": finding.systems.patient, "value": finding.patient_id}},
        "valueQuantity": {"value": value, "unit": "score", "system": UNIT_SYSTEM, "code": "{score}"},
        "interpretation": [{"coding": [{"system": INTERPRETATION_SYSTEM, "code": reported_class(value)}]}],
        "method": {"text": "RecurIndex demonstration assay 1.0"},
    }
