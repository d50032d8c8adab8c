"""How mature the follow-up is: the share of patients followed beyond each time, by the reverse Kaplan–Meier method."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from domain.analysis.follow_up_time import followed_beyond, median_follow_up
from domain.analysis.risk_table import FloatArray
from domain.analysis.survival_table import SurvivalTable
from flows.reports.figures.drawing import GREY, Group, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Followed:
    """The times and statuses of a group, in the unit of the table."""

    group: Group
    time: FloatArray
    status: FloatArray


@dataclass(frozen=True, slots=True)
class Maturity:
    """What is drawn; `horizon` in years."""

    title: str
    caption: str
    table: SurvivalTable
    groups: Sequence[Followed]
    horizon: int


def draw(picture: Maturity) -> Figure:
    """One falling curve a group, its median marked, and how many are still under observation."""
    height = 4.2 + 0.21 * len(picture.groups)
    figure = sheet(height)
    axes = figure.add_axes((0.15, (0.75 + 0.21 * len(picture.groups)) / height, 0.82, 2.85 / height))
    for number, each in enumerate(picture.groups):
        _draw_group(axes, picture, each)
        _draw_counts(axes, picture, each, -(0.7 + 0.21 * number) / 2.85)
    _frame(axes, picture)
    figure.text(0.02, 1 - 0.24 / height, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 1 - 0.45 / height, picture.caption, fontsize=7.8, color=GREY)
    return figure


def _draw_group(axes: Axes, picture: Maturity, each: Followed) -> None:
    times, share = followed_beyond(each.time, each.status)
    years = np.array([0.0, *(picture.table.years(float(time)) for time in times)])
    median = median_follow_up(each.time, each.status)
    said = "median not reached" if median is None else f"median {picture.table.years(median):.2f} years"
    group = each.group
    axes.step(
        years, np.concatenate(([1.0], share)), where="post", color=group.colour, linestyle=group.dash, linewidth=1.8,
        label=f"{group.label}: {said}",
    )  # fmt: skip
    if median is not None:
        axes.plot([picture.table.years(median)], [0.5], "o", color=group.colour, markersize=5)


def _years(picture: Maturity) -> int:
    longest = max((float(each.time.max(initial=0.0)) for each in picture.groups), default=0.0)
    return max(picture.horizon, math.ceil(picture.table.years(longest)))


def _draw_counts(axes: Axes, picture: Maturity, each: Followed, y: float) -> None:
    group = each.group
    label = "Observed" if group.name == "All" else f"{group.name} observed"
    axes.text(-0.025, y, label, transform=axes.transAxes, fontsize=8.5, ha="right", color=group.colour)
    for year in range(_years(picture) + 1):
        count = int((each.time >= picture.table.instant(year)).sum())
        across = axes.get_xaxis_transform()
        axes.text(year, y, str(count), transform=across, fontsize=8.5, ha="center", color=group.colour)


def _frame(axes: Axes, picture: Maturity) -> None:
    from matplotlib.ticker import PercentFormatter

    years = _years(picture)
    axes.set_xlim(-0.012 * years, years * 1.02)
    axes.set_xticks(range(years + 1))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.axhline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.axvline(picture.horizon, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.set_xlabel("Years since randomisation")
    axes.set_ylabel("Followed beyond")
    axes.spines[["top", "right"]].set_visible(False)
    if any(len(each.time) for each in picture.groups):
        axes.legend(loc="lower left", frameon=False, handlelength=3.6, fontsize=8.5)
