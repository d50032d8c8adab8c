"""Opening the installation a command works on, and saying who works on it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from pydantic import ValidationError

from domain.rejections import Implausible, NoSuchEntry
from events.event import Event
from events.recorded import Actor, Recorded, Source
from flows.clock import SystemClock
from flows.home import HomeRefused, clock_of, open_home
from flows.settings import read_settings
from store.transact import Entry, TrialLog


@contextmanager
def opened(*, simulated: bool | None = None, at: datetime | None = None) -> Generator[TrialLog]:
    """The installation's log, made when the home is new."""
    trial_log = open_home(read_settings(), at or SystemClock().now(), simulated=simulated)
    with trial_log.log:
        yield trial_log


def instant(text: str, option: str) -> datetime:
    """An instant given on the command line; without a time zone it is UTC, a date alone is its last moment."""
    try:
        if len(text) == len("2022-07-30"):
            return datetime.combine(date.fromisoformat(text), datetime.max.time(), UTC)
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Implausible(option, repr(text), "is not an instant", "Write 2022-07-30T12:00:00Z or 2022-07-30") from None


def require_past(trial_log: TrialLog, known_at: datetime | None) -> None:
    """Raises `Implausible` for a state of knowledge still to come: what is recorded until then would change it."""
    now = clock_of(trial_log, SystemClock()).now()
    if known_at is not None and known_at > now:
        problem = f"lies in the future: it is {now:%Y-%m-%dT%H:%M}Z"
        raise Implausible(
            "--known-at", known_at.isoformat(), problem, "Give an instant that has passed, or leave it out"
        )


def day(text: str, option: str) -> date:
    """A day given on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Implausible(option, repr(text), "is not a date", "Write 2022-07-30") from None


def entry_of(trial_log: TrialLog, by: str, role: str, at: str | None, reference: str) -> Entry:
    """The author of an entry made on the command line. Raises `HomeRefused` for `--at` in a real home."""
    if at is not None and not trial_log.names.simulated:
        raise HomeRefused(
            "--at sets the recording instant and is for simulated homes only: this home keeps a real trial. "
            "Leave --at out, or make another home with `imni init --simulated`"
        )
    moment = instant(at, "--at") if at else clock_of(trial_log, SystemClock()).now()
    return Entry(_author(by, role), Source(kind="command-line", reference=reference), moment)


def _author(by: str, role: str) -> Actor:
    try:
        return Actor(id=by, role=role, kind="human")
    except ValidationError as refusal:
        problem = refusal.errors()[0]
        option = {"id": "--by", "role": "--role"}[str(problem["loc"][0])]
        raise Implausible(option, repr(problem["input"][:40]), problem["msg"], "Write who you are") from None


def history_of(trial_log: TrialLog, patient_id: str) -> tuple[Recorded[Event], ...]:
    """A patient's history. Raises `NoSuchEntry` for a patient the log does not know."""
    try:
        history = trial_log.patient(patient_id).history
    except ValueError as problem:
        raise NoSuchEntry("patient", repr(patient_id), str(problem), "Check the id") from None
    if not history:
        raise NoSuchEntry(
            "patient", repr(patient_id), "no such patient in this log", "`imni status` lists the patients"
        )
    return tuple(history)
