"""After the laboratory's cancellations the engine orders again once by itself; then a person says whether it does."""

from dataclasses import replace
from datetime import date

import pytest

from domain.decisions.genomics import SettleCancelledOrder
from domain.protocol.edition import Edition
from domain.protocol.v2_0 import EDITION
from domain.rejections import NoSuchEntry
from domain.work_item import Work, WorkItem
from domain.worklist import worklist
from events.clinical_date import ClinicalDate
from events.event import Event
from events.genomics import GenomicResultReported
from tests.facts import (
    cancelled,
    consented_to_test,
    disputed,
    eligible,
    order_settled,
    ordered,
    pathology,
    reminded,
    result,
    screening_failed,
)
from tests.given import given, patient_with

READY = eligible(consented_to_test(), without=[GenomicResultReported])
FIRST = (ordered(), cancelled())
SECOND = (
    ordered("2020-12-15", attempt=2),
    cancelled("2020-12-16", order_key="recurindex/RJ-0001/2", reason="no tumour in the block"),
)
THIRD = (ordered("2020-12-17", attempt=3), cancelled("2020-12-18", order_key="recurindex/RJ-0001/3"))
TELEPHONED = cancelled("2020-12-16", order_key="recurindex/RJ-0001/2", reason="settled by telephone")


def asked(*events: Event, on: str = "2020-12-20", edition: Edition = EDITION) -> list[WorkItem]:
    kinds = (Work.ORDER_GENOMIC_TEST, Work.SETTLE_CANCELLED_ORDER)
    items = worklist(patient_with(*READY, *events), edition, date.fromisoformat(on))
    return [item for item in items if item.work in kinds]


def keys(*events: Event, edition: Edition = EDITION) -> list[str]:
    return [item.key for item in asked(*events, edition=edition)]


ANOTHER = "recurindex/RJ-0001/{}"
WHETHER = "settle-cancelled-order/RJ-0001/recurindex/RJ-0001/{}"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(FIRST, ANOTHER.format(2), id="once-by-itself"),
        pytest.param((*FIRST, *SECOND), WHETHER.format(2), id="the-second-asks"),
        pytest.param((*FIRST, *SECOND, order_settled()), ANOTHER.format(3), id="a-person-says-yes"),
        pytest.param((*FIRST, *SECOND, order_settled(), *THIRD), WHETHER.format(3), id="each-further-one-asks-anew"),
        pytest.param(
            (*FIRST, *SECOND, order_settled("no"), order_settled("yes", on="2020-12-17")),
            ANOTHER.format(3),
            id="the-newest-word-counts",
        ),
        pytest.param((*FIRST, ordered(attempt=2), TELEPHONED), ANOTHER.format(3), id="a-person-cancelled"),
        pytest.param((disputed(), cancelled(reason="telephoned")), ANOTHER.format(2), id="a-dispute-settled"),
        pytest.param((*FIRST, TELEPHONED, *THIRD), WHETHER.format(3), id="the-laboratory-again"),
    ],
)
def test_orders_after_a_cancellation(told: tuple[Event, ...], expected: str) -> None:
    assert keys(*told) == [expected]


def test_how_often_is_a_value_of_the_edition() -> None:
    assert keys(*FIRST, edition=replace(EDITION, orders_after_cancellation=0)) == [WHETHER.format(1)]
    assert keys(*FIRST, *SECOND, edition=replace(EDITION, orders_after_cancellation=2)) == [ANOTHER.format(3)]


def test_a_person_sees_why_and_is_the_coordinator() -> None:
    (item,) = asked(*FIRST, *SECOND)
    assert (item.doer, item.subject) == ("coordinator", "recurindex/RJ-0001/2")
    assert item.wording == "Order the RecurIndex test again? The laboratory cancelled: no tumour in the block"


@pytest.mark.parametrize(
    "since",
    [
        pytest.param(order_settled("no"), id="given-up"),
        pytest.param(result(30), id="a-result-came-all-the-same"),
        pytest.param(screening_failed("IC08"), id="screening-failed"),
        pytest.param(pathology(ki67_pct="10"), id="no-longer-at-high-risk"),
    ],
)
def test_nobody_is_asked_and_nothing_is_ordered_any_more(since: Event) -> None:
    assert keys(*FIRST, *SECOND, since) == []


def test_reminders_go_up_the_ladder_until_somebody_has_decided() -> None:
    def about_orders(*events: Event, on: str) -> list[str]:
        items = worklist(patient_with(*READY, *FIRST, *SECOND, *events), EDITION, date.fromisoformat(on))
        return [item.subject for item in items if item.work is Work.SEND_REMINDER and item.subject.startswith("order/")]

    assert about_orders(on="2020-12-16") == ["order/request"]
    assert about_orders(on="2020-12-30") == ["order/principal-investigator"]
    request = reminded("reminder/RJ-0001/order/recurindex/RJ-0001/2/2020-12-16/request")
    assert about_orders(request, on="2020-12-16") == []
    assert about_orders(order_settled("no"), on="2020-12-30") == []


def test_a_disputed_order_reminds_as_well() -> None:
    items = worklist(patient_with(*READY, disputed()), EDITION, date(2020, 12, 11))
    assert "order/request" in [item.subject for item in items]


SETTLED = SettleCancelledOrder(
    occurred_on=ClinicalDate.parse("2020-12-16"),
    order_key="recurindex/RJ-0001/2",
    again="yes",
    reason="another block is sent",
)


def test_the_decision_is_kept_and_told_twice_says_nothing_new() -> None:
    given(*READY, *FIRST, *SECOND).when(SETTLED).then(order_settled())
    changed = SETTLED.model_copy(update={"again": "no"})
    given(*READY, *FIRST, *SECOND, order_settled()).when(changed).then(order_settled("no"))


def test_only_a_cancelled_order_can_be_settled() -> None:
    given(*READY, ordered()).when(SETTLED).then_rejected(NoSuchEntry, field="order_key")
