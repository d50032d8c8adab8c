"""Rebuilding projections from nothing beside the live ones, comparing, and swapping when they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

from domain.rejections import NoSuchEntry
from store.projections.all_projections import PROJECTIONS
from store.projections.database import checkpoints, digest_of, empty, live_rows, writing
from store.projections.projection import Projection
from store.projections.refreshing import everyone, flat, refresh, rows_of, touched
from store.transact import TrialLog


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A projection rebuilt: from how many events, in how many seconds, and whether the live one was equal."""

    name: str
    events: int
    seconds: float
    digest: str
    equal: bool


def rebuild(
    trial_log: TrialLog, name: str | None = None, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Rebuilt]:
    """Rebuild one projection, or all. Raises `NoSuchEntry` for a name there is not."""
    refresh(trial_log)
    chosen = list(_chosen(name))
    found: list[Rebuilt] = []
    for number, projection in enumerate(chosen, start=1):
        found.append(_rebuild(trial_log, projection))
        progress(number, len(chosen))
    return found


def _chosen(name: str | None) -> Iterator[Projection]:
    names = [projection.name for projection in PROJECTIONS]
    if name is not None and name not in names:
        raise NoSuchEntry("NAME", repr(name), "no such projection", f"Use one of {', '.join(names)}")
    return (projection for projection in PROJECTIONS if name in (None, projection.name))


def _rebuild(trial_log: TrialLog, projection: Projection) -> Rebuilt:
    began = perf_counter()
    upto = trial_log.log.checkpoints().read(projection.consumer)
    fresh = rows_of(trial_log, [projection], everyone(trial_log), upto)[projection.name]
    with writing(trial_log) as session:
        now = checkpoints(session).read(projection.consumer)
        if now > upto:
            fresh |= rows_of(trial_log, [projection], touched(trial_log, upto, now), now)[projection.name]
        digest, live = digest_of(flat(fresh)), digest_of(live_rows(session, projection))
        if digest != live:
            session.expunge_all()
            empty(session, projection)
            session.add_all(flat(fresh))
    return Rebuilt(projection.name, now, perf_counter() - began, digest, digest == live)
