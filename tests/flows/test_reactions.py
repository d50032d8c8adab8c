"""Reactions against a real laboratory, mailbox and log, through Prefect: nothing lost, nothing doubled."""

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from deployments.laboratory import Fault
from deployments.prefect_server import PrefectServer
from domain.decisions.conduct import ReleaseWork
from domain.decisions.corrections import CorrectEntry
from domain.decisions.genomics import CancelGenomicTest
from domain.deviations import deviations
from domain.genomic_test import standing_result
from domain.patient import Patient
from domain.set_aside import set_aside
from domain.visit_windows import scheduled_visits
from domain.work_item import Work
from domain.worklist import worklist
from events.follow_up import FollowUpScheduled, ReminderSent
from events.genomics import (
    GenomicOrderDisputed,
    GenomicReportSetAside,
    GenomicResultAmended,
    GenomicResultReported,
    GenomicTestOrdered,
)
from events.radiotherapy import RadiotherapyCompleted
from flows.collect_genomic_results import collect_genomic_results
from flows.work_off import Outcome
from tests import facts
from tests.flows.site import Site, site

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

READY = (
    facts.screened(),
    facts.surgery(),
    facts.pathology(),
    facts.staging(),
    facts.history(),
    facts.performance(),
    facts.timing(),
    facts.consented_to_test(),
)
ORDER = "recurindex/RJ-1/1"


@pytest.fixture
async def at(tmp_path: Path, prefect_server: PrefectServer) -> AsyncGenerator[Site]:
    async with site(tmp_path) as opened:
        yield opened


def _score(patient: Patient) -> Decimal | None:
    result = standing_result(patient)
    return result.event.score_18gene if result else None


async def test_a_test_is_ordered_once_and_its_result_recorded(at: Site) -> None:
    at.laboratory.fix_scores({"RJ-1": {"score_18gene": "44.0"}})
    at.has_seen("RJ-1", *READY)
    await at.reactor().settle()
    at.later(hours=2)
    await at.reactor().settle()
    assert at.laboratory.orders()[ORDER].orders == 1
    order, result = at.patient("RJ-1").last(GenomicTestOrdered), at.patient("RJ-1").last(GenomicResultReported)
    assert order is not None
    assert order.event.order_key == ORDER
    assert order.provenance.actor.id == "engine"
    assert result is not None
    assert (result.event.score_18gene, result.event.class_reported) == (Decimal("44.0"), "low")
    assert result.provenance.source.kind == "laboratory"
    assert at.open_keys("RJ-1") == []


@pytest.mark.parametrize("fault", ["failing", "lost-answer"])
async def test_an_order_whose_answer_is_lost_still_stands_once(at: Site, fault: str) -> None:
    at.laboratory.suffer(Fault.model_validate({"kind": fault, "on": "orders", "times": 2}))
    at.has_seen("RJ-1", *READY)
    await at.reactor().settle()
    tally = at.laboratory.orders()[ORDER]
    assert (tally.orders, tally.posts) == (1, 3)
    assert len(at.patient("RJ-1").every(GenomicTestOrdered)) == 1


