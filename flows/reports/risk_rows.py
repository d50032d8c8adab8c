"""The extended risk table of one arm."""

from __future__ import annotations

from domain.analysis.kaplan_meier import SurvivalCurve
from domain.analysis.survival_table import SurvivalTable


def risk_rows(table: SurvivalTable, curve: SurvivalCurve, years: tuple[int, ...]) -> dict[str, list[int]]:
    """At risk #{T >= t}, censored and events before t at each year; the three add up to the patients of the arm."""
    times = [table.instant(year) for year in years]
    return {
        "At risk": [curve.counts.at_risk_at(time) for time in times],
        "Censored": [curve.counts.censored_before(time) for time in times],
        "Events": [curve.counts.events_before(time) for time in times],
    }
