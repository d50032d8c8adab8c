"""Verifying an installation's log against everything it knows of its seals.

A log of up to `READ_AGAIN` events is read from the first event on, every time. A longer one is read on from the last
seal up to which it was found whole, unless it is to be read in full: which seal that was is kept in the home, outside
the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from flows.gateways.timestamp import NotStamped, root_certificates, stamped_at
from flows.sealing_keys import public_keys, read_public_key
from flows.settings import Settings
from store.continuity import Finding
from store.integrity import Verified, verify_log
from store.seal import PublicKeys, Seal, key_id
from store.seal_checks import Witness
from store.sealed_copies import CopyUnreadable, SealedCopy, all_copies, seal_from, seal_json
from store.table_checks import Known
from store.whole_files import written_whole

READ_AGAIN = 250_000


def verified(settings: Settings, *, full: bool = False, key: Path | None = None) -> Verified:
    """Check an installation's log, its seals, and the copies in its seal folder. Raises `NotAKey`."""
    keys = public_keys(settings) if key is None else _only(key)
    copies: list[SealedCopy] = []
    unreadable: list[Finding] = []

    def witness_of(log_id: str) -> Witness:
        others: list[Seal] = []
        try:
            for copy in all_copies(settings.seal_folder):
                if copy.seal.log_id == log_id:
                    copies.append(copy)
                else:
                    others.append(copy.seal)
        except CopyUnreadable as problem:
            unreadable.append(Finding(None, f"an exported seal cannot be read: {problem}"))
        mark = _mark_of(settings)
        if mark and mark.log_id != log_id:
            others.append(mark)
            mark = None
        return Witness(keys, copies, mark, others, _stamp_problem(settings))

    found = verify_log(settings.log_url, Known(witness_of, None if full else _verified_before(settings)))
    found = found.with_findings(unreadable)
    if found.ok:
        _remember(settings, found, copies)
    return found


def _stamp_problem(settings: Settings) -> Callable[[bytes, bytes], str | None] | None:
    if settings.timestamp_roots is None:
        return None
    roots = root_certificates(settings.timestamp_roots)

    def problem_of(token: bytes, text: bytes) -> str | None:
        try:
            stamped_at(token, text, roots)
        except NotStamped as problem:
            return str(problem)
        return None

    return problem_of


def _only(path: Path) -> PublicKeys:
    public = read_public_key(path)
    return {key_id(public): public}


def _verified_before(settings: Settings) -> Seal | None:
    """The seal up to which a long log was found whole the last time."""
    seal = _mark_of(settings)
    return seal if seal and seal.size > READ_AGAIN else None


def _mark_of(settings: Settings) -> Seal | None:
    """The seal up to which the log was found whole the last time."""
    try:
        return seal_from(json.loads(_mark(settings).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(settings: Settings, found: Verified, copies: Sequence[SealedCopy]) -> None:
    newest = max((copy.seal for copy in copies), key=lambda seal: seal.size, default=None)
    if newest and newest.size <= found.last_position:
        with suppress(OSError), written_whole(_mark(settings), replace=True) as file:
            file.write(json.dumps(seal_json(newest)).encode())


def _mark(settings: Settings) -> Path:
    return settings.home / "verified.json"
