"""What people look at follows the log: pages, projections, and an analysis of each endpoint, through Prefect."""

from pathlib import Path

import httpx
import pytest

from deployments.prefect_server import PrefectServer
from deployments.reactions import REACTIONS
from domain.decisions.outcomes import RecordRecurrence
from events.clinical_date import ClinicalDate
from events.conduct import AnalysisPerformed
from events.outcomes import RecurrenceSite
from flows.reactor import Reactor
from flows.read_models import PagesNotMade, refresh_read_models
from flows.reports.trial_pages import TRIAL_PAGES, TrialPage
from flows.reports.trial_view import TrialView
from flows.survival_analysis import analyse_endpoints
from store.projections.rebuilding import rebuild
from tests import facts
from tests.flows.site import AT_ONCE, Site, site

pytestmark = pytest.mark.prefect


def page_of(server: PrefectServer, key: str) -> str:
    """The newest version of a page."""
    asked = {"artifacts": {"key": {"any_": [key]}}}
    answer = httpx.post(f"{server.api_url}/artifacts/latest/filter", json=asked, trust_env=False, timeout=20).json()
    return str(answer[0]["data"]) if answer else ""


def _versions(server: PrefectServer) -> int:
    return int(httpx.post(f"{server.api_url}/artifacts/count", json={}, trust_env=False, timeout=20).json())


async def _of_two_arms(at: Site) -> None:
    at.has_seen("RJ-1", *facts.enrolled(on="2020-12-01", arm="OMIT"), facts.assessed("2020-12-11"))
    at.has_seen("RJ-2", *facts.enrolled(on="2020-12-02", arm="IMNI"), facts.assessed("2020-12-11"))


async def test_pages_say_where_everyone_stands(tmp_path: Path, prefect_server: PrefectServer) -> None:
    async with site(tmp_path) as at:
        await _of_two_arms(at)
        await refresh_read_models()
        page = page_of(prefect_server, "patient-rj-1")
        assert "Randomised to OMIT (internal mammary nodes not irradiated) on 2020-12-01." in page
        assert "Plan radiotherapy" in page
        assert "| IC03 | met | 1, pN1a | 1 to 3 positive lymph nodes (pN1) |" in page
        assert "patient randomised" in page
        assert "salt" not in page
        assert "2 of 214 patients randomised" in page_of(prefect_server, "enrolment")
        assert "RJ-2" in page_of(prefect_server, "worklist")
        assert "simulated trial" in page_of(prefect_server, "start-here")
        keys = ["patient-rj-1", *(page.key for page in TRIAL_PAGES)]
        assert all(0 < len(page_of(prefect_server, key)) < 300_000 for key in keys)
        made = _versions(prefect_server)
        await refresh_read_models()
        assert _versions(prefect_server) == made, "a page that says the same is not made again"
        assert all(each.equal for each in rebuild(at.given.trial_log))


async def test_a_new_outcome_is_analysed_again_once(tmp_path: Path, prefect_server: PrefectServer) -> None:
    async with site(tmp_path) as at:
        await _of_two_arms(at)
        await analyse_endpoints()
        reactor = Reactor(at.given, REACTIONS, AT_ONCE)
        await reactor.settle()
        first = len(at.given.trial_log.trial().every(AnalysisPerformed))
        at.later(days=1)
        await reactor.settle()
        assert len(at.given.trial_log.trial().every(AnalysisPerformed)) == first, "nothing that matters has happened"
        for site_of_it in (RecurrenceSite.CHEST_WALL, RecurrenceSite.DISTANT):
            on = ClinicalDate.parse("2020-12-12")
            at.says("RJ-2", RecordRecurrence(occurred_on=on, sites=(site_of_it,)))
        await reactor.settle()
        analyses = at.given.trial_log.trial().every(AnalysisPerformed)
        assert len(analyses) == first + 3, "two outcomes, one analysis of each endpoint"
        efs = next(entry.event for entry in reversed(analyses) if entry.event.endpoint == "EFS")
        assert (efs.n, efs.events, len(efs.digest)) == (2, 1, 64)
        assert "data:image/png;base64," in page_of(prefect_server, "curve-efs")
        assert "Numbers at risk" in page_of(prefect_server, "curve-efs")
        assert "CHEST_WALL" in page_of(prefect_server, "patient-rj-2")


async def test_a_page_that_cannot_be_made_is_named_and_all_others_are_shown(
    tmp_path: Path, prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def divided(view: TrialView) -> str:
        return str(1 / 0)

    broken = TrialPage("broken", "A broken page", "nothing", divided)
    monkeypatch.setattr("flows.read_models.TRIAL_PAGES", (broken, *TRIAL_PAGES))
    async with site(tmp_path) as at:
        at.has_seen("RJ-77", facts.screened())
        with pytest.raises(PagesNotMade, match=r"^A broken page: ZeroDivisionError: division by zero$"):
            await refresh_read_models()
    assert "RJ-77" in page_of(prefect_server, "patient-rj-77")
    assert "RJ-77" in page_of(prefect_server, "start-here")
