"""Is the log whole? All that the log itself can be asked, without the domain and without the program that wrote it.

Found: an event that is missing, changed, moved or unreadable; a version out of turn; an instant that goes back; a date
column that contradicts its payload; an event id used twice; a guard or table that is gone or altered; a consumer that
has read further than the log goes; the key of a patient who was forgotten; a damaged file.

Whoever may rewrite the log can compute every digest anew, and events cut off the end leave no hole unless a consumer
had read them: that is found by the seals, the surer the further away from the log their copies are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store.continuity import Continuity, Finding
from store.rows import COLUMNS, Row
from store.seal import Seal
from store.seal_checks import SealWatch, Witness
from store.seal_tokens import TOKENS, SealToken
from store.sealing import SEALS, frontier_of, seal_of

Ask = Callable[[str], Iterable[tuple[Any, ...]]]
"""Runs one question on the database and gives its rows."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known outside the database: the seals of a log by its id, and up to which seal it was verified before."""

    witness_of: Callable[[str], Witness] = lambda log_id: Witness()
    verified: Seal | None = None


Check = Callable[[Ask], Iterable[Finding]]

WITH_PATIENT_KEYS = 2
"""The first schema that has a table of patients' keys."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked and what was found, the first bad position first."""

    events: int
    last_position: int
    findings: tuple[Finding, ...]
    root: str = ""
    """The Merkle root over all events (hex)."""
    seals: int = 0

    def with_findings(self, others: Sequence[Finding]) -> Verified:
        """The same, and what was found elsewhere."""
        return replace(self, findings=(*self.findings, *others))

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def unreadable(problem: str) -> Verified:
    """What is said of something that cannot be read as a log at all."""
    return Verified(0, 0, (Finding(None, problem),))


def verify_tables(ask: Ask, damage: tuple[type[Exception], ...], own_checks: Iterable[Check], known: Known) -> Verified:
    """Check a log in the transaction that `ask` stands for; `damage` is what its driver raises."""
    meta = dict(row[:2] for row in _asked(ask, damage, "select key, value from log_meta"))
    chain = Continuity({"True": True, "False": False}.get(meta.get("simulated", "")))
    log_id = meta.get("log_id", "")
    rows = _asked(ask, damage, SEALS)
    tokens = [SealToken(*row[:3]) for row in _asked(ask, damage, TOKENS)]
    watch = SealWatch([seal_of(log_id, row) for row in rows], known.witness_of(log_id), tokens)
    _begin_after(known.verified, rows, ask, chain, watch)
    findings = [*_rows(ask, damage, chain, watch), *watch.end()]
    for check in (_repeated_ids, _consumers_ahead, *own_checks):
        findings.extend(_guarded(check, ask, damage))
    findings.sort(key=lambda finding: (finding.position is None, finding.position or 0))
    root = watch.frontier.root().hex()
    return Verified(chain.events, chain.last_position, tuple(dict.fromkeys(findings)), root, len(rows))


def _begin_after(verified: Seal | None, rows: Iterable[Row], ask: Ask, chain: Continuity, watch: SealWatch) -> None:
    """Begin at a seal up to which the log was found whole before, if it is still the seal that was seen then."""
    if verified is None:
        return
    for row in rows:
        frontier = frontier_of(row)
        if row[0] == verified.size and frontier.root() == verified.root == row[2]:
            versions = ask(f"select stream, max(version) + 1 from event where position <= {row[0]} group by stream")  # noqa: S608 - a number
            chain.go_on_from(row[0], dict(found[:2] for found in versions))
            watch.frontier = frontier


def _asked(ask: Ask, damage: tuple[type[Exception], ...], question: str) -> list[tuple[Any, ...]]:
    """The rows of a table that may be damaged or gone; what keeps it is checked elsewhere."""
    try:
        return list(ask(question))
    except damage:
        return []


def _guarded(check: Check, ask: Ask, damage: tuple[type[Exception], ...]) -> list[Finding]:
    try:
        return list(check(ask))
    except damage as problem:
        return [Finding(None, f"the database is damaged: {problem}")]


def _rows(ask: Ask, damage: tuple[type[Exception], ...], chain: Continuity, watch: SealWatch) -> Iterator[Finding]:
    if chain.simulated is None:
        yield Finding(None, "log_meta does not say whether this is a real or a simulated log")
    try:
        after = f"where position > {chain.last_position} " if chain.last_position else ""
        for row in ask(f"select {COLUMNS} from event {after}order by position"):  # noqa: S608 - constants and a number
            yield from chain.take(row)
            yield from watch.take(row)
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


def keys_that_came_back(ask: Ask) -> Iterator[Finding]:
    """Keys that the forgetting of their patient destroyed."""
    back = ask(
        "select patient_id from patient_key where wrapped_key is not null and exists(select 1 from event "
        "where stream in ('patient/' || patient_id, 'simulated-patient/' || patient_id) "
        "and type = 'patient-forgotten.v1') order by patient_id"
    )
    for (patient_id,) in back:
        yield Finding(None, f"the key of patient {patient_id}, who was forgotten, is there again")
