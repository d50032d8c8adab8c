"""The coordinators' handbook says of reminders, pages and forms what the program does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.protocol.reminder_steps import Ladder, ReminderStep, Topic
from domain.protocol.v2_0_reminders import REMINDERS
from flows.operator_entry import OPERATOR_COMMANDS
from flows.reports.trial_pages import OTHERS, TRIAL_PAGES

HANDBOOK = (Path(__file__).parents[3] / "docs" / "operator.md").read_text(encoding="utf-8")


def _when(days: int) -> str:
    if days == 0:
        return "at once"
    told = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"{told} before" if days < 0 else f"after {told}"


def reminder_row(ladder: Ladder) -> str:
    """A ladder as a row of the handbook's table."""
    steps = {step.asked: _when(step.days) for step in ladder.steps}
    first = ladder.steps[0].asked
    about = ladder.title.english.replace(" {query}", "")
    then = (steps.get("investigator", ""), steps.get("principal-investigator", ""))
    cells = (about, f"{first.replace('-', ' ')}, {steps[first]}", *then)
    return f"| {' | '.join(cells)} |"


def form_rows() -> Iterator[str]:
    """Each form with its picture and what it is for, as rows of the handbook's last table."""
    for command in sorted(OPERATOR_COMMANDS.values(), key=lambda command: command.title):
        said = " ".join((command.__doc__ or "").split())
        yield f"| `form-{command.title.lower().replace(' ', '-')}.png` | {said} |"


@pytest.mark.parametrize("topic", REMINDERS.ladders)
def test_every_ladder_stands_in_the_table_of_reminders(topic: Topic) -> None:
    assert reminder_row(REMINDERS.ladders[topic]) in HANDBOOK


def test_the_rows_of_visits_say_the_days_of_the_edition() -> None:
    def told(steps: tuple[ReminderStep, ...]) -> list[tuple[str, int, str]]:
        return [(step.relative_to, step.days, step.asked) for step in steps]

    assert told(tuple(REMINDERS.visits)) == [
        ("opens", -14, "coordinator"),
        ("opens", 0, "coordinator"),
        ("closes", -7, "coordinator"),
        ("closes", 1, "coordinator"),
        ("closes", 8, "investigator"),
        ("closes", 22, "principal-investigator"),
    ]
    assert told(tuple(REMINDERS.weekly)) == [
        ("closes", 0, "coordinator"),
        ("closes", 2, "investigator"),
        ("closes", 5, "principal-investigator"),
    ]
    hours = REMINDERS.quiet_hours
    assert f"From {hours.begin.hour}:00 to {hours.end.hour}:00 on the clock of" in HANDBOOK


def test_every_page_and_form_is_in_the_handbook() -> None:
    keys = {page.key for page in TRIAL_PAGES} | {key for key, _, _ in OTHERS}
    assert not [key for key in keys if f"`{key}`" not in HANDBOOK]
    assert not [row for row in form_rows() if row not in HANDBOOK]
