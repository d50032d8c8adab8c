"""Three-valued findings: a rule passes, fails, or cannot be weighed for want of a fact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.patient import Known


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule made of a patient: `passes` is None while unknown; `value` is what it saw, `entries` where."""

    passes: bool | None
    value: str
    entries: tuple[UUID, ...] = ()


UNKNOWN = Finding(None, "not known")


def found(passes: bool | None, known: Known[object] | None, *more: Known[object] | None) -> Finding:
    """A finding about known values; unknown when none of them is known."""
    sources = tuple(source for source in (known, *more) if source is not None)
    if not sources:
        return UNKNOWN
    return Finding(passes, ", ".join(str(source.value) for source in sources), tuple(s.entry for s in sources))


def unanimous(outcomes: Iterable[bool]) -> bool | None:
    """True or false when every possibility agrees, None when they differ or there is none."""
    seen = set(outcomes)
    return seen.pop() if len(seen) == 1 else None
