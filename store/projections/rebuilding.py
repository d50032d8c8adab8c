"""Rebuilding projections from nothing beside the live ones, comparing, and swapping when they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from store.histories import everyone
from store.projections.all_projections import PROJECTIONS, projection_named
from store.projections.database import checkpoints, digest_of, empty, live_rows, writing
from store.projections.projection import Projection
from store.projections.refreshing import RowsByPatient, flat, refresh, rows_of, touched
from store.transact import TrialLog


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A projection rebuilt: from how many events, and whether the live one was equal.

    `seconds` from the beginning of the rebuild, whose reading of the log all projections share. `digest` of what was
    rebuilt.
    """

    name: str
    events: int
    seconds: float
    digest: str
    equal: bool


def rebuild(
    trial_log: TrialLog,
    name: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    mend: bool = True,
) -> list[Rebuilt]:
    """Rebuild one projection, or all; `progress` is told how many patients are done, and of how many.

    One that had drifted is replaced in one transaction, unless it is not to be mended. Raises `NoSuchEntry`.
    """
    chosen = PROJECTIONS if name is None else (projection_named(name),)
    began = perf_counter()
    refresh(trial_log)
    upto = min(trial_log.log.checkpoints().read(projection.consumer) for projection in chosen)
    fresh = rows_of(trial_log, chosen, everyone(trial_log), upto, progress)
    return [_compare(trial_log, projection, fresh.pop(projection.name), upto, began, mend) for projection in chosen]


def _compare(  # noqa: PLR0913, PLR0917 - what was rebuilt, and since when
    trial_log: TrialLog, projection: Projection, fresh: RowsByPatient, upto: int, began: float, mend: bool
) -> Rebuilt:
    with writing(trial_log) as session:
        now = checkpoints(session).read(projection.consumer)
        if now > upto:
            fresh |= rows_of(trial_log, [projection], touched(trial_log, upto, now), now)[projection.name]
        rows = flat(fresh)
        digest, live = digest_of(rows), digest_of(live_rows(session, projection))
        if digest != live and mend:
            session.expunge_all()
            empty(session, projection)
            session.add_all(rows)
    return Rebuilt(projection.name, now, perf_counter() - began, digest, digest == live)
