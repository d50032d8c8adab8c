"""Genomics: the RecurIndex test from order to result, and what laboratories get wrong."""

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from events.event import Event, Facts

Score = Decimal
RiskClass = Literal["low", "high"]


class GenomicScores(Facts):
    """The scores of one RecurIndex report, each on a scale of 0 to 100."""

    score_18gene: Score | None = Field(
        default=None,
        ge=0,
        le=100,
        title="18-gene score (0-100)",
        description="The score that decides: low up to 44 (Protocol: Genomic risk).",
    )
    ri_lr: Score | None = Field(default=None, ge=0, le=100, title="RI-LR, local recurrence index (0-100)")
    ri_dr: Score | None = Field(default=None, ge=0, le=100, title="RI-DR, distant recurrence index (0-100)")
    class_reported: RiskClass | None = Field(default=None, title="Risk class as the laboratory reports it")


class GenomicReport(GenomicScores):
    """One version of a laboratory report."""

    order_key: str | None = Field(default=None, max_length=200, title="Order", examples=["recurindex/RJ-0042/1"])
    report_id: str = Field(
        min_length=1, max_length=200, title="Report number", description="As printed on it.", examples=["RI-00042"]
    )
    report_version: str = Field(
        default="1", max_length=50, title="Version of the report", description="A corrected report has another one."
    )
    laboratory: str = Field(
        default="", max_length=200, title="Laboratory", examples=["RecurIndex laboratory, Shanghai"]
    )
    assay_version: str = Field(default="", max_length=100, title="Assay version", examples=["RI-2.0"])


class OrderReference(Facts):
    """Which order is meant: `recurindex/<patient>/<attempt>`."""

    order_key: str = Field(min_length=1, max_length=200, title="Order", examples=["recurindex/RJ-0042/1"])


class ReportReference(Facts):
    """Which version of which laboratory report is meant."""

    report_id: str = Field(
        min_length=1, max_length=200, title="Report number", description="As printed on it.", examples=["RI-00042"]
    )
    report_version: str = Field(
        default="1", max_length=50, title="Version of the report", description="The one that is meant."
    )


class PlacedOrder(OrderReference):
    """An order the laboratory has accepted."""

    laboratory_order_id: str = Field(max_length=200, title="Order number at the laboratory")


class Problem(Facts):
    """What is wrong, in a sentence."""

    problem: str = Field(min_length=1, max_length=1000, title="Problem")


class CancelledOrder(OrderReference):
    """An order that will bring no result."""

    reason: str = Field(min_length=1, max_length=500, title="Reason", examples=["tumour content too low"])


class OrderAgain(OrderReference):
    """Whether the test is ordered once more after the laboratory cancelled an order."""

    order_key: str = Field(min_length=1, max_length=200, title="Cancelled order", examples=["recurindex/RJ-0042/2"])
    again: Literal["yes", "no"] = Field(
        title="Order again",
        description="Every order costs money and tumour tissue. If no, the test is not ordered any more.",
    )
    reason: str = Field(min_length=1, max_length=500, title="Reason", examples=["another block is sent"])


class GenomicTestOrdered(PlacedOrder, Event):
    """The RecurIndex test is ordered: the laboratory holds the order under our key."""

    type: ClassVar[str] = "genomic-test-ordered.v1"


class GenomicOrderDisputed(OrderReference, Problem, Event):
    """The laboratory cannot say which order is ours; a person must settle it before anything is ordered again."""

    type: ClassVar[str] = "genomic-order-disputed.v1"


class GenomicTestCancelled(CancelledOrder, Event):
    """The order ended without a result."""

    type: ClassVar[str] = "genomic-test-cancelled.v1"


class CancelledOrderSettled(OrderAgain, Event):
    """A person decided whether the test is ordered again after the laboratory cancelled an order."""

    type: ClassVar[str] = "cancelled-order-settled.v1"


class GenomicResultReported(GenomicReport, Event):
    """The laboratory reported a result."""

    type: ClassVar[str] = "genomic-result-reported.v1"


class GenomicResultAmended(GenomicReport, Event):
    """The laboratory replaced an earlier version of the same report."""

    type: ClassVar[str] = "genomic-result-amended.v1"


class GenomicResultWithdrawn(ReportReference, Event):
    """The laboratory declared its report entered in error."""

    type: ClassVar[str] = "genomic-result-withdrawn.v1"


class GenomicReportSetAside(ReportReference, Problem, Event):
    """A report nobody may act on: wrong patient, unknown order, or unreadable. A person looks at it."""

    type: ClassVar[str] = "genomic-report-set-aside.v1"
