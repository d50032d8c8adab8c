"""The demonstration laboratory itself: it keeps its promises, or the checks that lean on it prove nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from deployments.laboratory import DemonstrationLaboratory, Fault
from deployments.laboratory.scores import drawn
from flows.gateways.errors import TryAgain
from flows.gateways.laboratory import Laboratory, ReportBatch

DAY = date(2021, 3, 1)
CHECKOUT = Path(__file__).parents[2]


async def order_until_placed(gateway: Laboratory, patient: str) -> None:
    for _ in range(100):
        try:
            await gateway.order(f"recurindex/{patient}/1", patient, DAY)
            return
        except TryAgain:
            continue
    pytest.fail("never placed")


async def reports_until_told(gateway: Laboratory, cursor: str | None) -> ReportBatch:
    for _ in range(100):
        try:
            return await gateway.reports_since(cursor)
        except TryAgain:
            continue
    pytest.fail("never told")


async def test_a_bad_day_loses_and_doubles_no_order_and_changes_no_score() -> None:
    patients = [f"RJ-{number:04}" for number in range(60)]
    with DemonstrationLaboratory() as laboratory:
        laboratory.suffer(Fault(kind="bad-day", share=0.4, seconds=0.01))
        async with Laboratory(laboratory.url, "LOG") as gateway:
            for patient in patients:
                await order_until_placed(gateway, patient)
            batch = await reports_until_told(gateway, None)
        held = laboratory.orders()

    assert {tally.orders for tally in held.values()} == {1}
    assert sum(tally.posts for tally in held.values()) > len(patients)
    assert len({report.report_id for report in batch.reports}) > len(patients)
    assert {report.patient_id for report in batch.reports} == set(patients)
    expected = drawn("demonstration")
    for report in batch.reports:
        assert {score.name: score.value for score in report.scores} == expected(report.order_key, report.patient_id)


async def test_recovering_ends_every_fault() -> None:
    with DemonstrationLaboratory() as laboratory:
        laboratory.suffer(Fault(kind="failing", times=1000))
        laboratory.suffer(Fault(kind="bad-day", share=1))
        laboratory.recover()
        async with Laboratory(laboratory.url, "LOG") as gateway:
            for number in range(10):
                assert (await gateway.order(f"recurindex/RJ-{number}/1", f"RJ-{number}", DAY)).newly


async def test_a_fault_hits_only_what_it_is_told_to() -> None:
    with DemonstrationLaboratory() as laboratory:
        laboratory.suffer(Fault(kind="failing", on="reports"))
        async with Laboratory(laboratory.url, "LOG") as gateway:
            await gateway.order("recurindex/RJ-1/1", "RJ-1", DAY)
            with pytest.raises(TryAgain):
                await gateway.reports_since(None)


def test_about_seven_in_ten_scores_are_low_and_depend_on_key_and_seed_alone() -> None:
    keys = [f"recurindex/RJ-{number:04}/1" for number in range(2000)]
    scores = [drawn("a")(key, "whoever")["score_18gene"] for key in keys]

    assert 0.67 < sum(score <= 44 for score in scores) / len(scores) < 0.73
    assert all(0 <= score <= 100 for score in scores)
    assert scores == [drawn("a")(key, "somebody else")["score_18gene"] for key in keys]
    assert scores != [drawn("b")(key, "whoever")["score_18gene"] for key in keys]


async def test_scores_can_come_from_a_function() -> None:
    def scores(order_key: str, patient_id: str) -> dict[str, Decimal]:
        return {"score_18gene": Decimal("12.5") if patient_id == "RJ-1" else Decimal("60")}

    with DemonstrationLaboratory(scores=scores) as laboratory:
        async with Laboratory(laboratory.url, "LOG") as gateway:
            await gateway.order("recurindex/RJ-1/1", "RJ-1", DAY)
            (report,) = (await gateway.reports_since(None)).reports
    assert [str(score.value) for score in report.scores] == ["12.5"]


async def test_the_clock_can_come_from_a_function() -> None:
    with DemonstrationLaboratory(clock=lambda: datetime(2022, 5, 1, tzinfo=UTC)) as laboratory:
        async with Laboratory(laboratory.url, "LOG") as gateway:
            await gateway.order("recurindex/RJ-1/1", "RJ-1", DAY)
            (report,) = (await gateway.reports_since(None)).reports
    assert report.issued_at == datetime(2022, 5, 1, tzinfo=UTC)


async def test_what_it_holds_and_was_told_survives_a_restart(tmp_path: Path) -> None:
    laboratory = DemonstrationLaboratory(data=tmp_path / "laboratory.sqlite")
    with laboratory:
        laboratory.set_clock(datetime(2021, 3, 1, tzinfo=UTC))
        laboratory.fix_scores({"RJ-1": {"score_18gene": "44.0"}})
        async with Laboratory(laboratory.url, "LOG") as gateway:
            await gateway.order("recurindex/RJ-1/1", "RJ-1", DAY)
            before = await gateway.reports_since(None)
    with laboratory:
        async with Laboratory(laboratory.url, "LOG") as gateway:
            after = await gateway.reports_since(None)
            assert not (await gateway.order("recurindex/RJ-1/1", "RJ-1", DAY)).newly

    assert after == before
    assert str(after.reports[0].scores[0].value) == "44.0"


@contextmanager
def program(data: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "deployments.laboratory", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as running:
        assert running.stdout is not None
        try:
            found = re.search(r"http://\S+", running.stdout.readline())
            assert found is not None
            yield running, found.group()
        finally:
            running.kill()


async def test_the_program_keeps_every_acknowledged_order_when_it_is_killed(tmp_path: Path) -> None:
    data = tmp_path / "laboratory.sqlite"
    with program(data) as (running, url):
        async with Laboratory(url, "LOG") as gateway:
            for number in range(5):
                await gateway.order(f"recurindex/RJ-{number}/1", f"RJ-{number}", DAY)
        running.kill()
    with program(data) as (running, url):
        async with Laboratory(url, "LOG") as gateway:
            placed = [await gateway.order(f"recurindex/RJ-{n}/1", f"RJ-{n}", DAY) for n in range(5)]
        assert httpx.get(f"{url}/$orders").json()["recurindex/RJ-4/1"] == {"orders": 1, "posts": 2}
        running.terminate()
        assert running.wait(10) in (0, -15)

    assert not any(order.newly for order in placed)


def test_a_taken_port_is_refused_in_a_sentence() -> None:
    with DemonstrationLaboratory() as laboratory:
        command = [sys.executable, "-m", "deployments.laboratory", "--port", laboratory.url.rsplit(":", 1)[1]]
        refused = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=False)
        assert refused.returncode == 2
        assert "choose another, or 0 for a free one" in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", "ServiceRequest", "{"),
        ("POST", "ServiceRequest", '{"resourceType":"ServiceRequest","status":"active","intent":"order"}'),
        ("POST", "$faults", '{"kind":"on fire"}'),
        ("PUT", "$clock", '{"now":"tomorrow"}'),
        ("GET", "DiagnosticReport?_lastUpdated=yesterday", None),
        ("GET", "DiagnosticReport?colour=blue", None),
    ],
)
def test_what_it_does_not_understand_it_refuses(method: str, path: str, content: str | None) -> None:
    with DemonstrationLaboratory() as laboratory, httpx.Client() as client:
        answer = client.request(method, f"{laboratory.url}/{path}", content=content)
        assert 400 <= answer.status_code < 500
        assert all(tally.orders == 0 for tally in laboratory.orders().values())


def test_stopping_twice_and_starting_again_is_fine() -> None:
    laboratory = DemonstrationLaboratory()
    for _ in range(2):
        laboratory.start()
        laboratory.stop()
        laboratory.stop()
