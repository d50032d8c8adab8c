"""The only reader of the system clock, and the clock a simulated trial runs on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells what time it is. Everything below `flows` takes instants and days as data."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...

    def today(self, zone: ZoneInfo) -> date:
        """The day on the hospital's calendar at this instant."""
        ...


class SystemClock:
    """The machine's clock: the one a real installation runs on."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  this is the one place that reads the clock

    def today(self, zone: ZoneInfo) -> date:
        return self.now().astimezone(zone).date()


class SimulatedClock:
    """A clock that stands still until it is moved: the one a simulated home runs on.

    Raises `ClockRefused` for an instant without a time zone and for a step back.
    """

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        return self._now

    def today(self, zone: ZoneInfo) -> date:
        return self._now.astimezone(zone).date()

    def advance_to(self, instant: datetime) -> None:
        """Move the clock forward to `instant`; the same instant again changes nothing."""
        later = _in_utc(instant)
        if later < self._now:
            raise ClockRefused(f"the clock stands at {self._now.isoformat()} and cannot go back to {later.isoformat()}")
        self._now = later


class ClockNotBefore:
    """A clock that runs with another one, but never shows an instant before `earliest`.

    A simulated trial may already have been recorded beyond today; who looks around in it must not go back in time.
    """

    def __init__(self, clock: Clock, earliest: datetime) -> None:
        self._clock = clock
        self._earliest = _in_utc(earliest)

    def now(self) -> datetime:
        return max(self._clock.now(), self._earliest)

    def today(self, zone: ZoneInfo) -> date:
        return self.now().astimezone(zone).date()


class ClockRefused(ValueError):
    """An instant no clock can show: without a time zone, or before the present one."""


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ClockRefused(f"{instant.isoformat()} has no time zone: write {instant.isoformat()}+00:00 for UTC")
    return instant.astimezone(UTC)
