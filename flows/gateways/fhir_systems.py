"""Under which identifier systems one trial's orders and patients are known at a laboratory.

A laboratory may serve several trials, and each calls its first patient's first order the same: without systems of its
own a trial would be told the results of another trial's patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flows.gateways.fhir_answers import Resource, objects

_ORDERS: Final = "urn:imni:order:"
_PATIENTS: Final = "urn:imni:patient:"


@dataclass(frozen=True, slots=True)
class Systems:
    """The identifier systems of the trial that keeps the log `trial`."""

    trial: str

    @property
    def order(self) -> str:
        """The system of its order keys."""
        return f"{_ORDERS}{self.trial}"

    @property
    def patient(self) -> str:
        """The system of its pseudonymous patient ids."""
        return f"{_PATIENTS}{self.trial}"


def trial_of(system: str) -> str | None:
    """The trial whose orders or patients go by a system; None for a system of somebody else's."""
    for ours in (_ORDERS, _PATIENTS):
        if system.startswith(ours):
            return system.removeprefix(ours) or None
    return None


def is_of_another_trial(report: Resource, included: Mapping[str, Resource], ours: Systems) -> bool:
    """Whether a report names another trial's order or patient and nothing of ours; `included` holds its orders."""
    named = {trial for system in _systems_in(report, included) if (trial := trial_of(system))}
    return bool(named) and ours.trial not in named


def _systems_in(report: Resource, included: Mapping[str, Resource]) -> Iterator[str]:
    references = [*objects(report.get("basedOn")), *objects([report.get("subject")])]
    for reference in references:
        order = included.get(str(reference.get("reference") or ""), {})
        for identifier in (*objects([reference.get("identifier")]), *objects(order.get("identifier"))):
            yield str(identifier.get("system") or "")
