"""Which open work may be done at this instant, and not only today: the time of day decides about reminders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.protocol.reminder_steps import QuietHours
from domain.work_item import WorkItem


def ready(items: Iterable[WorkItem], now: datetime, quiet: QuietHours) -> tuple[WorkItem, ...]:
    """Items that may be done at `now`, told in the time of the site.

    In the quiet hours only urgent reminders go out, none before its instant; of several whose instant has come about
    one matter, the newest alone.
    """
    come = [item for item in items if _may_go_out(item, now, quiet)]
    newest: dict[str, datetime] = {}
    for item in come:
        if (at := _instant(item)) is not None:
            newest[_matter(item)] = max(at, newest.get(_matter(item), at))
    return tuple(item for item in come if _instant(item) == newest.get(_matter(item)))


def _may_go_out(item: WorkItem, now: datetime, quiet: QuietHours) -> bool:
    if item.note is None:
        return True
    if item.note.not_before is not None and item.note.not_before > now:
        return False
    return item.note.urgent or not quiet.hold(now.time())


def _matter(item: WorkItem) -> str:
    return item.key.rpartition("/")[0]


def _instant(item: WorkItem) -> datetime | None:
    return item.note.not_before if item.note else None
