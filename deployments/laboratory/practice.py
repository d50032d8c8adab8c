"""The demonstration laboratory's day: take orders in, report when the turn-around is over, correct and withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from deployments.laboratory.book import Book, Order, Version
from deployments.laboratory.faults import Fault, Faults
from deployments.laboratory.fhir_writing import Finding, Resource, decode, encode, instant, report
from deployments.laboratory.scores import Scores, ScoreSource, drawn
from deployments.laboratory.spoiling import spoil
from flows.gateways.fhir_systems import Systems

_AT_ONCE = frozenset(
    {"final", "corrected", "entered-in-error", "cancelled", "wrong-patient", "unreadable", "duplicated"}
)
_REMARKS = {"cancelled": "tumour content too low", "entered-in-error": "reported by mistake"}


@dataclass
class Practice:
    """The laboratory at work, on its own clock."""

    book: Book
    faults: Faults
    scores: ScoreSource | None
    system_clock: Callable[[], datetime]

    def now(self) -> datetime:
        """The time at the laboratory: as told, or the system's."""
        told = self.book.told("clock")
        return datetime.fromisoformat(told) if told else self.system_clock().astimezone(UTC)

    def take_in(self, trial: str, order_key: str, patient_id: str, resource: Resource) -> Order:
        """Store an order of a trial."""
        return self.book.store_order(trial, order_key, patient_id, self.now(), resource)

    def report_what_is_due(self) -> None:
        """Report every order whose turn-around is over."""
        for order in self.book.unreported(self.now() - self._turn_around()):
            self._report(order)

    def _turn_around(self) -> timedelta:
        return timedelta(days=float(self.book.told("turn-around") or 0))

    def tell(self, fault: Fault) -> None:
        """Get something wrong: at once about a report already out, else when its time comes."""
        out = [] if fault.order_key is None else self._first_reports(fault.order_key)
        if out and fault.kind in _AT_ONCE:
            self._change(out[0], fault)
        else:
            self.faults.tell(fault)

    def _first_reports(self, order_key: str) -> list[Finding]:
        self.report_what_is_due()
        orders = self.book.orders_under(order_key)
        return [self._latest(order) for order in orders if self.book.versions_of(_report_id(order))]

    def _report(self, order: Order) -> None:
        fault = self.faults.in_report(order.order_key)
        first = self._first(order)
        if fault is None:
            self._publish(first)
        elif fault.kind in ("preliminary", "cancelled"):
            self._publish(replace(first, status=fault.kind, remark=_REMARKS.get(fault.kind)))
        elif fault.kind == "wrong-patient":
            self._publish(replace(first, patient_id=fault.patient_id))
        elif fault.kind == "unreadable":
            self._publish(first, fault)
        else:
            self._publish(first)
            self._change(first, fault)

    def _change(self, before: Finding, fault: Fault) -> None:
        """Publish what follows a report: its next version, or a second report of the same."""
        if fault.kind == "duplicated":
            self._publish(replace(before, report_id=f"{before.report_id}-again", version=1))
            return
        after = replace(before, version=before.version + 1, issued_at=max(before.issued_at, self.now()))
        if fault.kind == "wrong-patient":
            self._publish(replace(after, patient_id=fault.patient_id, status="corrected"))
        elif fault.kind == "unreadable":
            self._publish(after, fault)
        else:
            scores = {**before.scores, **fault.scores}
            self.fix_scores({before.order_key: scores})
            self._publish(replace(after, status=fault.kind, scores=scores, remark=_REMARKS.get(fault.kind)))

    def _latest(self, order: Order) -> Finding:
        """The last version of an order's report, with the right patient and the scores as last told."""
        versions = self.book.versions_of(_report_id(order))
        return replace(self._first(order), version=versions[-1].version)

    def _first(self, order: Order) -> Finding:
        due = order.received_at + self._turn_around()
        return Finding(
            report_id=_report_id(order),
            version=1,
            status="final",
            systems=Systems(order.trial),
            order_number=str(order.number),
            order_key=order.order_key,
            patient_id=order.patient_id,
            issued_at=due,
            last_updated=due,
            scores=self._scores(order),
        )

    def _scores(self, order: Order) -> Scores:
        table: Mapping[str, Scores] = decode(self.book.told("scores") or "{}")
        fixed = table.get(order.order_key) or table.get(order.patient_id)
        if fixed is not None:
            return {name: Decimal(value) for name, value in fixed.items()}
        source = self.scores or drawn(self.book.told("seed") or "demonstration")
        return source(order.order_key, order.patient_id)

    def _publish(self, finding: Finding, spoiled: Fault | None = None) -> None:
        stamped = replace(finding, last_updated=self.book.next_stamp(self.now()))
        resources = report(stamped)
        if spoiled is not None:
            spoil(spoiled.by, resources)
        number, stamp = int(stamped.order_number), instant(stamped.last_updated)
        self.book.store_report(Version(stamped.report_id, stamped.version, number, stamp, resources))

    def fix_scores(self, table: Mapping[str, Mapping[str, Decimal]]) -> None:
        """Report these scores for these order keys or patients instead of drawn ones; adds to what was told before."""
        before = decode(self.book.told("scores") or "{}")
        self.book.tell("scores", encode({**before, **table}))


def _report_id(order: Order) -> str:
    return f"RI-{order.number:05}"
