"""A coordinator's day in Chromium: screen by the form, order, result, randomise, treat, follow, correct, read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

from deployments.laboratory import DemonstrationLaboratory
from domain.decide import PATIENT_COMMANDS
from domain.genomic_test import standing_result
from events.genomics import GenomicTestOrdered
from events.randomisation import PatientRandomised
from events.recorded import Actor, Source
from events.screening import SurgeryRecorded
from flows.home import open_home
from flows.settings import read_settings
from store.transact import Entry, TrialLog
from tests import facts
from tests.browser.interface import FLAGS, Interface
from tests.browser.treatment_and_follow_up import treat_and_follow
from tests.engine import running, until

pytestmark = pytest.mark.browser
PATIENT = "RJ-0042"
TODAY = datetime.now(UTC).date()
_DISSECTION = "ALND – axillary lymph node dissection"


@pytest.fixture(scope="module")
def laboratory() -> Iterator[DemonstrationLaboratory]:
    with DemonstrationLaboratory() as opened:
        opened.fix_scores({PATIENT: {"score_18gene": "31.5"}})
        yield opened


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("day")


@pytest.fixture(scope="module")
def interface_url(home: Path, laboratory: DemonstrationLaboratory) -> Iterator[str]:
    with running(home, {"IMNI_LABORATORY_URL": laboratory.url}) as url:
        yield url


@pytest.fixture
def trial_log(home: Path) -> Iterator[TrialLog]:
    opened = open_home(read_settings(home=home), datetime.now(UTC))
    with opened.log:
        yield opened


def _baseline(trial_log: TrialLog) -> None:
    """What the forms between surgery and consent hold, entered by the same commands."""
    author = Entry(Actor(id="li.wei", role="coordinator", kind="human"), Source(kind="form"), datetime.now(UTC))
    told = {
        "record-pathology": facts.pathology(_ago(35)),
        "record-staging": facts.staging(_ago(20)),
        "record-medical-history": facts.history(_ago(20)),
        "record-performance-status": facts.performance(_ago(20)),
        "record-treatment-timing": facts.timing(
            _ago(10), adjuvant_chemotherapy="no", last_chemotherapy_on=None, radiotherapy_planned_for=_ago(-14)
        ),
    }
    commands: list[Any] = [PATIENT_COMMANDS[wire].model_validate(said.model_dump()) for wire, said in told.items()]
    trial_log.transact_all(PATIENT, commands, author)


def _ago(days: int) -> str:
    return str(TODAY - timedelta(days=days))


async def test_a_coordinators_day(chromium: str, interface_url: str, trial_log: TrialLog) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(45_000)
        day = Interface(page, interface_url)
        await _walk(day, trial_log)
        await browser.close()


async def _walk(day: Interface, trial_log: TrialLog) -> None:
    early = await day.submit("Randomisation", PATIENT, {"Date": str(TODAY)}, {})
    assert (early["state_type"], "no such patient" in early["state"]["message"]) == ("FAILED", True)
    assert "Traceback" not in early["state"]["message"]

    screened = await day.submit(
        "Screening", PATIENT, {"Date": _ago(30), "Date of birth": "1970-05-06"}, {"Sex": "F – female"}
    )
    assert screened["state_type"] == "COMPLETED", screened["state"]["message"]
    assert trial_log.patient(PATIENT).screened is not None
    operated = {"Breast surgery": "MAST – mastectomy", "Axillary surgery": _DISSECTION, "Breast reconstruction": "no"}
    recorded = await day.submit("Surgery", PATIENT, {"Date": _ago(40)}, operated)
    assert recorded["name"] == f"{PATIENT} Surgery", "the list of runs reads as a diary"
    assert trial_log.patient(PATIENT).has(SurgeryRecorded)
    _baseline(trial_log)

    signed = {"Version of the consent form": "2.0"}
    agreed = await day.submit("Consent", PATIENT, {"Date": _ago(9), **signed}, {"Consent to": "the RecurIndex test"})
    assert agreed["state_type"] == "COMPLETED", agreed["state"]["message"]
    until(lambda: trial_log.patient(PATIENT).has(GenomicTestOrdered), 30)
    until(lambda: standing_result(trial_log.patient(PATIENT)) is not None, 90)

    await day.submit("Consent", PATIENT, {"Date": str(TODAY), **signed}, {"Consent to": "the trial"})
    eligible = await day.submit("Eligibility", PATIENT, {"Date": str(TODAY)}, {})
    assert eligible["state_type"] == "COMPLETED", eligible["state"]["message"]
    await day.submit("Randomisation", PATIENT, {"Date": str(TODAY)}, {})
    drawn = trial_log.patient(PATIENT).last(PatientRandomised)
    assert drawn is not None
    assert drawn.event.sequence_number == 1
    assert drawn.provenance.actor.id == "li.wei"

    await day.wait_for(f"patient-{PATIENT.lower()}", "patient randomised")
    await day.read(f"patient-{PATIENT.lower()}", f"Randomised to {drawn.event.arm}", "genomic result reported", "31.5")
    await day.read("worklist", "Plan radiotherapy")
    await day.read("enrolment", "1 of 214 patients randomised")
    await day.wait_for("curve-efs", "| 1 | 0 |")
    await day.read("curve-efs", "Numbers at risk")
    await day.read("start-here", PATIENT)
    await treat_and_follow(day, trial_log, PATIENT, TODAY)
