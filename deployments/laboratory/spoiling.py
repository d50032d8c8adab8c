"""Ways to spoil a FHIR report: each is well-formed to a FHIR library, or nearly, and unusable for the trial."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

Spoiling = Literal[
    "unknown-status", "unknown-score", "wrong-unit", "missing-value", "not-a-number", "negative-score",
    "score-above-100", "score-twice", "no-score", "no-subject", "no-order", "no-version", "no-time", "not-fhir",
    "wrong-test", "unknown-class",
]  # fmt: skip

_Resource = dict[str, Any]
_Spoil = Callable[[_Resource, list[_Resource]], None]


def spoil(by: Spoiling, resources: list[_Resource]) -> None:
    """Spoil a report and its observations in place; the report comes first."""
    report, *observations = resources
    _WAYS[by](report, observations)


def _set(element: str, value: object) -> _Spoil:
    return lambda report, _: report.update({element: value})


def _without(element: str) -> _Spoil:
    return lambda report, _: report.pop(element)


def _value(value: Decimal) -> _Spoil:
    return lambda _, observations: observations[0]["valueQuantity"].update(value=value)


def _first(**elements: object) -> _Spoil:
    return lambda _, observations: observations[0].update(elements)


_WAYS: dict[Spoiling, _Spoil] = {
    "unknown-status": _set("status", "ready"),
    "unknown-score": lambda _, observations: observations[0]["code"]["coding"][0].update(code="score_21gene"),
    "wrong-unit": lambda _, observations: observations[0]["valueQuantity"].update(code="%", unit="%"),
    "missing-value": lambda _, observations: observations[0].pop("valueQuantity"),
    "not-a-number": _value(Decimal("NaN")),
    "negative-score": _value(Decimal("-1")),
    "score-above-100": _value(Decimal("100.1")),
    "score-twice": lambda report, _: report["result"].append(report["result"][0]),
    "no-score": _set("result", []),
    "no-subject": _without("subject"),
    "no-order": _without("basedOn"),
    "no-version": lambda report, _: report["meta"].pop("versionId"),
    "no-time": _without("issued"),
    "not-fhir": _set("issued", "last Tuesday"),
    "wrong-test": lambda report, _: report["code"]["coding"][0].update(code="EndoPredict"),
    "unknown-class": _first(interpretation=[{"text": "rather high"}]),
}
