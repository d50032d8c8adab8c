"""The clock is set back over midnight while the laboratory is asked; the battery sets it by chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx

from domain.work_item import Work
from events.genomics import GenomicTestOrdered
from flows.gateways.laboratory import Laboratory
from flows.order_genomic_test import place_order
from flows.work_off import open_items
from tests.faults.clock_steps_of_reactions import SteppingClock
from tests.faults.ward import TO_ORDER, ward

MIDNIGHT = datetime(2020, 12, 27, 16, tzinfo=UTC)


async def test_an_order_is_on_record_although_its_day_is_yet_to_come_again(tmp_path: Path) -> None:
    clock = SteppingClock(MIDNIGHT, Random(1))

    async def set_back(answer: httpx.Response) -> None:
        clock.set_to(MIDNIGHT - timedelta(minutes=1))

    async with (
        ward(tmp_path, clock=clock) as at,
        httpx.AsyncClient(event_hooks={"response": [set_back]}) as client,
    ):
        at.has_seen("RJ-1", *TO_ORDER)
        given = replace(at.given, laboratory=Laboratory(at.laboratory.url, at.given.trial_log.log.log_id, client))
        (item,) = open_items(given, ["RJ-1"], Work.ORDER_GENOMIC_TEST)
        await place_order(given, item)
        (ordered,) = at.patient("RJ-1").every(GenomicTestOrdered)
        assert str(ordered.occurred_on) == "2020-12-27"
