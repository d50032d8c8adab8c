"""How long the laboratory could not be read: after an hour of that nothing is collected until a person says so.

Who is down is asked again for as long as it takes. Who refuses, or answers what is no report, will do so the next time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.decisions.conduct import SetWorkAside
from domain.set_aside import set_aside
from events.clinical_date import ClinicalDate
from flows.pace import has_passed
from flows.resources import Resources

COLLECTING: Final = "collect/laboratory"
"""The key of collecting as a whole, which is nobody's but the trial's: so it is set aside, and so it is released."""

_PATIENCE: Final = timedelta(hours=1)
_TRIES: Final = 3


@dataclass(slots=True)
class _Unheard:
    """Since when, and how often in a row."""

    since: datetime
    tries: int = 0


_unheard: dict[str, _Unheard] = {}
"""Of each log. Lost with the process: then an hour is counted anew."""
_seen: dict[str, tuple[int, bool]] = {}
"""Whether collecting is set aside at a version of the trial's stream, which never changes."""


def is_set_aside(given: Resources) -> bool:
    """Whether a person must release collecting first."""
    trial_log = given.trial_log
    version, log_id = trial_log.log.version(trial_log.names.trial), trial_log.log.log_id
    if _seen.get(log_id, (-1, False))[0] != version:
        _seen[log_id] = version, COLLECTING in set_aside(trial_log.trial())
    return _seen[log_id][1]


def heard(given: Resources) -> None:
    """The laboratory was read: what came before counts no more."""
    _unheard.pop(given.trial_log.log.log_id, None)


def not_heard(given: Resources, problem: str) -> None:
    """The laboratory could not be read, for a reason that will not pass: after an hour of that it is for a person."""
    log_id, now = given.trial_log.log.log_id, given.clock.now()
    unheard = _unheard.setdefault(log_id, _Unheard(now))
    unheard.tries += 1
    if unheard.tries < _TRIES or not has_passed(_PATIENCE, unheard.since, now):
        return
    command = SetWorkAside(
        occurred_on=ClinicalDate.parse(given.today),
        key=COLLECTING,
        problem=f"{problem[:900]} (since {unheard.since:%Y-%m-%d %H:%M} UTC, {unheard.tries} tries)",
    )
    given.trial_log.transact_trial(command, given.engine_entry(COLLECTING))
    heard(given)
