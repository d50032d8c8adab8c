"""The non-inferiority forest: hazard ratios on a log axis, differences in points, each beside its margin.

Source: Piaggio et al. 2012, doi 10.1001/jama.2012.87802, figure 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.reports.figures.drawing import GREY, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINE = 0.46
_LEAST, _MOST = 0.1, 10.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its two-sided 95 % limits; a limit that is None is not bounded on that side."""

    value: float | None
    lower: float | None
    upper: float | None
    said: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One endpoint in one population: hazard ratio, and difference in percentage points."""

    label: str
    counts: str
    hazard_ratio: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Forest:
    """What is drawn; `margin_hr` is a hazard ratio, `margin_points` a negative difference in points."""

    title: str
    caption: str
    rows: Sequence[Compared]
    margin_hr: float
    margin_points: float
    years: int


def draw(picture: Forest) -> Figure:
    """Rows from top to bottom, the two scales side by side."""
    height = 1.95 + _LINE * max(len(picture.rows), 1)
    figure = sheet(height)
    inner = (height - 1.75) / height
    ratios = figure.add_axes((0.27, 0.85 / height, 0.33, inner))
    points = figure.add_axes((0.65, 0.85 / height, 0.33, inner), sharey=ratios)
    _frame_ratios(ratios, picture)
    _frame_points(points, picture)
    for number, row in enumerate(picture.rows):
        _draw_row(ratios, points, number, row)
    figure.text(0.02, 1 - 0.24 / height, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 1 - 0.45 / height, picture.caption, fontsize=7.8, color=GREY)
    return figure


def _draw_row(ratios: Axes, points: Axes, number: int, row: Compared) -> None:
    ratios.text(-0.757, number - 0.12, row.label, transform=ratios.get_yaxis_transform(), fontsize=9, va="center")
    ratios.text(
        -0.757, number + 0.24, row.counts, transform=ratios.get_yaxis_transform(), fontsize=7.5, va="center", color=GREY
    )
    _draw_estimate(ratios, number, row.hazard_ratio, "s", clip=(_LEAST, _MOST))
    _draw_estimate(points, number, row.difference, "D", clip=points.get_xlim())


def _draw_estimate(axes: Axes, number: int, found: Estimate, marker: str, clip: tuple[float, float]) -> None:
    """A limit off the scale, or none at all, ends in an arrow; what is not estimable is said in words only."""
    bounded = found.lower is not None or found.upper is not None
    if bounded:
        lower = clip[0] if found.lower is None else max(found.lower, clip[0])
        upper = clip[1] if found.upper is None else min(found.upper, clip[1])
        dash = "solid" if found.value is not None else (0, (1, 1.5))
        axes.plot([lower, upper], [number, number], color="black", linewidth=1.3, linestyle=dash)
        for end, limit, sign in ((lower, found.lower, "<"), (upper, found.upper, ">")):
            cut = limit is None or limit != end
            shape = sign if cut else "|"
            axes.plot([end], [number], shape, color="black", markersize=5 if cut else 6, clip_on=False)
    if found.value is not None and clip[0] <= found.value <= clip[1]:
        axes.plot([found.value], [number], marker, color="black", markersize=5.5)
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    across = axes.get_yaxis_transform()
    axes.text(0.5, number + 0.34, found.said, transform=across, fontsize=7.5, ha="center", va="center", bbox=behind)


def _frame_ratios(axes: Axes, picture: Forest) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    axes.set_xscale("log")
    axes.set_xlim(_LEAST, _MOST)
    axes.xaxis.set_major_locator(FixedLocator([0.1, 0.25, 0.5, 1, picture.margin_hr, 5, 10]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}" if value != picture.margin_hr else f"{value:.2f}")
    _frame(axes, picture, 1.0, picture.margin_hr, "Hazard ratio OMIT : IMNI (95 % CI)")
    _favours(axes, "← OMIT better", "IMNI better →")


def _frame_points(axes: Axes, picture: Forest) -> None:
    lowest = min((row.difference.lower for row in picture.rows if row.difference.lower is not None), default=-15.0)
    highest = max((row.difference.upper for row in picture.rows if row.difference.upper is not None), default=10.0)
    axes.set_xlim(max(min(lowest - 2, -15.0), -60.0), min(max(highest + 2, 10.0), 60.0))
    axes.tick_params(labelleft=False)
    _frame(axes, picture, 0.0, picture.margin_points, f"Difference at {picture.years} years, points (95 % CI)")
    _favours(axes, "← IMNI better", "OMIT better →")


def _frame(axes: Axes, picture: Forest, equal: float, margin: float, label: str) -> None:
    axes.set_ylim(max(len(picture.rows), 1) - 0.4, -0.6)
    axes.set_yticks([])
    axes.axvline(equal, color=GREY, linewidth=0.9)
    axes.axvline(margin, color="black", linewidth=1.2, linestyle=(0, (4, 2)))
    axes.text(margin, -0.66, "margin", fontsize=8, ha="center", va="bottom", transform=axes.transData, style="italic")
    axes.set_xlabel(label, fontsize=9, labelpad=16)
    axes.tick_params(axis="x", labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _favours(axes: Axes, left: str, right: str) -> None:
    for text, x, side in ((left, 0.0, "left"), (right, 1.0, "right")):
        axes.annotate(
            text, (x, 0), (0, -24), "axes fraction", "offset points", fontsize=7.5, ha=side, color=GREY
        )  # fmt: skip
