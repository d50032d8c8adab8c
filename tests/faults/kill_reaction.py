"""kill -9 of the reactor at every seam of every reaction: `python -m tests.faults.kill_reaction --count 300`.

The laboratory and the mailbox live on and keep their own books: what counts is what reached them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from random import Random

from deployments.laboratory import DemonstrationLaboratory
from deployments.mailbox import Mailbox
from domain.worklist import engine_worklist
from events.follow_up import FollowUpScheduled, ReminderSent
from events.genomics import GenomicTestOrdered
from flows.clock import SimulatedClock
from flows.gateways.laboratory import Laboratory
from flows.gateways.mail import Notifier
from flows.live_patients import LivePatients
from flows.resources import Resources
from flows.settings import read_settings
from store.transact import TrialLog
from tests import facts
from tests.faults.battery import alone
from tests.faults.fault import Outcome, added_up
from tests.faults.logs import Home, Place, on_both
from tests.faults.victims import Death, Say, Victim
from tests.flows.direct_reactor import direct_reactor
from tests.store.trial_logs import keep

_NOW = datetime(2020, 12, 27, 1, tzinfo=UTC)
_KILLS_A_HOME = 10
_DEATH = Death(seconds=0.3, statements=60)
_TO_ORDER = (*facts.eligible()[:7], facts.consented_to_test())
_TO_FOLLOW = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")


def _come(home: Home, day: int) -> None:
    """Two patients whose test is to be ordered, and two to be set out and then reminded of a visit."""
    with (trial_log := home.opened()).log:
        for number in (1, 2):
            keep(trial_log, f"RJ-{day:02d}{number}", *_TO_ORDER)
            keep(trial_log, f"RJ-{day:02d}{number + 5}", *_TO_FOLLOW)


def _react(say: Say, home: Home, laboratory_url: str, mail_url: str) -> None:
    """React until nothing is left to do."""
    asyncio.run(_settle(say, home, laboratory_url, mail_url))


async def _settle(say: Say, home: Home, laboratory_url: str, mail_url: str) -> None:
    with (trial_log := home.opened()).log:
        log_id = trial_log.log.log_id
        async with Laboratory(laboratory_url, log_id) as laboratory:
            settings = read_settings(home=home.folder, database_url=home.url)
            given = Resources(settings, SimulatedClock(_NOW), trial_log, laboratory, Notifier([mail_url], log_id))
            say(b"ready")
            await direct_reactor(given).settle()
            say(b"settled")


def _killed(place: Place, chance: Random, kills: int) -> Outcome:
    """Kill it so many times in one home while patients come, let it settle, and count."""
    home = place.home()
    with DemonstrationLaboratory(clock=lambda: _NOW) as laboratory, Mailbox() as mailbox:
        around = (home, laboratory.url, mailbox.url("site@imni.example"))
        killed = 0
        for day in range(kills):
            _come(home, day)
            killed += _DEATH.of(chance, _react, *around).was_killed
        settled = Victim(_react, *around).outlive()[-1:] == [b"settled"]
        with (trial_log := home.opened()).log:
            return _counted(trial_log, laboratory, mailbox, kills, killed, settled)


def _counted(  # noqa: PLR0917 - one argument a set of books
    trial_log: TrialLog, laboratory: DemonstrationLaboratory, mailbox: Mailbox, kills: int, killed: int, settled: bool
) -> Outcome:
    """What reached the laboratory and the mailbox, against what is on record."""
    edition = trial_log.edition()
    live = LivePatients(trial_log)
    live.read_on()
    patients = live.patients.values()
    ordered = Counter(entry.event.order_key for patient in patients for entry in patient.every(GenomicTestOrdered))
    reminded = Counter(entry.event.key for patient in patients for entry in patient.every(ReminderSent))
    set_out = [len(patient.every(FollowUpScheduled)) for patient in patients]
    tallies, mails = laboratory.orders(), {message_id for message_id, _ in mailbox.copies()}
    left = [item.key for each in patients for item in engine_worklist(each, edition, _NOW.date()) if item.note is None]
    wrong = [key for key in left if not key.startswith("result/")] + ["never settled"] * (not settled)
    return Outcome(
        kills,
        acknowledged=sum(ordered.values()) + sum(reminded.values()) + sum(set_out),
        lost=len(ordered.keys() ^ tallies.keys())
        + abs(len(reminded) - len(mails))
        + abs(sum(map(bool, set_out)) - 2 * kills),
        doubled=sum(tally.orders != 1 for tally in tallies.values())
        + sum(count - 1 for count in (*ordered.values(), *reminded.values()))
        + sum(max(0, count - 1) for count in set_out),
        wrong=len(wrong),
        first_wrong=wrong[0] if wrong else "",
        seen=f"{killed} {len(mailbox.duplicates())}",
    )


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    every = [_killed(place, chance, min(_KILLS_A_HOME, count - begun)) for begun in range(0, count, _KILLS_A_HOME)]
    killed, repeated = (sum(int(each.seen.split()[number]) for each in every) for number in (0, 1))
    return added_up(
        every, seen=f"killed {killed} times before it had settled, {repeated} mails repeated under their Message-ID"
    )


FAULTS = on_both(
    "kill_reaction",
    "kill -9 of the reactor at every seam of every reaction",
    "after 0 to 300 ms, or as the 1st to 60th statement begins: before the call, between the call and its record, "
    "in the middle of a batch",
    "each order once at the laboratory, each reminder under one Message-ID, each on record once, none missing; nothing "
    "left to do",
    full=300,
    quick=2,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
