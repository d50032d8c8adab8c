"""The swimmer plot: each patient a lane from randomisation on, what happened marked on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from domain.analysis.survival_table import DAYS_PER_YEAR
from flows.reports.figures.drawing import GREY, PALE, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Mark = Literal["recurrence", "contralateral cancer", "DCIS or other cancer", "death", "lost", "withdrew", "followed on"]

_SHAPES: dict[Mark, tuple[str, str, float]] = {
    "recurrence": ("o", "black", 4.5),
    "contralateral cancer": ("D", "white", 4.0),
    "DCIS or other cancer": ("s", "white", 4.0),
    "death": ("X", "black", 5.5),
    "lost": ("x", "black", 4.5),
    "withdrew": ("|", GREY, 6.0),
    "followed on": (">", PALE, 2.2),
}


@dataclass(frozen=True, slots=True)
class Lane:
    """One patient, in days since randomisation; `radiotherapy` is its first and last day, when it began."""

    days: int
    marks: Sequence[tuple[int, Mark]]
    radiotherapy: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Lanes:
    """Patients drawn together under a name."""

    name: str
    lanes: Sequence[Lane]


@dataclass(frozen=True, slots=True)
class Swimmer:
    """What is drawn, group beneath group, the longest followed first."""

    title: str
    caption: str
    groups: Sequence[Lanes]


def draw(picture: Swimmer) -> Figure:
    """Lanes as thin as they must be to fit on half a page."""
    figure = sheet(5.6)
    axes = figure.add_axes((0.09, 0.17, 0.88, 0.70))
    row = 0
    for group in picture.groups:
        start = row
        for lane in sorted(group.lanes, key=lambda lane: -lane.days):
            _draw_lane(axes, row, lane)
            row += 1
        middle = (start + row - 1) / 2
        name = group.name.replace(" ", "\n")  # the margin is as wide as a word
        text = f"{name}\nn = {len(group.lanes)}"
        axes.text(-0.015, middle, text, transform=axes.get_yaxis_transform(), fontsize=9, ha="right", va="center")
        row += 2
    _frame(axes, picture, row)
    figure.text(0.02, 0.957, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 0.918, picture.caption, fontsize=7.8, color=GREY)
    return figure


def _draw_lane(axes: Axes, row: int, lane: Lane) -> None:
    axes.barh(row, lane.days / DAYS_PER_YEAR, height=1.0, color="#DDDDDD", linewidth=0, snap=False)
    if lane.radiotherapy:
        began, ended = (day / DAYS_PER_YEAR for day in lane.radiotherapy)
        axes.barh(row, max(ended - began, 0.02), left=began, height=1.0, color="#0072B2", linewidth=0, snap=False)
    for day, mark in lane.marks:
        shape, fill, size = _SHAPES[mark]
        axes.plot(
            [day / DAYS_PER_YEAR], [row], shape, color="black" if fill != PALE else GREY, markerfacecolor=fill,
            markersize=size, markeredgewidth=0.7, zorder=3,
        )  # fmt: skip


def _frame(axes: Axes, picture: Swimmer, rows: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    axes.set_ylim(max(rows, 2) - 1, -1)
    axes.set_xlim(0, None if rows else 1)
    axes.set_yticks([])
    axes.set_xlabel("Years since randomisation")
    axes.spines[["top", "right", "left"]].set_visible(False)
    shown = {mark for group in picture.groups for lane in group.lanes for _, mark in lane.marks}
    handles: list[Line2D | Patch] = [
        Line2D([], [], linestyle="none", marker=shape, color="black", markerfacecolor=fill, markersize=6, label=mark)
        for mark, (shape, fill, _) in _SHAPES.items()
        if mark in shown
    ]
    if any(lane.radiotherapy for group in picture.groups for lane in group.lanes):
        handles.append(Patch(color="#0072B2", label="radiotherapy"))
    if handles:
        axes.legend(
            handles=handles, loc="upper center", bbox_to_anchor=(0.46, -0.115), ncols=8, frameon=False, fontsize=7.8,
            handletextpad=0.4, columnspacing=1.2, handlelength=1.2,
        )  # fmt: skip
