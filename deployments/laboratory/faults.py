"""What the demonstration laboratory can be told to get wrong, and when it does."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from deployments.laboratory.scores import share
from deployments.laboratory.spoiling import Spoiling

Asked = Literal["orders", "reports"]

ANSWERING: Final = frozenset({"slow", "failing", "lost-answer", "refusing", "ambiguous", "malformed"})
LISTING: Final = frozenset({"repeated", "out-of-order"})


class Fault(BaseModel):
    """One thing to get wrong.

    How it answers: `slow` (acts, then waits `seconds`), `failing` (`status`, nothing done), `lost-answer` (acts, then
    `status`), `refusing` (422), `ambiguous` (412, orders only), `malformed` (acts, then half an answer).
    How it lists reports: `repeated` (every entry twice), `out-of-order` (all versions, newest first).
    What it reports, about `order_key` or else about the next report: `duplicated` (a second report),
    `wrong-patient` (for `patient_id`), `unreadable` (spoiled `by`), `preliminary`, `final`, `corrected` (with
    `scores`), `entered-in-error`, `cancelled`. A `bad-day` lets a `share` of everything go wrong harmlessly, by `seed`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal[
        "slow", "failing", "lost-answer", "refusing", "ambiguous", "malformed", "repeated", "out-of-order",
        "duplicated", "wrong-patient", "unreadable", "preliminary", "final", "corrected", "entered-in-error",
        "cancelled", "bad-day",
    ]  # fmt: skip
    on: Literal["orders", "reports", "any"] = "any"
    times: int = Field(default=1, ge=1)
    seconds: float = Field(default=0.05, ge=0)
    status: int = Field(default=500, ge=400, le=599)
    order_key: str | None = None
    patient_id: str = "RJ-9999"
    by: Spoiling = "unknown-status"
    scores: dict[str, Decimal] = {}
    share: float = Field(default=0.1, ge=0, le=1)
    seed: str = "bad day"


class Faults:
    """The faults still to come. Each happens `times` times, in the order told; a bad day lasts until cleared."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._bad_day: Fault | None = None
        self._drawn = 0

    def tell(self, fault: Fault) -> None:
        """Expect a fault."""
        if fault.kind == "bad-day":
            self._bad_day = fault
        else:
            self._waiting.extend([fault] * fault.times)

    def clear(self) -> None:
        """Behave from now on."""
        self._waiting.clear()
        self._bad_day = None

    def waiting(self) -> list[Fault]:
        """The faults that have not happened yet."""
        return [*self._waiting, *([self._bad_day] if self._bad_day else [])]

    def in_answer(self, asked: Asked) -> Fault | None:
        """The fault of this answer, if any; it is used up."""
        for fault in self._waiting:
            fits = fault.on in ("any", asked) and not (fault.kind == "ambiguous" and asked == "reports")
            if fault.kind in ANSWERING and fits:
                return self._used(fault)
        return self._by_chance(("slow", "failing", "lost-answer"))

    def in_listing(self) -> Fault | None:
        """The fault of this list of reports, if any; it is used up."""
        told = next((fault for fault in self._waiting if fault.kind in LISTING), None)
        return self._used(told) if told else self._by_chance(("repeated", "out-of-order"))

    def in_report(self, order_key: str) -> Fault | None:
        """The fault of the first report on this order, if any; it is used up."""
        for fault in self._waiting:
            if fault.kind not in ANSWERING | LISTING and fault.order_key in (None, order_key):
                return self._used(fault)
        return self._by_chance(("duplicated",))

    def _used(self, fault: Fault) -> Fault:
        self._waiting.remove(fault)
        return fault

    def _by_chance(self, kinds: tuple[str, ...]) -> Fault | None:
        if self._bad_day is None:
            return None
        self._drawn += 1
        place = float(share(f"{self._bad_day.seed}/{self._drawn}"))
        if place >= self._bad_day.share:
            return None
        kind = kinds[int(place / self._bad_day.share * len(kinds))]
        return Fault.model_validate({**self._bad_day.model_dump(), "kind": kind})
