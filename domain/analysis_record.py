"""What is put on record of an analysis, so that anyone can do it again and compare."""

from __future__ import annotations

from datetime import UTC
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING, Any, cast

from events.conduct import Analysis

if TYPE_CHECKING:
    from domain.analysis.result import AnalysisReport

ID_DIGITS = 12
_SIGNIFICANT = 10


def analysis_id(told: Analysis) -> str:
    """The name of an analysis: twelve hex digits of what was asked, as of when, and of which program.

    It follows from the question alone, so that it is the same in every installation and says nothing of the answer.
    """
    known_at = told.known_at and told.known_at.astimezone(UTC)
    asked = (told.endpoint, told.population, told.cutoff, known_at, told.position, told.edition, told.code_version)
    return sha256("\n".join(map(str, asked)).encode()).hexdigest()[:ID_DIGITS]


def digest(report: AnalysisReport) -> str:
    """Hex SHA-256 of every estimate, of how the protocol was read, and of the scope.

    Numbers count with ten significant digits: processors of two kinds differ in the last of sixteen.
    """
    told = report.model_dump(mode="json", exclude={"records"})
    return sha256(dumps(_rounded(told), sort_keys=True).encode()).hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{_SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in cast("dict[str, Any]", value).items()}
    return [_rounded(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
