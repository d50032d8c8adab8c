"""The Kaplan–Meier figure as the KMunicate study found it best understood: bands for limits, an extended risk table.

Source: Morris et al. 2019, doi 10.1136/bmjopen-2019-030215; x axis ended as advised by Pocock et al. 2002,
doi 10.1016/S0140-6736(02)08594-X.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from domain.analysis.kaplan_meier import SurvivalCurve
from domain.analysis.survival_table import SurvivalTable
from flows.reports.figures.drawing import GREY, Group, sheet
from flows.reports.risk_rows import risk_rows
from flows.reports.survival_words import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STILL_AT_RISK = 0.10
_ROW = 0.205
"""Inches of a row of the risk table."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One curve: whose it is, and how many patients and events."""

    group: Group
    curve: SurvivalCurve
    n: int
    events: int


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """What is drawn: curves in the unit of the table, and everything said beside them; `horizon` in years."""

    title: str
    caption: str
    y_label: str
    table: SurvivalTable
    curves: Sequence[Drawn]
    horizon: int
    findings: Sequence[str]

    @property
    def ticks(self) -> tuple[int, ...]:
        """Whole years up to the horizon, and on while a tenth of a group is at risk; at most about ten of them."""
        last = self.horizon
        while any(
            _fraction_at_risk(drawn.curve, self.table.instant(last + 1)) >= _STILL_AT_RISK for drawn in self.curves
        ):
            last += 1
        return tuple(range(0, last + 1, math.ceil(last / 10)))


def draw(picture: KaplanMeier) -> Figure:
    """Curves with limits and censoring ticks above, risk table and findings below."""
    lines = [part for finding in picture.findings for part in textwrap.wrap(finding, 134, subsequent_indent="   ")]
    table, words = _ROW * (4 * len(picture.curves)), 0.17 * len(lines) + 0.15
    height = 5.15 + table + words
    figure = sheet(height)
    axes = figure.add_axes((0.15, (words + table + 0.62) / height, 0.82, 3.85 / height))
    for drawn in picture.curves:
        _draw_curve(axes, picture, drawn)
    _frame(axes, picture)
    _draw_risk_table(figure.add_axes((0.15, words / height, 0.82, table / height), sharex=axes), picture)
    figure.text(0.02, 1 - 0.24 / height, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 1 - 0.45 / height, picture.caption, fontsize=7.8, color=GREY)
    figure.text(0.02, (words - 0.1) / height, "\n".join(lines), fontsize=8.5, va="top", linespacing=1.35)
    return figure


def _fraction_at_risk(curve: SurvivalCurve, time: float) -> float:
    return curve.counts.at_risk_at(time) / curve.counts.at_risk[0] if len(curve.survival) else 0.0


def _draw_curve(axes: Axes, picture: KaplanMeier, drawn: Drawn) -> None:
    """The limits have a thin line of the group's own dashes, so that two bands can be told apart in grey."""
    curve, colour, dash = drawn.curve, drawn.group.colour, drawn.group.dash
    years = np.array([picture.table.years(float(time)) for time in curve.counts.time])
    if not len(years):
        return
    axes.step(
        np.concatenate(([0.0], years)),
        np.concatenate(([1.0], curve.survival)),
        where="post",
        color=colour,
        linestyle=dash,
        linewidth=1.8,
        label=f"{drawn.group.label}: {counted(drawn.events, 'event')} of {drawn.n}",
    )
    axes.fill_between(years, curve.lower, curve.upper, step="post", color=colour, alpha=0.13, linewidth=0)
    for limit in (curve.lower, curve.upper):
        axes.step(years, limit, where="post", color=colour, linestyle=dash, linewidth=0.6, alpha=0.6)
    left = curve.counts.censored > 0
    axes.plot(years[left], curve.survival[left], "|", color=colour, markersize=5, markeredgewidth=0.7)


def _frame(axes: Axes, picture: KaplanMeier) -> None:
    from matplotlib.ticker import MultipleLocator, PercentFormatter

    floor, ticks = _floor(picture), picture.ticks
    axes.set_ylim(floor, 1.0 + 0.02 * (1 - floor))
    axes.set_xlim(-0.012 * ticks[-1], ticks[-1] * 1.03)
    axes.set_xticks(ticks)
    axes.yaxis.set_major_locator(MultipleLocator(0.05 if floor else 0.2))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.axvline(picture.horizon, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.set_xlabel("Years since randomisation")
    axes.set_ylabel(picture.y_label)
    if floor:
        note = f"axis starts at {floor:.0%}, not at 0"
        axes.text(0.012, 0.015, note, transform=axes.transAxes, fontsize=8, style="italic", color=GREY)
    axes.spines[["top", "right"]].set_visible(False)
    if any(drawn.n for drawn in picture.curves):
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 0.05), frameon=False, handlelength=3.6)


def _floor(picture: KaplanMeier) -> float:
    """0, unless everything drawn lies above a half: then the tenth below the lowest limit."""
    shown = picture.table.instant(picture.ticks[-1])
    lowest = [1.0]
    for drawn in picture.curves:
        curve = drawn.curve
        within = curve.counts.time <= shown
        lowest += [
            float(low) for column in (curve.survival, curve.lower) for low in column[within] if not np.isnan(low)
        ]
    floor = math.floor(10 * min(lowest)) / 10
    return min(floor, 0.8) if floor >= 0.5 else 0.0


def _draw_risk_table(axes: Axes, picture: KaplanMeier) -> None:
    """Rows of each group add up to its patients: at risk #{T >= t}, censored and events before t."""
    axes.axis("off")
    axes.set_ylim(4.0 * len(picture.curves), 0.0)
    for number, drawn in enumerate(picture.curves):
        top, group = 4 * number + 0.5, drawn.group
        across = axes.get_yaxis_transform()
        axes.text(-0.165, top, group.name, transform=across, color=group.colour, fontsize=9, fontweight="bold")
        for row, (name, counts) in enumerate(risk_rows(picture.table, drawn.curve, picture.ticks).items()):
            _write_row(axes, top + 1.05 * row, name, dict(zip(picture.ticks, counts, strict=True)), group.colour)


def _write_row(axes: Axes, y: float, name: str, counts: dict[int, int], colour: str) -> None:
    axes.text(-0.025, y, name, transform=axes.get_yaxis_transform(), fontsize=8.5, ha="right", color=GREY)
    for year, count in counts.items():
        axes.text(year, y, str(count), fontsize=8.5, ha="center", color=colour)
