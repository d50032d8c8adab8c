"""Work the engine stopped trying, until a person releases it."""

from domain.standing import Standing
from events.conduct import WorkItemReleased, WorkItemSetAside
from events.recorded import Recorded


def set_aside(standing: Standing) -> dict[str, Recorded[WorkItemSetAside]]:
    """The work items set aside now, by key."""
    released = {entry.event.key: entry.position for entry in standing.every(WorkItemReleased)}
    last = {entry.event.key: entry for entry in standing.every(WorkItemSetAside)}
    return {key: entry for key, entry in last.items() if entry.position > released.get(key, 0)}
