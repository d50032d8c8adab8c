"""kill -9 while the read models are brought up to date, or swapped: `python -m tests.faults.kill_projection`."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from sqlalchemy import text

from store.event_ids import new_event_id
from store.projections.all_projections import PROJECTIONS
from store.projections.database import digest_of, live_rows, writing
from store.projections.projection import Projection
from store.projections.rebuilding import rebuild
from store.projections.refreshing import flat, refresh, rows_of, touched
from store.transact import TrialLog
from tests.facts import death, enrolled
from tests.faults.battery import alone
from tests.faults.fault import Outcome
from tests.faults.logs import Home, Place, on_both
from tests.faults.victims import Death, Say
from tests.store.trial_logs import keep

_KILLS_A_HOME = 25
_DEATH = Death(seconds=0.3, statements=150)


def _keep_and_refresh(say: Say, home: Home) -> None:
    """Enter patients and bring the read models up to date after each."""
    with (trial_log := home.opened()).log:
        say(b"ready")
        while True:
            keep(trial_log, f"RJ-{new_event_id()}", *enrolled(death("2021-12-31")))
            refresh(trial_log)


def _rebuild(say: Say, home: Home) -> None:
    with (trial_log := home.opened()).log:
        say(b"ready")
        rebuild(trial_log)


def _digests(trial_log: TrialLog) -> dict[str, str]:
    """What each read model holds."""
    with writing(trial_log) as session:
        return {each.name: digest_of(live_rows(session, each)) for each in PROJECTIONS}


def _folded(trial_log: TrialLog, projection: Projection, upto: int) -> str:
    """What a read model should hold: the fold of the events up to its checkpoint, made from nothing."""
    patients = touched(trial_log, 0, upto)
    return digest_of(flat(rows_of(trial_log, [projection], patients, upto)[projection.name]))


def drifted(trial_log: TrialLog) -> list[str]:
    """The read models that are not the fold of the events up to their checkpoints."""
    held = _digests(trial_log)
    upto = {each.name: trial_log.log.checkpoints().read(each.consumer) for each in PROJECTIONS}
    return [each.name for each in PROJECTIONS if held[each.name] != _folded(trial_log, each, upto[each.name])]


def _kill_refreshing(count: int, chance: Random, place: Place) -> Outcome:
    mistakes: list[str] = []
    for begun in range(0, count, _KILLS_A_HOME):
        home = place.home()
        home.opened().log.close()
        for _ in range(min(_KILLS_A_HOME, count - begun)):
            _DEATH.of(chance, _keep_and_refresh, home)
            with (trial_log := home.opened()).log:
                mistakes += [f"{name} is not the fold of its events" for name in drifted(trial_log)]
                refresh(trial_log)
        with (trial_log := home.opened()).log:
            mistakes += [f"{each.name} had drifted" for each in rebuild(trial_log) if not each.equal]
    return Outcome(count, unnamed=len(mistakes), first_wrong=_first(mistakes))


def _first(mistakes: Sequence[str]) -> str:
    return mistakes[0] if mistakes else ""


def _damage(trial_log: TrialLog) -> None:
    """Rows changed behind the engine's back, so that the next rebuild has to swap every read model."""
    with writing(trial_log) as session:
        for projection in PROJECTIONS:
            table = projection.table.__tablename__
            session.connection().execute(text(f"update {table} set patient_id = 'RJ-' || patient_id"))


def _kill_swapping(count: int, chance: Random, place: Place) -> Outcome:
    home = place.home()
    mistakes: list[str] = []
    killed = swapped = 0
    with (trial_log := home.opened()).log:
        for number in range(20):
            keep(trial_log, f"RJ-{number:04}", *enrolled(death("2021-12-31")))
        rebuild(trial_log)
        whole = _digests(trial_log)
        while killed < count:
            _damage(trial_log)
            damaged = _digests(trial_log)
            killed += _DEATH.of(chance, _rebuild, home).was_killed
            now = _digests(trial_log)
            swapped += sum(now[name] == whole[name] for name in now)
            mistakes += [
                f"{name} is neither old nor new" for name in now if now[name] not in {damaged[name], whole[name]}
            ]
            rebuild(trial_log)
            mistakes += [f"{name} was not mended" for name, held in _digests(trial_log).items() if held != whole[name]]
    return Outcome(count, unnamed=len(mistakes), first_wrong=_first(mistakes), seen=f"{swapped} swaps had been made")


FAULTS = (
    *on_both(
        "kill_projection",
        "kill -9 while read models are brought up to date",
        "after 0 to 300 ms, or as the 1st to 150th statement begins",
        "each read model = the fold of the events up to its checkpoint, digest by digest",
        full=300,
        quick=2,
        inject=_kill_refreshing,
    ),
    *on_both(
        "kill_rebuild",
        "kill -9 while a rebuild swaps read models",
        "every read model is damaged first; the rebuild dies after 0 to 300 ms, or as a statement begins",
        "old or new, never between; the next rebuild mends it",
        full=100,
        quick=2,
        inject=_kill_swapping,
    ),
)

if __name__ == "__main__":
    alone(__file__)
