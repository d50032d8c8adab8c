"""What a flow works with: the log, the clock, the laboratory, the notifier. Opened once a process.

The reactor and the demonstration hand theirs in with `using`; a flow run in a process of its own opens the home that
its environment names.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from pydantic import SecretStr

from domain.protocol.reminder_steps import Asked
from events.recorded import Source
from flows.clock import Clock, SystemClock
from flows.gateways.laboratory import Laboratory
from flows.gateways.mail import Notifier
from flows.home import ENGINE, clock_of, open_home
from flows.live_patients import LivePatients
from flows.recording import Recording
from flows.remembered import Remembered
from flows.settings import Settings, read_settings
from store.transact import Entry, TrialLog


@dataclass(frozen=True)
class Resources:
    """Everything outside that a reaction may touch."""

    settings: Settings
    clock: Clock
    trial_log: TrialLog
    laboratory: Laboratory | None
    notifier: Notifier
    witnesses: Notifier = field(default_factory=lambda: Notifier([], ""))
    """Those who keep the log's seals."""
    ladder: Mapping[Asked, Notifier] = field(default_factory=dict[Asked, Notifier])
    """The channels of those who are asked next when work is overdue; who has none is reached as everyone is."""

    @property
    def today(self) -> date:
        """The day on the hospital's calendar."""
        return self.clock.today(self.settings.time_zone)

    @cached_property
    def recording(self) -> Recording:
        """Where reactions report what they did."""
        return Recording(self.trial_log)

    @cached_property
    def everyone(self) -> LivePatients:
        """Every patient, as whoever asked last has read on; read on before you look."""
        return LivePatients(self.trial_log)

    @cached_property
    def remembered(self) -> Remembered:
        """What was worked out of each patient."""
        return Remembered()

    @property
    def now_at_site(self) -> datetime:
        """This instant, on the hospital's clock."""
        return self.clock.now().astimezone(self.settings.time_zone)

    def notifier_for(self, asked: Asked) -> Notifier:
        """How somebody is reached."""
        return self.ladder.get(asked, self.notifier)

    def engine_entry(self, reference: str, kind: str = "reaction") -> Entry:
        """The engine as the author of an entry, traced to the flow run it acts in."""
        source = Source.model_validate({"kind": kind, "reference": reference})
        return Entry(ENGINE, source, self.clock.now(), correlation_id=_flow_run_id())


_in_use: list[Resources] = []


def resources() -> Resources:
    """The resources of this process."""
    if not _in_use:
        _in_use.append(open_resources(read_settings(), SystemClock()))
    return _in_use[-1]


@contextmanager
def using(given: Resources) -> Generator[Resources]:
    """Let every flow of this process work with the resources given."""
    _in_use.append(given)
    try:
        yield given
    finally:
        _in_use.remove(given)


def open_resources(settings: Settings, clock: Clock) -> Resources:
    """Open an installation's resources from its settings."""
    trial_log = open_home(settings, clock.now())
    log_id = trial_log.log.log_id
    return Resources(
        settings=settings,
        clock=clock_of(trial_log, clock),
        trial_log=trial_log,
        laboratory=Laboratory(settings.laboratory_url, log_id) if settings.laboratory_url else None,
        notifier=_notifier(settings.notify_urls, log_id),
        witnesses=_notifier(settings.seal_urls, log_id),
        ladder=dict(_ladder(settings, log_id)),
    )


def _ladder(settings: Settings, log_id: str) -> Iterator[tuple[Asked, Notifier]]:
    told: Mapping[Asked, Sequence[SecretStr]] = {
        "radiation-oncologist": settings.notify_radiation_oncologist_urls,
        "adjudicator": settings.notify_adjudicator_urls,
        "investigator": settings.notify_investigator_urls,
        "principal-investigator": settings.notify_principal_investigator_urls,
    }
    for asked, urls in told.items():
        if urls:
            yield asked, _notifier(urls, log_id)


def _notifier(urls: Sequence[SecretStr], log_id: str) -> Notifier:
    return Notifier([url.get_secret_value() for url in urls], log_id)


def _flow_run_id() -> UUID | None:
    from prefect.runtime import flow_run

    identifier = flow_run.get_id()
    return UUID(str(identifier)) if identifier else None
