"""Seals are stamped by a third party once a day; a stamp of something else, or of somebody else, is a finding."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows.gateways.timestamp import NotStamped, TimestampAuthority, root_certificates, stamped_at
from flows.resources import using
from flows.seal_log import seal_log
from flows.settings import SettingsRefused, read_settings
from flows.verified import verified
from store.seal_tokens import TOKENS
from tests.facts import screened
from tests.flows.site import Site
from tests.flows.timestamp_authority import answering, make_authority

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl on this machine: apt-get install openssl"
)


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """The root certificate of an authority."""
    return make_authority(tmp_path / "authority", "Time authority")


@pytest.fixture
def url(roots: Path) -> Iterator[str]:
    """Where the authority answers."""
    with answering(roots.parent) as url:
        yield url


def _stamping(at: Site, url: str, roots: Path) -> Site:
    settings = at.given.settings.model_copy(update={"timestamp_url": url, "timestamp_roots": roots})
    at.given = replace(at.given, settings=settings)
    return at


async def _seal(at: Site, hours: int) -> None:
    at.later(hours=hours)
    at.has_seen(f"RJ-{at.given.trial_log.log.last_position()}", screened())
    with using(at.given):
        await seal_log.fn()


async def test_a_seal_is_stamped_once_a_day_and_the_stamp_verifies(at: Site, url: str, roots: Path) -> None:
    at = _stamping(at, url, roots)
    for hours in (0, 1, 22, 2):
        await _seal(at, hours)
    assert len(at.given.trial_log.log.execute(TOKENS, {})) == 2
    assert verified(at.given.settings).findings == ()


async def test_a_stamp_of_somebody_else_is_a_finding(at: Site, url: str, roots: Path, tmp_path: Path) -> None:
    at = _stamping(at, url, roots)
    await _seal(at, 0)
    others = make_authority(tmp_path / "other", "Somebody else")
    found = verified(at.given.settings.model_copy(update={"timestamp_roots": others}))
    assert "no time stamp of it" in found.findings[0].problem


async def test_a_stamp_is_of_one_text_only(url: str, roots: Path) -> None:
    authority = TimestampAuthority(url, root_certificates(roots))
    token = await authority.stamp(b"this")
    assert stamped_at(token, b"this", authority.roots)
    for text, stamp in ((b"that", token), (b"this", token[:-1]), (b"this", b"")):
        with pytest.raises(NotStamped):
            stamped_at(stamp, text, authority.roots)


async def test_an_authority_that_does_not_answer_keeps_nothing_from_being_sealed(at: Site, roots: Path) -> None:
    at = _stamping(at, "http://127.0.0.1:1/", roots)
    await _seal(at, 0)
    assert verified(at.given.settings).seals == 1
    assert at.given.trial_log.log.execute(TOKENS, {}) == []


def test_an_address_without_a_root_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="IMNI_TIMESTAMP_ROOTS"):
        read_settings(home=tmp_path, timestamp_url="http://stamps.example/")
    with pytest.raises(NotStamped, match=r"missing\.pem"):
        root_certificates(tmp_path / "missing.pem")
