"""The flow of patients from screening to analysis. Source: CONSORT 2025, doi 10.1136/bmj-2024-081123, figure 1."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.reports.figures.drawing import GREY, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINE, _PADDING, _GAP = 0.165, 0.16, 0.30
"""Inches: of a line, of the space in a box, and between boxes."""
_RIGHT = 8.5
_STAGES = ("Enrolment", "Allocation", "Follow-up", "Analysis")


@dataclass(frozen=True, slots=True)
class Box:
    """A heading with its number, and the lines beneath it."""

    heading: str
    number: int
    lines: Sequence[tuple[str, int]] = ()

    @property
    def rows(self) -> int:
        """Lines of text."""
        return 1 + sum(len(_wrapped(line)) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Column:
    """One arm, or everyone randomised: allocation, follow-up, analysis."""

    allocation: Box
    follow_up: Box
    analysis: Box


@dataclass(frozen=True, slots=True)
class Flow:
    """What is drawn."""

    title: str
    caption: str
    assessed: Box
    excluded: Box
    randomised: Box
    columns: Sequence[Column]


def draw(picture: Flow) -> Figure:
    """Assessed, excluded to the right, randomised, then one column a group; every box is as high as its text."""
    stages = [[column.allocation for column in picture.columns], [column.follow_up for column in picture.columns]]
    stages.append([column.analysis for column in picture.columns])
    heights = [_height(picture.assessed), _height(picture.excluded), _height(picture.randomised)]
    heights += [max(map(_height, boxes)) for boxes in stages]
    total = sum(heights) + _GAP * (len(heights) - 1)
    page = total + 0.8
    figure = sheet(page)
    axes = figure.add_axes((0.0, 0.08 / page, 1.0, total / page))
    axes.set_xlim(0, 8.6)
    axes.set_ylim(total, 0)
    axes.axis("off")
    tops = [sum(heights[:number]) + _GAP * number for number in range(len(heights))]
    _draw_enrolment(axes, picture, tops)
    _draw_columns(axes, picture, stages, tops[3:], heights[3:])
    starts = (tops[0], *tops[3:])
    for stage, top in zip(_STAGES, starts, strict=True):
        axes.text(0.18, top + 0.02, stage, fontsize=9, fontweight="bold", color=GREY, va="top")
    figure.text(0.02, 1 - 0.24 / page, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 1 - 0.45 / page, picture.caption, fontsize=7.8, color=GREY)
    return figure


def _draw_enrolment(axes: Axes, picture: Flow, tops: Sequence[float]) -> None:
    middle, wide = _centres(picture)[1], 2.9
    right = middle + 0.4
    _draw_box(axes, picture.assessed, middle, tops[0], wide)
    _draw_box(axes, picture.excluded, (right + _RIGHT) / 2, tops[1], _RIGHT - right)
    _draw_box(axes, picture.randomised, middle, tops[2], wide)
    down, side = tops[0] + _height(picture.assessed), tops[1] + _height(picture.excluded) / 2
    _arrow(axes, (middle, down), (middle, tops[2]))
    _arrow(axes, (middle, side), (right, side))


def _draw_columns(
    axes: Axes, picture: Flow, stages: Sequence[Sequence[Box]], tops: Sequence[float], heights: Sequence[float]
) -> None:
    centres, middle, wide = _centres(picture)
    from_box = tops[0] - _GAP
    fork = from_box + (_GAP / 2 if len(centres) > 1 else 0)
    axes.plot([middle, middle], [from_box, fork], color="black", linewidth=0.9)
    axes.plot([centres[0], centres[-1]], [fork, fork], color="black", linewidth=0.9)
    for number, centre in enumerate(centres):
        start = fork
        for boxes, top, height in zip(stages, tops, heights, strict=True):
            _arrow(axes, (centre, start), (centre, top))
            _draw_box(axes, boxes[number], centre, top, wide, height)
            start = top + height


def _centres(picture: Flow) -> tuple[Sequence[float], float, float]:
    """Where the columns stand, where what is above them stands, and how wide they are; inches."""
    return ((2.95, 6.65), 4.8, 3.55) if len(picture.columns) > 1 else ((3.3,), 3.3, 3.9)


def _draw_box(axes: Axes, box: Box, centre: float, top: float, wide: float, high: float | None = None) -> None:  # noqa: PLR0913, PLR0917
    from matplotlib.patches import Rectangle

    left, high = centre - wide / 2, high or _height(box)
    axes.add_patch(
        Rectangle((left, top), wide, high, facecolor="white", edgecolor="black", linewidth=0.9, clip_on=False)
    )
    y = top + _PADDING / 2 + _LINE / 2
    axes.text(left + 0.1, y, f"{box.heading} (n = {box.number})", fontsize=8.5, fontweight="bold", va="center")
    for line in box.lines:
        for part in _wrapped(line):
            y += _LINE
            axes.text(left + 0.18, y, part, fontsize=8, va="center")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    )


def _height(box: Box) -> float:
    return box.rows * _LINE + _PADDING


def _wrapped(line: tuple[str, int]) -> list[str]:
    return textwrap.wrap(f"{line[0]} (n\u00a0=\u00a0{line[1]})", 52, subsequent_indent="   ")
