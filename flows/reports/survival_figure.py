"""The Kaplan–Meier figure as the KMunicate study found it best understood: bands for limits, an extended risk table.

Source: Morris et al. 2019, doi 10.1136/bmjopen-2019-030215; x axis ended as advised by Pocock et al. 2002,
doi 10.1016/S0140-6736(02)08594-X. Colours of Okabe and Ito, and a dash pattern for who cannot tell them apart.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

from domain.analysis.analyse import arm_curves
from domain.analysis.kaplan_meier import SurvivalCurve
from domain.analysis.result import AnalysisReport
from domain.analysis.survival_table import ARMS, Arm, SurvivalTable
from flows.reports.risk_rows import risk_rows
from flows.reports.survival_words import caption, counted, endpoint_name, findings

_COLOUR = {"IMNI": "#0072B2", "OMIT": "#D55E00"}
_DASH: dict[Arm, Any] = {"IMNI": "solid", "OMIT": (0, (5, 1.6))}
_LABEL = {"IMNI": "IMNI (control)", "OMIT": "OMIT (experimental)"}
_GREY = "#555555"
_STILL_AT_RISK = 0.10


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is drawn: curves with times in years, and the years at which the table counts."""

    report: AnalysisReport
    curves: dict[Arm, SurvivalCurve]
    table: SurvivalTable
    ticks: tuple[int, ...]

    @property
    def horizon(self) -> int:
        return self.report.arms["IMNI"].km[-1].years


def draw(table: SurvivalTable, report: AnalysisReport) -> Figure:
    """Both arms with limits, censoring ticks, results and risk table, on a figure of its own."""
    curves = arm_curves(table)
    picture = _Picture(report, curves, table, _ticks(table, curves, report.arms["IMNI"].km[-1].years))
    figure = Figure(figsize=(8.6, 7.0), dpi=110, facecolor="white")
    axes = figure.add_axes((0.15, 0.39, 0.82, 0.525))
    for arm in ARMS:
        _draw_arm(axes, picture, arm)
    _frame(axes, picture)
    _draw_risk_table(figure.add_axes((0.15, 0.152, 0.82, 0.16), sharex=axes), picture)
    figure.text(0.02, 0.968, endpoint_name(report), fontsize=13, fontweight="bold")
    lines = [part for finding in findings(report) for part in textwrap.wrap(finding, 134, subsequent_indent="   ")]
    figure.text(0.02, 0.118, "\n".join(lines), fontsize=8.5, va="top", linespacing=1.35)
    figure.text(0.02, 0.942, caption(report), fontsize=7.8, color=_GREY)
    return figure


def _ticks(table: SurvivalTable, curves: dict[Arm, SurvivalCurve], horizon: int) -> tuple[int, ...]:
    """Whole years up to the horizon, and on while a tenth of an arm is at risk; at most about ten of them."""
    last = horizon
    while any(_fraction_at_risk(curve, table.instant(last + 1)) >= _STILL_AT_RISK for curve in curves.values()):
        last += 1
    return tuple(range(0, last + 1, math.ceil(last / 10)))


def _fraction_at_risk(curve: SurvivalCurve, time: float) -> float:
    return curve.counts.at_risk_at(time) / curve.counts.at_risk[0] if len(curve.survival) else 0.0


def _draw_arm(axes: Axes, picture: _Picture, arm: Arm) -> None:
    curve = picture.curves[arm]
    years = np.array([picture.table.years(float(time)) for time in curve.counts.time])
    if not len(years):
        return
    n, events = picture.report.arms[arm].n, picture.report.arms[arm].events
    axes.step(
        np.concatenate(([0.0], years)),
        np.concatenate(([1.0], curve.survival)),
        where="post",
        color=_COLOUR[arm],
        linestyle=_DASH[arm],
        linewidth=1.8,
        label=f"{_LABEL[arm]}: {counted(events, 'event')} of {n}",
    )
    axes.fill_between(years, curve.lower, curve.upper, step="post", color=_COLOUR[arm], alpha=0.13, linewidth=0)
    left = curve.counts.censored > 0
    axes.plot(years[left], curve.survival[left], "|", color=_COLOUR[arm], markersize=5, markeredgewidth=0.7)


def _frame(axes: Axes, picture: _Picture) -> None:
    floor = _floor(picture)
    axes.set_ylim(floor, 1.0 + 0.02 * (1 - floor))
    axes.set_xlim(-0.012 * picture.ticks[-1], picture.ticks[-1] * 1.03)
    axes.set_xticks(picture.ticks)
    axes.yaxis.set_major_locator(MultipleLocator(0.05 if floor else 0.2))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.axvline(picture.horizon, color=_GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.set_xlabel("Years since randomisation")
    axes.set_ylabel(f"{'Event-free' if picture.report.endpoint == 'EFS' else 'Survival'} probability")
    if floor:
        note = f"axis starts at {floor:.0%}, not at 0"
        axes.text(0.012, 0.015, note, transform=axes.transAxes, fontsize=8, style="italic", color=_GREY)
    axes.spines[["top", "right"]].set_visible(False)
    if picture.report.n:
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 0.05), frameon=False, handlelength=3.6)


def _floor(picture: _Picture) -> float:
    """0, unless everything drawn lies above a half: then the tenth below the lowest limit."""
    shown = picture.table.instant(picture.ticks[-1])
    lowest = [1.0]
    for curve in picture.curves.values():
        within = curve.counts.time <= shown
        lowest += [
            float(low) for column in (curve.survival, curve.lower) for low in column[within] if not np.isnan(low)
        ]
    floor = math.floor(10 * min(lowest)) / 10
    return min(floor, 0.8) if floor >= 0.5 else 0.0


def _draw_risk_table(axes: Axes, picture: _Picture) -> None:
    """Rows of each arm add up to its patients: at risk #{T >= t}, censored and events before t."""
    axes.axis("off")
    axes.set_ylim(8.0, 0.0)
    for number, arm in enumerate(ARMS):
        top = 4 * number + 0.5
        colour = _COLOUR[arm]
        axes.text(-0.165, top, arm, transform=axes.get_yaxis_transform(), color=colour, fontsize=9, fontweight="bold")
        for row, (name, counts) in enumerate(risk_rows(picture.table, picture.curves[arm], picture.ticks).items()):
            _write_row(axes, top + 1.05 * row, name, dict(zip(picture.ticks, counts, strict=True)), colour)


def _write_row(axes: Axes, y: float, name: str, counts: dict[int, int], colour: str) -> None:
    axes.text(-0.025, y, name, transform=axes.get_yaxis_transform(), fontsize=8.5, ha="right", color=_GREY)
    for year, count in counts.items():
        axes.text(year, y, str(count), fontsize=8.5, ha="center", color=colour)