async def test_a_report_that_overtakes_its_orders_acknowledgement_is_kept(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.has_seen("RJ-2", *READY, facts.ordered(patient_id="RJ-2"))
    await at.given.laboratory.order("recurindex/RJ-2/1", "RJ-2", at.given.today)  # type: ignore[union-attr] - there is one
    at.laboratory.suffer(Fault(kind="lost-answer", on="orders", times=4))
    reactor = at.reactor()
    await reactor.settle()
    assert at.patient("RJ-1").every(GenomicTestOrdered) == ()
    assert not at.given.trial_log.trial().has(GenomicReportSetAside)
    at.later(hours=2)
    await reactor.settle()
    assert _score(at.patient("RJ-1")) is not None
    assert at.laboratory.orders()[ORDER].orders == 1


async def test_a_report_that_was_passed_by_before_its_order_was_on_record_is_read_again(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.laboratory.suffer(Fault(kind="lost-answer", on="orders", times=4))
    await at.reactor().settle()
    at.later(hours=2)
    with disable_run_logger():
        await collect_genomic_results.fn(["RJ-1"])
        at.has_seen("RJ-2", *READY, facts.ordered(patient_id="RJ-2"))
        await at.given.laboratory.order("recurindex/RJ-2/1", "RJ-2", at.given.today)  # type: ignore[union-attr] - there is one
        at.later(hours=2)
        await collect_genomic_results.fn(["RJ-1", "RJ-2"])
        assert (_score(at.patient("RJ-1")) is None, _score(at.patient("RJ-2")) is None) == (True, False)
        at.has_seen("RJ-1", facts.ordered(order_key=ORDER))
        await collect_genomic_results.fn(["RJ-1"])
    assert _score(at.patient("RJ-1")) is not None


async def test_a_laboratory_that_is_down_costs_time_and_nothing_else(at: Site) -> None:
    at.laboratory.suffer(Fault(kind="failing", on="orders", times=5))
    at.has_seen("RJ-1", *READY)
    reactor = at.reactor()
    await reactor.settle()
    tried = at.laboratory.orders()[ORDER].posts
    await reactor.settle()
    assert at.laboratory.orders()[ORDER].posts == tried, "an item waits its turn before it is tried again"
    assert at.open_keys("RJ-1") == [ORDER]
    assert set_aside(at.patient("RJ-1")) == {}
    at.later(hours=2)
    await reactor.settle()
    at.later(hours=2)
    await reactor.settle()
    assert at.laboratory.orders()[ORDER].orders == 1


async def test_an_ambiguous_order_waits_for_a_person_and_is_never_placed_again(at: Site) -> None:
    at.laboratory.suffer(Fault(kind="ambiguous", on="orders"))
    at.has_seen("RJ-1", *READY)
    reactor = at.reactor()
    await reactor.settle()
    at.later(days=1)
    await reactor.settle()
    assert at.laboratory.orders()[ORDER].posts == 1
    assert at.patient("RJ-1").has(GenomicOrderDisputed)
    todo = worklist(at.patient("RJ-1"), at.given.trial_log.edition(), at.given.today)
    assert Work.SETTLE_ORDER in {item.work for item in todo}
    at.says("RJ-1", CancelGenomicTest(occurred_on=at.today, order_key=ORDER, reason="settled by telephone"))
    await reactor.settle()
    assert at.laboratory.orders()["recurindex/RJ-1/2"].orders == 1


async def test_a_broken_item_is_set_aside_without_stopping_the_others_and_comes_back_when_released(at: Site) -> None:
    from deployments.reactions import ANSWERS

    healed = False

    async def poisonous(patient_ids: list[str]) -> list[Outcome]:
        outcomes = []
        for patient_id in patient_ids:
            if patient_id == "RJ-1" and not healed:
                outcomes.append(Outcome(ORDER, "RJ-1", "broken", "ZeroDivisionError: division by zero"))
            else:
                outcomes.extend(await ANSWERS[Work.ORDER_GENOMIC_TEST]([patient_id]))
        return outcomes

    at.has_seen("RJ-1", *READY)
    at.has_seen("RJ-2", *READY)
    reactor = at.reactor({**ANSWERS, Work.ORDER_GENOMIC_TEST: poisonous})
    await reactor.settle()
    aside = set_aside(at.patient("RJ-1"))
    assert "ZeroDivisionError" in aside[ORDER].event.problem
    assert "after 3 tries" in aside[ORDER].event.problem
    assert at.laboratory.orders()["recurindex/RJ-2/1"].orders == 1
    healed = True
    at.says("RJ-1", ReleaseWork(occurred_on=at.today, key=ORDER))
    await reactor.settle()
    assert at.laboratory.orders()[ORDER].orders == 1


async def test_a_flow_that_cannot_run_leaves_its_work_open_and_the_rest_running(at: Site) -> None:
    from deployments.reactions import ANSWERS

    async def down(patient_ids: list[str]) -> list[Outcome]:
        raise ConnectionError("no Prefect API")

    at.has_seen("RJ-1", *READY)
    at.has_seen("RJ-2", *facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11")))
    await at.reactor({**ANSWERS, Work.ORDER_GENOMIC_TEST: down}).settle()
    assert at.open_keys("RJ-1") == [ORDER]
    assert at.patient("RJ-2").has(FollowUpScheduled)


async def test_reports_for_nobody_are_set_aside_once(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.has_seen("RJ-2", facts.screened())
    reactor = at.reactor()
    at.laboratory.suffer(Fault(kind="wrong-patient", patient_id="RJ-2"))
    await reactor.settle()
    at.later(hours=2)
    await reactor.settle()
    assert _score(at.patient("RJ-2")) is None
    aside = at.given.trial_log.trial().every(GenomicReportSetAside)
    assert len(aside) == 1
    at.later(days=1)
    await at.reactor().settle()
    assert len(at.given.trial_log.trial().every(GenomicReportSetAside)) == 1


@pytest.mark.parametrize("fault", ["repeated", "out-of-order", "duplicated"])
async def test_what_the_laboratory_repeats_or_jumbles_is_recorded_once(at: Site, fault: str) -> None:
    at.laboratory.suffer(Fault.model_validate({"kind": fault, "on": "any", "times": 3}))
    at.has_seen("RJ-1", *READY)
    reactor = at.reactor()
    for _ in range(3):
        await reactor.settle()
        at.later(hours=2)
    reports = at.patient("RJ-1").every(GenomicResultReported)
    assert len(reports) == (2 if fault == "duplicated" else 1)
    assert len({(report.event.report_id, report.event.report_version) for report in reports}) == len(reports)


async def test_a_score_corrected_after_randomisation_leaves_the_allocation_and_shows_as_a_deviation(at: Site) -> None:
    at.laboratory.fix_scores({"RJ-1": {"score_18gene": "44"}})
    at.has_seen("RJ-1", *READY)
    reactor = at.reactor()
    await reactor.settle()
    at.later(hours=2)
    await reactor.settle()
    at.has_seen("RJ-1", facts.consented("2020-12-12"), facts.randomised("2020-12-12"))
    at.later(days=1)
    at.laboratory.suffer(Fault(kind="corrected", order_key=ORDER, scores={"score_18gene": Decimal(46)}))
    await at.reactor().settle()
    at.later(hours=2)
    await at.reactor().settle()
    patient = at.patient("RJ-1")
    assert patient.has(GenomicResultAmended)
    assert _score(patient) == 46
    assert patient.arm == "OMIT"
    assert "DR02" in {deviation.rule for deviation in deviations(patient, at.given.trial_log.edition())}


async def test_a_result_entered_in_error_no_longer_counts(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    reactor = at.reactor()
    await reactor.settle()
    at.later(hours=2)
    await reactor.settle()
    at.laboratory.suffer(Fault(kind="entered-in-error", order_key=ORDER))
    at.later(hours=2)
    await at.reactor().settle()
    assert _score(at.patient("RJ-1")) is None


async def test_follow_up_is_set_out_when_radiotherapy_ends_and_moves_with_its_correction(at: Site) -> None:
    at.has_seen("RJ-1", *facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01"))
    reactor = at.reactor()
    await reactor.settle()
    assert scheduled_visits(at.patient("RJ-1"))[0].target == date(2021, 1, 8)
    ended = at.patient("RJ-1").last(RadiotherapyCompleted)
    assert ended is not None
    correction = CorrectEntry(
        occurred_on=at.today,
        target=ended.event_id,
        replacement={"occurred_on": "2020-12-09"},
        reason="wrong day entered",
    )
    at.says("RJ-1", correction)
    await reactor.settle()
    assert scheduled_visits(at.patient("RJ-1"))[0].target == date(2021, 1, 6)
    assert len(at.patient("RJ-1").every(FollowUpScheduled)) == 2


async def test_each_reminder_goes_out_once_whatever_restarts_in_between(at: Site) -> None:
    at.has_seen("RJ-1", *facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01"))
    for _ in range(40):
        await at.reactor().settle()
        at.later(days=1)
    sent = [entry.event.step for entry in at.patient("RJ-1").every(ReminderSent)]
    assert sent == ["before", "open", "closing", "overdue"]
    assert len(at.mailbox.copies()) == 4
    assert not at.mailbox.duplicates()
    assert all("RJ-1" in str(mail) and "li.wei" not in str(mail) for mail in at.mailbox.received)


async def test_a_mail_that_was_not_taken_is_sent_later(at: Site) -> None:
    at.has_seen("RJ-1", *facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01"))
    at.later(days=6)
    at.mailbox.refuse("451 try again later", times=5)
    reactor = at.reactor()
    await reactor.settle()
    assert not at.patient("RJ-1").has(ReminderSent)
    for _ in range(3):
        at.later(hours=2)
        await reactor.settle()
    assert len(at.mailbox.copies()) == 1
    assert len(at.patient("RJ-1").every(ReminderSent)) == 1


async def test_a_crash_between_the_order_and_its_record_orders_nothing_twice(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    laboratory = at.given.laboratory
    assert laboratory is not None
    placed = await laboratory.order(ORDER, "RJ-1", at.given.today)
    assert placed.newly, "the machine dies here: the laboratory has the order, the log does not"
    await at.reactor().settle()
    assert at.laboratory.orders()[ORDER].orders == 1
    order = at.patient("RJ-1").last(GenomicTestOrdered)
    assert order is not None
    assert order.event.laboratory_order_id == placed.laboratory_order_id


async def test_of_two_reactors_one_leads_and_the_other_takes_over(at: Site) -> None:
    first, second = at.reactor(), at.reactor()
    assert first.take_the_lead()
    assert not second.take_the_lead()
    at.later(minutes=5)
    assert second.take_the_lead(), "the first one's lease has run out"
    assert not first.take_the_lead()
    second.let_go()
    assert first.take_the_lead()


def test_delays_grow_and_are_spread() -> None:
    from flows.reactor import Pace

    pace = Pace()
    assert pace.delay("a", 1) < pace.delay("a", 3) < pace.delay("a", 9)
    assert pace.delay("a", 50) == pace.delay("a", 9) <= timedelta(minutes=11)
    assert len({pace.delay(f"recurindex/RJ-{n}/1", 1) for n in range(50)}) > 20
