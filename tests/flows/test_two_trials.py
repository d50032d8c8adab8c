"""Two trials at one laboratory and one mailbox: their patients are called alike, and neither hears of the other's."""

from collections.abc import AsyncGenerator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from deployments.laboratory import DemonstrationLaboratory, Fault
from deployments.mailbox import Mailbox
from domain.genomic_test import standing_result
from events.genomics import GenomicReportSetAside, GenomicTestOrdered
from flows.clock import SimulatedClock
from flows.gateways.laboratory import Laboratory
from flows.gateways.mail import Notifier
from flows.home import open_home
from flows.remind_of_trial import tell_of_trial
from flows.resources import Resources, using
from flows.settings import read_settings
from tests import facts
from tests.flows.direct_reactor import direct_reactor
from tests.flows.site import MORNING, Site

READY = (*facts.eligible()[:7], facts.consented_to_test())
ORDER = "recurindex/RJ-1/1"

Both = tuple[Site, Site]


@pytest.fixture(autouse=True)
def _outside_a_flow_run() -> Iterator[None]:
    with disable_run_logger():
        yield


@pytest.fixture
async def both(tmp_path: Path) -> AsyncGenerator[Both]:
    clock = SimulatedClock(MORNING)
    with DemonstrationLaboratory(clock=clock.now) as laboratory, Mailbox() as mailbox:
        laboratory.set_clock(MORNING)
        sites = [_site(tmp_path / name, clock, laboratory, mailbox) for name in ("one", "other")]
        yield sites[0], sites[1]
        for site in sites:
            assert site.given.laboratory is not None
            await site.given.laboratory.aclose()
            site.given.trial_log.log.close()


def _site(home: Path, clock: SimulatedClock, laboratory: DemonstrationLaboratory, mailbox: Mailbox) -> Site:
    url = mailbox.url("ward@imni.example")
    settings = read_settings(home=home, laboratory_url=laboratory.url, notify_urls=[url])
    trial_log = open_home(settings, clock.now(), simulated=True)
    log_id = trial_log.log.log_id
    gateway, notifier = Laboratory(laboratory.url, log_id), Notifier([url], log_id)
    return Site(Resources(settings, clock, trial_log, gateway, notifier), laboratory, mailbox, clock)


async def _settle(*sites: Site) -> None:
    for site in sites:
        with using(site.given):
            await direct_reactor(site.given).settle()


def _order(site: Site) -> str:
    (order,) = site.patient("RJ-1").every(GenomicTestOrdered)
    return order.event.laboratory_order_id


def _score(site: Site) -> Decimal | None:
    result = standing_result(site.patient("RJ-1"))
    return result.event.score_18gene if result else None


def _aside(site: Site) -> list[str]:
    standings = (site.given.trial_log.trial(), site.patient("RJ-1"))
    return [entry.event.problem for each in standings for entry in each.every(GenomicReportSetAside)]


async def test_patients_called_alike_have_an_order_and_a_score_of_their_own(both: Both) -> None:
    one, other = both
    one.has_seen("RJ-1", *READY)
    one.has_seen("RJ-7", *READY)
    one.laboratory.set_turn_around(1)
    await _settle(one)
    one.laboratory.fix_scores({"RJ-1": {"score_18gene": "12"}})
    one.later(days=1)
    await _settle(one)

    other.has_seen("RJ-1", *READY)
    await _settle(other)
    assert _score(other) is None, "her own specimen is not measured yet"
    other.laboratory.fix_scores({"RJ-1": {"score_18gene": "89.4"}})
    other.later(days=1)
    await _settle(one, other)

    assert one.laboratory.orders()[ORDER].orders == 2
    assert _order(one) != _order(other)
    assert (_score(one), _score(other)) == (Decimal(12), Decimal("89.4"))
    assert (_aside(one), _aside(other)) == ([], []), "another trial's reports are nobody's business here"


async def test_a_report_without_its_order_goes_to_the_trial_whose_patient_it_names(both: Both) -> None:
    one, other = both
    one.has_seen("RJ-1", *READY)
    one.laboratory.suffer(Fault(kind="unreadable", by="no-order"))
    await _settle(one, other)
    one.later(days=1)
    await _settle(one, other)

    (problem,) = _aside(one)
    assert "basedOn" in problem
    assert _aside(other) == []


async def test_two_trials_never_share_a_message_id(both: Both) -> None:
    for site in both:
        assert await tell_of_trial(site.given) == 1

    digests = [mail.message_id for mail in both[0].mailbox.received]
    assert len(digests) == len(set(digests)) == 2
    assert all(site.given.trial_log.log.log_id in digest for site, digest in zip(both, digests, strict=True))
