"""A report: what it is of, where it comes from, and its chapters; rendered as one HTML file and as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from flows.reports.report_contents import Section

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything two renderings show. `dated` is the instant the newest event in it was recorded."""

    title: str
    simulated: bool
    provenance: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    dated: datetime
    language: Language = "en"
