"""The nightly check: a drift is on record, asked about, mended, and a failed run; without one nobody hears of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State

from deployments.prefect_server import PrefectServer
from deployments.schedules import SCHEDULED
from domain.queries import standing_queries
from events.conduct import ProjectionDrifted
from flows.check_projections import check_projections
from flows.remind_of_trial import tell_of_trial
from store.projections.rebuilding import rebuild
from tests import facts
from tests.flows.site import Site, site
from tests.flows.test_read_models import page_of

pytestmark = pytest.mark.prefect


def _drift(at: Site) -> None:
    log = Path(at.given.trial_log.log.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(log, isolation_level=None)) as database:
        database.execute("update projection_patients set arm = 'IMNI'")


async def _checked() -> State[Any]:
    # The declared type of a flow that returns its own state cannot be awaited.
    run: Any = check_projections
    return await run(return_state=True)


def _recorded(at: Site) -> list[ProjectionDrifted]:
    return [entry.event for entry in at.given.trial_log.trial().every(ProjectionDrifted)]


async def test_a_drift_is_put_on_record_told_and_mended(tmp_path: Path, prefect_server: PrefectServer) -> None:
    async with site(tmp_path) as at:
        at.has_seen("RJ-1", *facts.enrolled(on="2020-12-01", arm="OMIT"))
        digest = rebuild(at.given.trial_log, "patients")[0].digest
        position = at.given.trial_log.log.last_position()
        assert (await _checked()).is_completed()
        assert not _recorded(at)
        assert not at.mailbox.received

        _drift(at)
        state = await _checked()
        assert state.is_failed()
        assert f"patients did not show what the log says at event {position}" in str(state.message)
        (event,) = _recorded(at)
        assert (event.projection, event.position, event.digest) == ("patients", position, digest)
        (asked,) = standing_queries(at.given.trial_log.trial())
        assert asked.query_id == "drift/1"
        assert "Projection patients did not show what the log says" in asked.opened.event.question
        assert not at.mailbox.received, "it is night"
        await tell_of_trial(at.given)
        assert [mail.subject for mail in at.mailbox.received if "drift" in mail.subject] == [
            "trial: 数据表与事件日志不一致 / a table had drifted from the log"
        ]
        assert "**DRIFTED**, made anew" in page_of(prefect_server, "projections")

        assert (await _checked()).is_completed()
        assert len(_recorded(at)) == 1
        assert rebuild(at.given.trial_log, "patients")[0].digest == digest


def test_it_runs_every_night() -> None:
    (found,) = (each for each in SCHEDULED if each.flow is check_projections)
    assert found.cron == "0 3 * * *"
