"""One score of a RecurIndex report: a FHIR R4 Observation, checked and put into our words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from flows.gateways.fhir_answers import Resource
from flows.gateways.fhir_words import (
    INTERPRETATION_SYSTEM,
    RISK_CLASSES,
    SCORE_NAMES,
    SCORE_STATUSES,
    SCORE_SYSTEM,
    SCORE_UNITS,
    UNIT_SYSTEM,
    RiskClass,
    ScoreName,
)

if TYPE_CHECKING:
    from fhir.resources.R4B.observation import Observation


@dataclass(frozen=True, slots=True)
class Score:
    """One score as the laboratory wrote it: 0 to 100, no unit, and the risk class the laboratory gave it, if any."""

    name: ScoreName
    value: Decimal
    reported_class: RiskClass | None


def read_score(resource: Resource) -> tuple[Score, str]:
    """The score of an Observation, and the assay version it was made with (empty when not stated).

    Raises `ValueError` naming the element and its problem. Source: Protocol, Genomic test.
    """
    from fhir.resources.R4B.observation import Observation

    observation = Observation.model_validate(resource)
    name = _name(observation)
    if observation.status not in SCORE_STATUSES:
        raise ValueError(f"{name} has the status {observation.status!r} in a report that stands")
    return Score(name, _value(name, observation), _reported_class(name, observation)), _assay_version(observation)


def _name(observation: Observation) -> ScoreName:
    codes = [coding.code for coding in observation.code.coding or [] if coding.system == SCORE_SYSTEM]
    if len(codes) != 1 or codes[0] not in SCORE_NAMES:
        raise ValueError(f"Observation.code {codes or 'without our coding'} is not one of {', '.join(SCORE_NAMES)}")
    return SCORE_NAMES[codes[0]]


def _value(name: ScoreName, observation: Observation) -> Decimal:
    quantity = observation.valueQuantity
    if quantity is None or quantity.value is None:
        raise ValueError(f"{name} has no value")
    if quantity.comparator is not None:
        raise ValueError(f"{name} is given as {quantity.comparator}{quantity.value}, not as a number")
    if quantity.system != UNIT_SYSTEM or quantity.code not in SCORE_UNITS:
        raise ValueError(f"{name} has the unit {quantity.code or quantity.unit!r}, expected a plain score ({{score}})")
    value = Decimal(quantity.value)
    if not (value.is_finite() and 0 <= value <= 100):
        raise ValueError(f"{name} is {value}, a score lies between 0 and 100")
    return value


def _reported_class(name: ScoreName, observation: Observation) -> RiskClass | None:
    codings = [coding for concept in observation.interpretation or [] for coding in concept.coding or []]
    codes = {coding.code for coding in codings if coding.system == INTERPRETATION_SYSTEM}
    if not observation.interpretation:
        return None
    code = codes.pop() if len(codes) == 1 else None
    if code not in RISK_CLASSES:
        raise ValueError(f"{name} has an interpretation that is neither L (low) nor H (high)")
    return RISK_CLASSES[code]


def _assay_version(observation: Observation) -> str:
    if observation.method is not None and observation.method.text:
        return observation.method.text
    return (observation.device.display or "") if observation.device is not None else ""
