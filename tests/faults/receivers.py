"""What reached the laboratory and the mailbox, against what is on record: every effect there once, and none missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from deployments.laboratory import Tally
from deployments.mailbox import Mailbox
from domain.patient import Patient
from events.event import Event
from events.follow_up import FollowUpScheduled, ReminderSent
from events.genomics import GenomicResultReported, GenomicTestOrdered
from flows.gateways.mail_channels import message_id
from tests.faults.fault import Outcome


def outcome_at_receivers(
    patients: Iterable[Patient],
    tallies: Mapping[str, Tally],
    mailbox: Mailbox,
    log_id: str,
    *,
    count: int,
    to_order: Iterable[str],
    to_follow: Iterable[str],
    wrong: Sequence[str] = (),
) -> Outcome:
    """The books of the receivers and of the log, compared.

    Each order is at the laboratory once, each reminder in the mailbox under its Message-ID, each on record once; whose
    test was to be ordered has a result, who is to be followed a schedule and a reminder. `seen` is how many mails came
    again under their Message-ID.
    """
    by_id = {patient.patient_id: patient for patient in patients}
    ordered = _told(by_id, GenomicTestOrdered, "order_key")
    reminded = _told(by_id, ReminderSent, "key")
    missing = [f"{who} has no {kind.type}" for who, kind in _wanted(to_order, to_follow) if not by_id[who].has(kind)]
    held = {key: tally.orders for key, tally in tallies.items() if tally.orders}
    arrived = Counter(mail.message_id for mail in mailbox.received)
    astray = [*(held.keys() ^ ordered.keys()), *(arrived.keys() ^ {message_id(key, log_id) for key in reminded})]
    twice = [key for key, times in (*held.items(), *ordered.items(), *reminded.items()) if times > 1]
    twice += [who for who in to_follow if len(by_id[who].every(FollowUpScheduled)) > 1]
    problems = [*missing, *astray, *twice, *wrong]
    return Outcome(
        count,
        acknowledged=sum(ordered.values()) + sum(reminded.values()),
        lost=len(missing) + len(astray),
        doubled=len(twice),
        wrong=len(wrong),
        first_wrong=problems[0] if problems else "",
        seen=str(sum(times - 1 for times in arrived.values())),
    )


def _told(patients: Mapping[str, Patient], kind: type[Event], name: str) -> Counter[str]:
    return Counter(getattr(entry.event, name) for patient in patients.values() for entry in patient.every(kind))


def _wanted(to_order: Iterable[str], to_follow: Iterable[str]) -> Iterable[tuple[str, type[Event]]]:
    yield from ((who, kind) for who in to_order for kind in (GenomicTestOrdered, GenomicResultReported))
    yield from ((who, kind) for who in to_follow for kind in (FollowUpScheduled, ReminderSent))
