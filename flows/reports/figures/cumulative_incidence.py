"""Cumulative incidence: how many have had the event, another event having come first for some.

Drawn upwards, because few have the event: Pocock et al. 2002, doi 10.1016/S0140-6736(02)08594-X.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from domain.analysis.cumulative_incidence import CauseCounts, cause_counts, cumulative_incidence
from domain.analysis.risk_table import FloatArray
from domain.analysis.survival_table import SurvivalTable
from flows.reports.figures.drawing import GREY, Group, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ALPHA = 0.025
_ROW = 0.205
_ROWS = 5
_STILL_AT_RISK = 0.10


@dataclass(frozen=True, slots=True)
class Incidence:
    """The times and causes of a group, in the unit of the table; causes as in `SurvivalTable`."""

    group: Group
    time: FloatArray
    cause: FloatArray

    @property
    def counts(self) -> CauseCounts:
        """At risk and events of each cause at the times of this group's own events."""
        return cause_counts(self.time, self.cause, np.unique(self.time[self.cause > 0]))


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """What is drawn: the event of interest with its limits, and the competing events as thin lines."""

    title: str
    caption: str
    event: str
    competing: str
    table: SurvivalTable
    groups: Sequence[Incidence]
    horizon: int
    findings: Sequence[str]

    @property
    def years(self) -> int:
        """Whole years up to the horizon, and on while a tenth of a group is at risk."""
        last = self.horizon
        while any(_share(each.time >= self.table.instant(last + 1)) >= _STILL_AT_RISK for each in self.groups):
            last += 1
        return last

    @property
    def last(self) -> float:
        """The last time shown, in the unit of the table."""
        return self.table.instant(self.years)


def draw(picture: CumulativeIncidence) -> Figure:
    """Curves above; patients at risk and events of both kinds below."""
    below = _ROW * _ROWS * len(picture.groups) + 0.19 * len(picture.findings) + 0.25
    height = 4.4 + below
    figure = sheet(height)
    axes = figure.add_axes((0.15, (below + 0.55) / height, 0.82, 3.15 / height))
    tops = [_draw_group(axes, picture, each) for each in picture.groups]
    _frame(axes, picture, max(tops, default=0.0))
    _draw_counts(axes, picture, height, below)
    figure.text(0.02, 1 - 0.24 / height, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 1 - 0.45 / height, picture.caption, fontsize=7.8, color=GREY)
    words = "\n".join(picture.findings)
    figure.text(0.02, (0.19 * len(picture.findings) + 0.05) / height, words, fontsize=8.5, va="top", linespacing=1.35)
    return figure


def _share(chosen: NDArray[np.bool_]) -> float:
    return float(chosen.mean()) if len(chosen) else 0.0


def _draw_group(axes: Axes, picture: CumulativeIncidence, drawn: Incidence) -> float:
    """The two curves of a group; gives the highest limit drawn."""
    group, counts = drawn.group, drawn.counts
    last = float(drawn.time.max(initial=0.0))
    ours = _curve(counts, last)
    others = _curve(counts.exchanged(), last)
    years = np.array([picture.table.years(float(time)) for time in ours[0]])
    label = f"{group.label}: {picture.event}"
    axes.step(years, ours[1], where="post", color=group.colour, linestyle=group.dash, linewidth=1.8, label=label)
    axes.fill_between(years, ours[2], ours[3], step="post", color=group.colour, alpha=0.13, linewidth=0)
    for limit in (ours[2], ours[3]):
        axes.step(years, limit, where="post", color=group.colour, linestyle=group.dash, linewidth=0.6, alpha=0.6)
    other = f"{group.label}: {picture.competing}"
    (line,) = axes.step(years, others[1], where="post", color=group.colour, linestyle=group.dash, label=other)
    line.set(linewidth=0.9, marker=".", markersize=3)
    shown = [column[times <= picture.last] for times, *both in (ours, others) for column in (both[0], both[2])]
    return float(np.nanmax(np.concatenate(shown)))


def _curve(counts: CauseCounts, last: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Times, incidence and its limits from 0 to the last time observed; limits are NaN while there is no event."""
    times = np.array([0.0, *counts.time, last], dtype=np.float64)
    found = [cumulative_incidence(counts, float(time), _ALPHA) for time in times]
    cif, lower, upper = (
        np.array(column, dtype=np.float64) for column in zip(*((f.cif, f.lower, f.upper) for f in found), strict=True)
    )
    return times, cif, lower, upper


def _frame(axes: Axes, picture: CumulativeIncidence, top: float) -> None:
    from matplotlib.ticker import MultipleLocator, PercentFormatter

    years = picture.years
    axes.set_xlim(-0.012 * years, years * 1.02)
    axes.set_xticks(range(years + 1))
    highest = max(0.05, math.ceil(20 * 1.15 * top) / 20)
    axes.set_ylim(0, highest)
    axes.yaxis.set_major_locator(MultipleLocator(0.01 if highest <= 0.05 else 0.05 if highest <= 0.4 else 0.2))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.axvline(picture.horizon, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.set_xlabel("Years since randomisation")
    axes.set_ylabel("Cumulative incidence")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", frameon=False, handlelength=3.6, fontsize=8.5)


def _draw_counts(axes: Axes, picture: CumulativeIncidence, height: float, below: float) -> None:
    """Rows of each group add up to its patients: at risk #{T >= t}; censored and events of either kind before t."""
    top = -(0.72 / 3.15)
    for number, each in enumerate(picture.groups):
        start = top - number * _ROWS * _ROW / 3.15
        axes.text(
            -0.165, start, each.group.name, transform=axes.transAxes, color=each.group.colour, fontsize=9, weight="bold"
        )
        for row, (name, counted) in enumerate(_counted(picture, each, axes.get_xticks())):
            y = start - row * _ROW / 3.15
            axes.text(-0.025, y, name, transform=axes.transAxes, fontsize=8.5, ha="right", color=GREY)
            for year, count in counted:
                axes.text(
                    year, y, str(count), transform=axes.get_xaxis_transform(), fontsize=8.5, ha="center",
                    color=each.group.colour,
                )  # fmt: skip


def _counted(
    picture: CumulativeIncidence, each: Incidence, years: Sequence[float] | FloatArray
) -> list[tuple[str, list[tuple[float, int]]]]:
    instants = [(float(year), picture.table.instant(float(year))) for year in years]
    at_risk = [(year, int((each.time >= at).sum())) for year, at in instants]
    events = [(year, int(((each.time < at) & (each.cause == 1)).sum())) for year, at in instants]
    others = [(year, int(((each.time < at) & (each.cause == 2)).sum())) for year, at in instants]
    censored = [(year, int(((each.time < at) & (each.cause == 0)).sum())) for year, at in instants]
    return [("At risk", at_risk), ("Censored", censored), ("Events", events), ("Competing", others)]
