"""Is the log whole? All that the log itself can be asked, without the domain and without the program that wrote it.

Found: an event that is missing, changed, moved or unreadable; a version out of turn; an instant that goes back; a date
column that contradicts its payload; an event id used twice; a guard or table that is gone or altered; a consumer that
has read further than the log goes; a damaged file.

Not to be found in the log alone: whoever may rewrite it can compute every digest anew, and events cut off the end
leave no hole unless a consumer had read them. Only seals kept elsewhere show that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from store.continuity import Continuity, Finding
from store.rows import COLUMNS

Ask = Callable[[str], Iterable[tuple[Any, ...]]]
"""Runs one question on the database and gives its rows."""

Check = Callable[[Ask], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and what was found, the first bad position first."""

    events: int
    last_position: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def unreadable(problem: str) -> Verified:
    """What is said of something that cannot be read as a log at all."""
    return Verified(0, 0, (Finding(None, problem),))


def verify_tables(ask: Ask, damage: tuple[type[Exception], ...], own_checks: Iterable[Check]) -> Verified:
    """Check a log from end to end in the transaction that `ask` stands for; `damage` is what its driver raises."""
    chain = Continuity(_simulated(ask, damage))
    findings = list(_rows(ask, damage, chain))
    for check in (_repeated_ids, _consumers_ahead, *own_checks):
        findings.extend(_guarded(check, ask, damage))
    findings.sort(key=lambda finding: (finding.position is None, finding.position or 0))
    return Verified(chain.events, chain.last_position, tuple(dict.fromkeys(findings)))


def _guarded(check: Check, ask: Ask, damage: tuple[type[Exception], ...]) -> list[Finding]:
    try:
        return list(check(ask))
    except damage as problem:
        return [Finding(None, f"the database is damaged: {problem}")]


def _simulated(ask: Ask, damage: tuple[type[Exception], ...]) -> bool | None:
    """What kind of log the database says it is; None when it does not say."""
    try:
        found: dict[str, str] = dict(row[:2] for row in ask("select key, value from log_meta"))
    except damage:
        return None
    return {"True": True, "False": False}.get(found.get("simulated", ""))


def _rows(ask: Ask, damage: tuple[type[Exception], ...], chain: Continuity) -> Iterator[Finding]:
    if chain.simulated is None:
        yield Finding(None, "log_meta does not say whether this is a real or a simulated log")
    try:
        for row in ask(f"select {COLUMNS} from event order by position"):  # noqa: S608 - constant
            yield from chain.take(row)
    except damage as problem:
        yield Finding(chain.last_position + 1, f"nothing can be read from here on: {problem}")


def _repeated_ids(ask: Ask) -> Iterator[Finding]:
    repeated = ask("select max(position), min(position) from event group by event_id having count(*) > 1 limit 100")
    for position, first in repeated:
        yield Finding(position, f"it carries the event id of event {first}")


def _consumers_ahead(ask: Ask) -> Iterator[Finding]:
    ahead = ask(
        "select consumer, position from checkpoint "
        "where position > (select coalesce(max(position), 0) from event) order by consumer"
    )
    for consumer, position in ahead:
        yield Finding(None, f"{consumer} has read up to {position}: the end of the log was cut off")
