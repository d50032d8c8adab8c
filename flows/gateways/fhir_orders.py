"""The RecurIndex order as a FHIR R4 ServiceRequest, and what comes back when it is placed."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from flows.gateways.fhir_answers import Resource
from flows.gateways.fhir_systems import Systems
from flows.gateways.fhir_words import TEST_CODE, TEST_SYSTEM

if TYPE_CHECKING:
    from fhir.resources.R4B.servicerequest import ServiceRequest

_KEY = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_LOCATION = re.compile(r"ServiceRequest/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?$")


def service_request(order_key: str, patient_id: str, authored_on: date, systems: Systems) -> ServiceRequest:
    """An order of the RecurIndex test for a pseudonymous patient of the trial with these identifier systems.

    Raises `ValueError` for a key that cannot travel in a search parameter.
    """
    from fhir.resources.R4B.servicerequest import ServiceRequest

    if not _KEY.fullmatch(order_key):
        raise ValueError(f"order_key {order_key!r}: use letters, digits, and / _ . - as in recurindex/RJ-0042/1")
    return ServiceRequest.model_validate(
        {
            "resourceType": "ServiceRequest",
            "identifier": [{"system": systems.order, "value": order_key}],
            "status": "active",
            "intent": "order",
            "code": {"coding": [{"system": TEST_SYSTEM, "code": TEST_CODE}]},
            "subject": {"identifier": {"system": systems.patient, "value": patient_id}},
            "authoredOn": authored_on.isoformat(),
        }
    )


def order_id(location: str, body: Resource | None) -> str:
    """The laboratory's number of an order, from the answer's body or its Location header.

    Raises `ValueError` when neither names one.
    """
    if body is not None and isinstance(body.get("id"), str) and body["id"]:
        return str(body["id"])
    named = _LOCATION.search(location)
    if named is None:
        raise ValueError("neither the body nor the Location header names the order")
    return named.group(1)


def contradiction(asked: ServiceRequest, body: Resource, systems: Systems) -> str | None:
    """How the order at the laboratory differs from the one asked for, or None when it is the same.

    Raises `ValueError` when the body is not a FHIR ServiceRequest.
    """
    from fhir.resources.R4B.servicerequest import ServiceRequest

    held = ServiceRequest.model_validate(body)
    if _identifiers(asked, systems.order) != _identifiers(held, systems.order):
        return "it answered with an order under another key"
    subject = _subject(held, systems.patient)
    if _subject(asked, systems.patient) != subject:
        return f"the order it holds is for patient {subject or 'not named'}"
    if held.status in ("revoked", "entered-in-error"):
        return f"the order it holds is {held.status}"
    return None


def _identifiers(request: ServiceRequest, system: str) -> set[str | None]:
    return {identifier.value for identifier in request.identifier or [] if identifier.system == system}


def _subject(request: ServiceRequest, system: str) -> str | None:
    identifier = request.subject.identifier
    return identifier.value if identifier is not None and identifier.system == system else None
