"""An installation told nonsense says which variable, what is wrong with it, and the way out."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from deployments.mailbox import Mailbox
from domain.protocol.reminder_steps import Asked
from flows.clock import ClockRefused, SimulatedClock, SystemClock
from flows.gateways.mail import Message
from flows.resources import open_resources
from flows.settings import SettingsRefused, enter_environment, inherited_environment, read_settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # pyright: ignore[reportUnusedFunction]  used by pytest
    monkeypatch.delenv("IMNI_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))


def test_an_installation_told_nothing_lives_in_the_users_home_and_listens_to_this_machine_only(tmp_path: Path) -> None:
    settings = read_settings()
    assert settings.home == tmp_path / ".imni"
    assert settings.database_url == f"sqlite:///{tmp_path}/.imni/log.sqlite"
    assert settings.log_path == tmp_path / ".imni" / "log.sqlite"
    assert (settings.host, settings.port, settings.auth) == ("127.0.0.1", 4200, None)
    assert settings.time_zone == ZoneInfo("Asia/Shanghai")
    assert (settings.laboratory_url, settings.notify_urls) == (None, ())


def test_everything_lies_in_the_home_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMNI_HOME", "~/trial")
    settings = read_settings()
    places = {settings.log_path, settings.prefect_home, settings.keys, settings.reports, settings.rejects}
    assert {place.parent for place in places if place} == {tmp_path / "trial"}


def test_a_relative_home_is_the_same_place_for_every_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMNI_HOME", "here")
    assert read_settings().home == tmp_path / "here"


def test_an_empty_variable_is_one_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMNI_PORT", "")
    monkeypatch.setenv("IMNI_LABORATORY_URL", "")
    assert (read_settings().port, read_settings().laboratory_url) == (4200, None)


def test_channels_are_listed_with_spaces_and_stay_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "IMNI_NOTIFY_URLS", "mailtos://who:pass@hospital.example?to=a@x.example,b@x.example  wecombot://key"
    )
    settings = read_settings()
    assert [url.get_secret_value() for url in settings.notify_urls] == [
        "mailtos://who:pass@hospital.example?to=a@x.example,b@x.example",
        "wecombot://key",
    ]
    assert "pass" not in repr(settings)
    assert "wecombot" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "refusal"),
    [
        ("IMNI_PORT", "http", r"IMNI_PORT: 'http' is not a port: write a number from 1 to 65535"),
        ("IMNI_PORT", "70000", r"IMNI_PORT: '70000' is not a port"),
        ("IMNI_TIME_ZONE", "Shanghai", r"IMNI_TIME_ZONE: 'Shanghai' is not a time zone: write .*Asia/Shanghai"),
        ("IMNI_LABORATORY_URL", "lab.example", r"IMNI_LABORATORY_URL: 'lab.example' is not .*: write https://"),
        ("IMNI_NOTIFY_URLS", "someone@x.example", r"IMNI_NOTIFY_URLS: its value is not .*: write mailtos://"),
        ("IMNI_AUTH", "hunter2", r"IMNI_AUTH: its value is not a login: write user:password"),
        ("IMNI_DATABASE_URL", "sqlite:///:memory:", r"IMNI_DATABASE_URL: .*write sqlite:///"),
        ("IMNI_DATABASE_URL", "mysql://db/x", r"IMNI_DATABASE_URL: 'mysql://db/x' is not .*: write sqlite:///"),
        ("IMNI_NOTIFY_URL", "json://x", r"IMNI_NOTIFY_URL: is not a setting; did you mean IMNI_NOTIFY_URLS\?"),
        ("IMNI_HOST", "0.0.0.0", r"IMNI_HOST: '0.0.0.0' would open .* without a login: set IMNI_AUTH="),
    ],
)
def test_nonsense_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, refusal: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsRefused, match=refusal):
        read_settings()


@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
def test_a_protocol_that_no_trace_is_sent_in_is_refused_when_somebody_collects(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "grpc")
    read_settings()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4317")
    with pytest.raises(SettingsRefused, match=rf"{variable}: 'grpc' is not spoken here: .* http/protobuf"):
        read_settings()
    monkeypatch.setenv(variable, "http/protobuf")
    read_settings()


def test_every_bad_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMNI_PORT", "http")
    monkeypatch.setenv("IMNI_TIME_ZONE", "Shanghai")
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["IMNI_TIME_ZONE", "IMNI_PORT"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("IMNI_AUTH", "hunter2-secret"),
        ("IMNI_NOTIFY_URLS", "hunter2-secret"),
        ("IMNI_DATABASE_URL", "mysql://trial:hunter2-secret@db/log"),
        ("IMNI_DATABASE_URL", "postgresql://trial:hunter2-secret@db"),
    ],
)
def test_a_refusal_shows_no_secret(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)


async def test_everyone_a_reminder_can_ask_may_have_an_address_of_her_own(tmp_path: Path) -> None:
    roles = [role for role in get_args(Asked) if role != "coordinator"]
    with Mailbox() as mailbox:
        urls = {f"notify_{role.replace('-', '_')}_urls": mailbox.url(f"{role}@imni.example") for role in roles}
        everyone = mailbox.url("coordinator@imni.example")
        given = open_resources(read_settings(home=tmp_path, notify_urls=everyone, **urls), SystemClock())
        with given.trial_log.log:
            for role in get_args(Asked):
                await given.notifier_for(role).send(Message(f"for-{role}", role, "Please."))
    reached = {mail.subject: mail.recipients for mail in mailbox.received}
    assert reached == {role: (f"{role}@imni.example",) for role in get_args(Asked)}


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsRefused, match=r"IMNI_HOME: '.*/file' is a file: name a folder"):
        read_settings(home=tmp_path / "file")


def test_a_login_opens_the_network() -> None:
    assert read_settings(host="0.0.0.0", auth="trial:word").host == "0.0.0.0"


def test_what_is_entered_reaches_children_and_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import get_current_settings

    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    before = dict(os.environ)
    try:
        enter_environment({"PREFECT_API_URL": "http://127.0.0.1:2/api"})
        assert get_current_settings().api.url == "http://127.0.0.1:2/api"
        assert inherited_environment({"A": "b"})["PREFECT_API_URL"] == "http://127.0.0.1:2/api"
        assert inherited_environment({"A": "b"})["A"] == "b"
    finally:
        monkeypatch.undo()
        enter_environment({"PREFECT_API_URL": os.environ["PREFECT_API_URL"]})
    assert "A" not in before


def test_the_hospitals_day_is_not_utcs() -> None:
    clock = SimulatedClock(datetime(2021, 12, 31, 18, tzinfo=UTC))
    assert clock.today(ZoneInfo("Asia/Shanghai")) == date(2022, 1, 1)
    assert clock.today(ZoneInfo("UTC")) == date(2021, 12, 31)


def test_a_simulated_clock_stands_until_moved_and_never_goes_back() -> None:
    clock = SimulatedClock(datetime(2021, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert clock.now() == clock.now() == datetime(2020, 12, 31, 16, tzinfo=UTC)
    clock.advance_to(datetime(2021, 2, 1, tzinfo=UTC))
    assert clock.now().tzinfo is UTC
    with pytest.raises(ClockRefused, match="cannot go back to 2021-01-31"):
        clock.advance_to(datetime(2021, 1, 31, tzinfo=UTC))
    with pytest.raises(ClockRefused, match="has no time zone"):
        clock.advance_to(datetime(2022, 1, 1))  # noqa: DTZ001  the mistake under test


def test_the_system_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC
