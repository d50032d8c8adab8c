"""Enrolment against plan: patients randomised, the plan of the protocol, and when the last one is to be expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flows.reports.figures.drawing import EVERYONE, GREY, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is drawn: the days of randomisation in order, the plan, and the forecast of the last patient, if any."""

    title: str
    caption: str
    days: Sequence[date]
    target: int
    months: int
    as_of: date
    expected: tuple[date, date, date] | None = None


def draw(picture: Enrolment) -> Figure:
    """Steps for what happened, dashes for the plan, a fan for the forecast: earliest, expected and latest day."""
    figure = sheet(4.2)
    axes = figure.add_axes((0.09, 0.13, 0.87, 0.71))
    if picture.days:
        _draw_plan(axes, picture)
        _draw_randomised(axes, picture)
        _draw_forecast(axes, picture)
        axes.legend(loc="lower right", frameon=False, fontsize=8.5, handlelength=3.2)
    else:
        axes.text(0.5, 0.5, "Nobody is randomised yet", transform=axes.transAxes, ha="center", color=GREY)
    _frame(axes, picture)
    figure.text(0.02, 0.943, picture.title, fontsize=13, fontweight="bold")
    figure.text(0.02, 0.893, picture.caption, fontsize=7.8, color=GREY)
    return figure


def _draw_plan(axes: Axes, picture: Enrolment) -> None:
    start, monthly = picture.days[0].toordinal(), picture.target / picture.months
    end = start + picture.months * _DAYS_PER_MONTH
    label = f"plan: {monthly:.2f} a month, {picture.target} in {picture.months} months"
    axes.plot([start, end], [0, picture.target], color="black", linewidth=1.1, linestyle=(0, (5, 3)), label=label)


def _draw_randomised(axes: Axes, picture: Enrolment) -> None:
    days = [day.toordinal() for day in picture.days]
    now = days[-1] if len(days) >= picture.target else max(picture.as_of.toordinal(), days[-1])
    steps = [days[0], *days, now]
    counts = [0, *range(1, len(days) + 1), len(days)]
    label = f"randomised: {len(days)}"
    axes.step(steps, counts, where="post", color=EVERYONE.colour, linewidth=2.0, label=label)


def _draw_forecast(axes: Axes, picture: Enrolment) -> None:
    if picture.expected is None:
        return
    now, have = max(picture.as_of, picture.days[-1]).toordinal(), len(picture.days)
    earliest, middle, latest = (day.toordinal() for day in picture.expected)
    label = f"forecast: {picture.expected[1]}, 95 % {picture.expected[0]} to {picture.expected[2]}"
    axes.plot([now, middle], [have, picture.target], color=GREY, linewidth=1.3, linestyle=(0, (1, 1.5)), label=label)
    axes.fill([now, earliest, latest], [have, picture.target, picture.target], color=GREY, alpha=0.15, linewidth=0)
    axes.plot([earliest, latest], [picture.target] * 2, "|-", color=GREY, linewidth=1, markersize=8)


def _frame(axes: Axes, picture: Enrolment) -> None:
    axes.axhline(picture.target, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.set_ylim(0, picture.target * 1.1)
    axes.set_ylabel("Patients randomised")
    axes.spines[["top", "right"]].set_visible(False)
    low, high = (int(end) for end in axes.get_xlim())
    if not picture.days:
        axes.set_xticks([])
        return
    first, last = date.fromordinal(low), date.fromordinal(high)
    months = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    every = next((step for step in (1, 3, 6, 12, 24, 60, 120) if len(months) / step <= 10), 240)
    ticks = [date(month // 12, month % 12 + 1, 1) for month in months if month % 12 % min(every, 12) == 0]
    ticks = [day for day in ticks if every <= 12 or day.year % (every // 12) == 0]
    shown = "%Y-%m" if every < 12 else "%Y"
    axes.set_xticks([day.toordinal() for day in ticks], [f"{day:{shown}}" for day in ticks], fontsize=8.5)
