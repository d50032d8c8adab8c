"""The mail server refuses, loses its answer, or is away: `python -m tests.faults.mailbox_faults --count 20`."""

from __future__ import annotations

from functools import partial

from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome
from tests.faults.ward import Day
from tests.faults.wards import ONCE, PATIENTLY, counted, in_wards

_REMINDERS_A_ROUND = 3


async def _refuse(reply: str, after_keeping: bool, day: Day, count: int) -> Outcome:
    """Patients keep coming until the mailbox has refused so many mails; each refusal is of the next mail that comes."""
    left = count
    while left:
        times = min(left, day.chance.randint(1, _REMINDERS_A_ROUND))
        day.at.mailbox.refuse(reply, times, after_keeping)
        left -= times
        day.come(to_order=day.chance.randint(0, 1), to_follow=_REMINDERS_A_ROUND)
        await day.ends()
    return counted(day, count, may_repeat=after_keeping)


async def _away(day: Day, count: int) -> Outcome:
    """So many times nobody listens where mails go; orders, results and schedules go on."""
    wrong: list[str] = []
    for _ in range(count):
        day.at.mailbox.stop()
        day.come(to_order=1, to_follow=_REMINDERS_A_ROUND)
        await day.passes(day.chance.uniform(1, 20))
        wrong += [f"{key} waits for the mailbox" for key in day.waiting() if not key.startswith("reminder/")]
        day.at.mailbox.start()
        await day.passes(15)
        wrong += [f"{key} is still open a quarter of an hour later" for key in day.waiting()]
    await day.ends()
    return counted(day, count, *wrong)


FAULTS = (
    Fault(
        name="mailbox_later",
        what="the mail server says later (451)",
        method="1 to 3 mails in a row",
        must_hold=ONCE,
        full=1000,
        quick=6,
        inject=partial(in_wards, partial(_refuse, "451 try again later", False), PATIENTLY),
    ),
    Fault(
        name="mailbox_never",
        what="the mail server says never (550)",
        method="1 to 3 mails in a row; people release what was set aside",
        must_hold=ONCE,
        full=500,
        quick=4,
        inject=partial(in_wards, partial(_refuse, "550 no such user", False), PATIENTLY),
    ),
    Fault(
        name="mailbox_lost_answers",
        what="the mail server takes a mail and its answer is lost",
        method="the mail is kept and 451 said, 1 to 3 mails in a row",
        must_hold="each reminder under one Message-ID, each on record once, none missing; nothing left to do",
        full=1000,
        quick=6,
        inject=partial(in_wards, partial(_refuse, "451 try again later", True), PATIENTLY),
    ),
    Fault(
        name="mailbox_down",
        what="the mail server is down",
        method="nobody listens at its port for 1 to 20 minutes of the trial's clock, then it is back",
        must_hold=f"orders, results and schedules go on; {ONCE} a quarter of an hour after its return",
        full=200,
        quick=1,
        inject=partial(in_wards, _away, PATIENTLY),
    ),
)

if __name__ == "__main__":
    alone(__file__)
