"""Reaction: the log is sealed every minute, or when a thousand events are new, and each seal leaves the machine."""

from __future__ import annotations

import logging
from datetime import timedelta

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.gateways.errors import GatewayError
from flows.gateways.mail import Message
from flows.gateways.timestamp import TimestampAuthority, root_certificates
from flows.resources import Resources, resources
from flows.sealing_keys import sealing_key
from store.event_log import BackupNotWritten
from store.seal import Seal
from store.seal_tokens import SealToken, keep_token, newest_token
from store.sealed_copies import export_seals
from store.sealing import seal, seal_at

STAMP_EVERY = timedelta(days=1)

_log = logging.getLogger("imni.seals")


@flow(
    name="seal-log",
    description="Seal the log and copy the seal elsewhere.",
    flow_run_name="seal of the log",
    validate_parameters=False,
)
async def seal_log() -> State:
    """Seal what is new. A folder or mailbox that cannot be reached keeps nothing from being sealed."""
    given = resources()
    made = seal_now(given)
    if made is None:
        return Completed(message="Everything was sealed already")
    await _tell(given, made)
    await _stamp(given, made)
    return Completed(message=f"Events {made.previous_size + 1} to {made.size} are sealed")


def seal_now(given: Resources) -> Seal | None:
    """Seal what is new, and copy every seal that was not copied yet."""
    made = seal(given.trial_log.log, sealing_key(given.settings), given.clock.now())
    try:
        export_seals(given.trial_log.log, given.settings.seal_folder)
    except (OSError, BackupNotWritten) as problem:
        _log.warning("no seal could be copied to %s: %s", given.settings.seal_folder, problem)
    return made


async def _tell(given: Resources, made: Seal) -> None:
    """Mail the first seal of a day to those who keep seals."""
    zone, before = given.settings.time_zone, seal_at(given.trial_log.log, made.previous_size)
    if before and before.sealed_at.astimezone(zone).date() == made.sealed_at.astimezone(zone).date():
        return
    try:
        await given.witnesses.send(message_of(made))
    except GatewayError as problem:
        _log.warning("the seal of event %d could not be sent: %s", made.size, problem)


async def _stamp(given: Resources, made: Seal) -> None:
    """Have a third party sign that it saw the seal, once in a day."""
    url, roots = given.settings.timestamp_url, given.settings.timestamp_roots
    last = newest_token(given.trial_log.log)
    stamped = seal_at(given.trial_log.log, last.size) if last else None
    if url is None or roots is None or (stamped and made.sealed_at - stamped.sealed_at < STAMP_EVERY):
        return
    try:
        token = await TimestampAuthority(url, root_certificates(roots)).stamp(made.statement())
    except GatewayError as problem:
        _log.warning("the seal of event %d has no time stamp yet: %s", made.size, problem)
        return
    keep_token(given.trial_log.log, SealToken(made.size, url, token))


def message_of(made: Seal) -> Message:
    """What a keeper of seals is sent: enough to hold a log against, and nothing of a patient."""
    return Message(
        key=f"seal/{made.log_id}/{made.size}",
        subject=f"Seal of the trial's log: {made.size} events",
        body=(
            f"{made.statement().decode()}key {made.key_id}\nsignature {made.signature.hex()}\n\n"
            "Keep this message where nobody of the trial can change it. `imni verify` names a log that no longer "
            "begins with these events."
        ),
    )
