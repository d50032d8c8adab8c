"""Visit compliance as a heat map: of the visits due, how many were done in their window, by time of randomisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.reports.figures.drawing import GREY, sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Kept:
    """Visits that were due, and how many of them were done in their window."""

    kept: int
    due: int


@dataclass(frozen=True, slots=True)
class Compliance:
    """What is drawn: visits as rows, cohorts of patients as columns; a cell that is missing had nothing due."""

    title: str
    caption: str
    visits: Sequence[str]
    cohorts: Sequence[str]
    cells: Mapping[tuple[str, str], Kept]


def draw(picture: Compliance) -> Figure:
    """Every cell says its percentage and of how many, the darker the fewer were kept."""
    from matplotlib.patches import Rectangle

    height = 1.55 + 0.36 * max(len(picture.visits), 1)
    figure = sheet(height)
    axes = figure.add_axes((0.16, 0.5 / height, 0.81, (height - 1.3) / height))
    for row, visit in enumerate(picture.visits):
        for column, cohort in enumerate(picture.cohorts):
            cell = picture.cells.get((visit, cohort))
            share = cell.kept / cell.due if cell and cell.due else None
            shade = "white" if share is None else str(round(0.5 + 0.48 * share**4, 3))
            axes.add_patch(Rectangle((column, row), 1, 1, facecolor=shade, edgecolor="white", linewidth=1.5))
            said = "–" if cell is None or share is None else f"{100 * share:.0f} %"
            axes.text(column + 0.5, row + 0.37, said, ha="center", va="center", fontsize=8.5)
            if cell is not None and share is not None:
                of = f"of {cell.due}"
                axes.text(column + 0.5, row + 0.76, of, ha="center", va="center", fontsize=6.5)
    axes.set_xlim(0, max(len(picture.cohorts), 1))
    axes.set_ylim(max(len(picture.visits), 1), 0)
    axes.set_xticks([number + 0.5 for number in range(len(picture.cohorts))], picture.cohorts, fontsize=8.5)
    axes.set_yticks([number + 0.5 for number in range(len(picture.visits))], picture.visits, fontsize=8.5)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    figure.text(0.02, 1 - 0.24 / height, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 1 - 0.45 / height, picture.caption, fontsize=7.8, color=GREY)
    return figure
