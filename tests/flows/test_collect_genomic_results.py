"""What the laboratory reports: recorded for whom it concerns, set aside once when nobody may act on it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import get_args

import pytest
from prefect.logging import disable_run_logger

from deployments.laboratory import Fault
from deployments.laboratory.spoiling import Spoiling
from domain.decisions.genomics import CancelGenomicTest, SettleCancelledOrder
from domain.genomic_test import open_order, standing_result
from domain.queries import standing_queries
from domain.standing import Standing
from domain.work_item import Work
from domain.worklist import worklist
from events.genomics import (
    GenomicReportSetAside,
    GenomicResultReported,
    GenomicResultWithdrawn,
    GenomicTestCancelled,
    GenomicTestOrdered,
)
from flows.collect_genomic_results import chase
from flows.gateways.errors import GatewayError
from flows.gateways.fhir_reports import Report
from flows.gateways.fhir_scores import Score
from flows.gateways.laboratory import ReportBatch
from flows.record_reports import record_batch, record_report
from tests import facts
from tests.flows.direct_reactor import direct_reactor
from tests.flows.site import MORNING, Site

READY = (*facts.eligible()[:7], facts.consented_to_test())
ORDER = "recurindex/RJ-1/1"
REPORT = Report(
    report_id="RI-7",
    version="1",
    status="final",
    order_key=ORDER,
    patient_id="RJ-1",
    issued_at=MORNING,
    laboratory="Demonstration laboratory",
    assay_version="2",
    scores=(Score("score_18gene", Decimal(44), "low"),),
)


@pytest.fixture(autouse=True)
def _outside_a_flow_run() -> Iterator[None]:
    with disable_run_logger():
        yield


@pytest.fixture
def ordered(at: Site) -> Site:
    at.has_seen("RJ-1", *READY, facts.ordered(patient_id="RJ-1"))
    return at


async def _chase(at: Site, patient_ids: Sequence[str]) -> Mapping[str, GatewayError]:
    with disable_run_logger():
        return await chase(at.given, patient_ids)


def _score(at: Site) -> Decimal | None:
    result = standing_result(at.patient("RJ-1"))
    return result.event.score_18gene if result else None


def _aside(at: Site) -> list[tuple[str, str]]:
    standings = (at.given.trial_log.trial(), at.patient("RJ-1"))
    entries = [entry for standing in standings for entry in standing.every(GenomicReportSetAside)]
    return [(entry.event.report_id, entry.event.problem) for entry in entries]


def _trial(at: Site) -> Standing:
    return at.given.trial_log.trial()


def _tell(at: Site, **changed: object) -> None:
    record_report(at.given, replace(REPORT, **changed))  # type: ignore[arg-type] - the fields of a report


def test_a_report_is_recorded_as_it_is_told(ordered: Site) -> None:
    _tell(ordered)
    _tell(ordered)
    (told,) = ordered.patient("RJ-1").every(GenomicResultReported)
    assert (told.event.report_id, told.event.report_version, told.event.order_key) == ("RI-7", "1", ORDER)
    assert (told.event.score_18gene, told.event.class_reported) == (Decimal(44), "low")
    assert (told.event.laboratory, told.event.assay_version) == ("Demonstration laboratory", "2")
    assert told.provenance.source.reference == "report RI-7 version 1"


@pytest.mark.parametrize(
    ("issued", "day"),
    [
        ("2020-12-11T15:59:00", "2020-12-11"),
        ("2020-12-11T16:01:00", "2020-12-12"),
        ("2031-01-01T00:00:00", "2020-12-12"),
    ],
)
def test_a_report_is_dated_by_the_hospitals_calendar_and_never_in_the_future(
    ordered: Site, issued: str, day: str
) -> None:
    _tell(ordered, issued_at=datetime.fromisoformat(issued).replace(tzinfo=UTC))
    (told,) = ordered.patient("RJ-1").every(GenomicResultReported)
    assert str(told.occurred_on) == day


@pytest.mark.parametrize(
    ("changed", "mentions"),
    [
        ({"patient_id": "RJ-2"}, "its order recurindex/RJ-1/1 another"),
        ({"order_key": "recurindex/RJ-1/9"}, "never placed by us"),
        ({"order_key": "else", "patient_id": "RJ-1"}, "its order else another"),
        ({"patient_id": "Mrs Li"}, "not a patient id"),
        ({"patient_id": "RJ-404", "order_key": "recurindex/RJ-404/1"}, "never placed by us"),
        ({"version": "9" * 60}, "report_version"),
        ({"laboratory": "x" * 300}, "laboratory"),
    ],
)
def test_what_is_nobodys_or_does_not_fit_is_set_aside_once(
    ordered: Site, changed: dict[str, object], mentions: str
) -> None:
    _tell(ordered, **changed)
    _tell(ordered, **changed)
    ((report_id, problem),) = _aside(ordered)
    assert report_id == "RI-7"
    assert mentions in problem
    assert "\n" not in problem
    assert _score(ordered) is None


@pytest.mark.parametrize(
    ("changed", "of_the_patient"),
    [
        ({"version": "9" * 60}, True),
        ({"order_key": "recurindex/RJ-1/9"}, True),
        ({"patient_id": "RJ-2"}, False),
        ({"patient_id": "RJ-404", "order_key": "recurindex/RJ-404/1"}, False),
    ],
    ids=["does-not-fit", "never-ordered", "wrong-patient", "unknown-patient"],
)
def test_what_is_set_aside_asks_a_person_with_the_same_entry(
    ordered: Site, changed: dict[str, object], of_the_patient: bool
) -> None:
    for _ in range(2):
        _tell(ordered, **changed)
    patient, trial = ordered.patient("RJ-1"), ordered.given.trial_log.trial()
    (query,) = standing_queries(patient if of_the_patient else trial)
    assert standing_queries(trial if of_the_patient else patient) == ()
    assert query.query_id == "report/1"
    ((report_id, problem),) = _aside(ordered)
    assert f"Report {report_id} version" in query.opened.event.question
    assert problem in query.opened.event.question
    _tell(ordered, **changed, report_id="RI-8")
    asked = [each.query_id for each in standing_queries(ordered.patient("RJ-1") if of_the_patient else _trial(ordered))]
    assert asked == ["report/1", "report/2"], "numbers of our own: a laboratory's may say who she is"


def test_a_report_that_our_own_code_cannot_record_is_set_aside_and_stops_no_other(ordered: Site) -> None:
    beyond_us = replace(REPORT, report_id="RI-6", scores=None)  # type: ignore[arg-type] - no gateway hands this out
    record_batch(ordered.given, ReportBatch((beyond_us, REPORT), (), None))
    assert _aside(ordered) == [("RI-6", "TypeError: 'NoneType' object is not iterable")]
    assert _score(ordered) == 44


def test_a_cancellation_that_a_person_told_first_is_no_news(ordered: Site) -> None:
    telephoned = CancelGenomicTest(occurred_on=ordered.today, order_key=ORDER, reason="told by telephone")
    ordered.says("RJ-1", telephoned)
    _tell(ordered, status="cancelled", scores=(), remark="tumour content too low")
    (ended,) = ordered.patient("RJ-1").every(GenomicTestCancelled)
    assert ended.event.reason == "told by telephone"
    assert _aside(ordered) == []


def test_one_version_with_two_accounts_is_for_a_person_and_the_first_stands(ordered: Site) -> None:
    _tell(ordered)
    _tell(ordered, scores=(Score("score_18gene", Decimal(46), "high"),))
    assert _score(ordered) == 44
    ((_, problem),) = _aside(ordered)
    assert "other scores" in problem


@pytest.mark.parametrize("status", ["registered", "partial", "preliminary", "unknown"])
def test_a_report_that_is_not_final_changes_nothing(ordered: Site, status: str) -> None:
    _tell(ordered, status=status)
    assert _score(ordered) is None
    assert _aside(ordered) == []
    assert open_order(ordered.patient("RJ-1")) is not None


def test_a_withdrawal_that_comes_before_its_report_still_counts(ordered: Site) -> None:
    _tell(ordered, version="2", status="entered-in-error", scores=())
    _tell(ordered)
    assert ordered.patient("RJ-1").has(GenomicResultWithdrawn)
    assert _score(ordered) is None


def test_an_older_version_that_comes_late_does_not_replace_the_newer(ordered: Site) -> None:
    _tell(ordered, version="2", status="corrected", scores=(Score("score_18gene", Decimal(46), "high"),))
    _tell(ordered)
    assert _score(ordered) == 46


async def test_a_cancelled_order_keeps_the_laboratorys_reason_and_is_placed_anew(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.laboratory.suffer(Fault(kind="cancelled"))
    reactor = direct_reactor(at.given)
    for _ in range(3):
        await reactor.settle()
        at.later(hours=2)
    (ended,) = at.patient("RJ-1").every(GenomicTestCancelled)
    assert ended.event.reason == "tumour content too low"
    assert [order.event.order_key for order in at.patient("RJ-1").every(GenomicTestOrdered)] == [
        ORDER,
        "recurindex/RJ-1/2",
    ]
    assert _score(at) is not None


async def test_a_laboratory_that_cancels_every_order_gets_two_and_then_those_a_person_permits(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.laboratory.suffer(Fault(kind="cancelled", times=50))
    reactor = direct_reactor(at.given)

    async def days(number: int) -> list[str]:
        for _ in range(8 * number):
            at.later(hours=3)
            await reactor.settle()
        return sorted(at.laboratory.orders())

    first, second, third = (f"recurindex/RJ-1/{attempt}" for attempt in (1, 2, 3))
    assert await days(3) == [first, second]
    items = worklist(at.patient("RJ-1"), at.given.trial_log.edition(), at.given.today)
    (item,) = [item for item in items if item.work is Work.SETTLE_CANCELLED_ORDER]
    assert (item.doer, item.subject) == ("coordinator", second)
    assert "tumour content too low" in item.wording
    assert [mail.subject for mail in at.mailbox.received if "RJ-1" in mail.subject]

    again = SettleCancelledOrder(occurred_on=at.today, order_key=second, again="yes", reason="another block is sent")
    at.says("RJ-1", again)
    assert await days(2) == [first, second, third]


@pytest.mark.parametrize("by", get_args(Spoiling))
async def test_an_unreadable_report_is_set_aside_once_and_hides_no_other(at: Site, by: str) -> None:
    at.has_seen("RJ-1", *READY)
    at.has_seen("RJ-2", *READY)
    at.laboratory.suffer(Fault.model_validate({"kind": "unreadable", "by": by, "order_key": ORDER}))
    for _ in range(3):
        await direct_reactor(at.given).settle()
        at.later(days=1)
    assert _score(at) is None
    assert len(_aside(at)) == 1
    assert at.patient("RJ-2").has(GenomicResultReported)


async def test_a_result_that_is_overdue_is_asked_for_by_its_order(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.laboratory.set_turn_around(3)
    await direct_reactor(at.given).settle()
    at.later(days=14)
    await _chase(at, ["RJ-1"])
    assert _score(at) is None, "expected within 14 days"
    at.later(days=1)
    await _chase(at, ["RJ-1"])
    assert _score(at) is not None


async def test_one_overdue_order_that_cannot_be_had_stops_no_other_and_each_is_asked_for_once_an_hour(at: Site) -> None:
    at.laboratory.set_turn_around(3)
    for patient_id in ("RJ-1", "RJ-2"):
        at.has_seen(patient_id, *READY)
    await direct_reactor(at.given).settle()
    at.later(days=15)
    at.laboratory.suffer(Fault(kind="refusing", on="reports"))

    failed = await _chase(at, ["RJ-1", "RJ-2"])
    assert list(failed) == [f"result/{ORDER}"]
    assert (_score(at), at.patient("RJ-2").has(GenomicResultReported)) == (None, True)
    at.later(minutes=59)
    assert await _chase(at, ["RJ-1"]) == {}
    assert _score(at) is None
    at.later(minutes=1)
    await _chase(at, ["RJ-1"])
    assert _score(at) is not None


async def test_after_three_unanswered_in_a_row_the_rest_is_chased_the_next_time(at: Site) -> None:
    at.laboratory.set_turn_around(3)
    patient_ids = [f"RJ-{number}" for number in range(1, 6)]
    for patient_id in patient_ids:
        at.has_seen(patient_id, *READY)
    await direct_reactor(at.given).settle()
    at.later(days=15)
    at.laboratory.suffer(Fault(kind="failing", on="reports", times=3))

    assert len(await _chase(at, patient_ids)) == 3
    assert not any(at.patient(patient_id).has(GenomicResultReported) for patient_id in patient_ids)
    assert await _chase(at, patient_ids) == {}
    assert [p for p in patient_ids if at.patient(p).has(GenomicResultReported)] == ["RJ-4", "RJ-5"]
