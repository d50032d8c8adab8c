"""`imni up`: Prefect's server with its interface, forms, schedules, runner and reactor, from one command."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

import httpx

from deployments.home_lock import only_one
from deployments.prefect_connection import one_prefect_connection
from deployments.prefect_server import PrefectServer
from flows.clock import SystemClock
from flows.reports.links import PAGES
from flows.resources import Resources, open_resources, using
from flows.settings import Settings, enter_environment, read_settings

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.runner import Runner

    from flows.reactor import Reactor

_LOOK_EVERY_SECONDS, _ADDED_AT_ONCE = 0.5, 4
_UNREACHABLE = (httpx.HTTPError,)
"""What taking leave of a server raises when it is no longer there."""


def serve() -> None:
    """Run until Ctrl-C or SIGTERM, then stop cleanly. Raises what makes a start impossible, before anything runs.

    When Prefect's server ends by itself, everything is started anew: what is open is in the log.
    """
    settings = read_settings()
    with only_one(settings):
        while not _served(settings):
            _say("Prefect's server has ended by itself: starting again")
    _say("Stopped.")


def _served(settings: Settings) -> bool:
    """Whether it ran until somebody stopped it; no, when Prefect's server ended by itself."""
    given = open_resources(settings, SystemClock())
    with given.trial_log.log, PrefectServer(settings) as server:
        enter_environment({**server.client_environment(), "IMNI_HOME": str(settings.home)})
        _say(f"Starting: {settings.home}")
        asyncio.run(_run(given, settings, server))
        return not server.has_ended


async def _add(runner: Runner, deployments: Iterable[RunnerDeployment]) -> None:
    """Tell the server of each form and schedule, a few at a time: it works out one while the next is written."""
    gate = asyncio.Semaphore(_ADDED_AT_ONCE)

    async def add(deployment: RunnerDeployment) -> None:
        async with gate:
            await runner.aadd_deployment(deployment)

    await asyncio.gather(*map(add, deployments))


async def _run(given: Resources, settings: Settings, server: PrefectServer) -> None:
    # Everything that takes seconds to import or to make, while the server starts in its own process.
    from prefect.runner import Runner

    from deployments.forms import form_deployments, scheduled_deployments
    from deployments.interrupted_runs import InterruptedRuns
    from deployments.reactions import deploy_to_pool, reactions_of
    from flows.reactor import Reactor
    from flows.read_models import refresh_read_models
    from flows.seal_log import seal_now

    runner = Runner(name="imni", query_seconds=1, limit=4, pause_on_shutdown=False)
    deployments = (*await form_deployments(), *await scheduled_deployments(settings.time_zone.key))
    import_module("flows.import_inbox")
    await asyncio.to_thread(server.wait_until_healthy)
    await _add(runner, deployments)
    if settings.work_pool:
        await deploy_to_pool(settings.work_pool)
    await InterruptedRuns().take_up(alone=settings.log_path is not None)
    with using(given):
        await refresh_read_models([])  # the reactor shows every patient when it starts
        gc.collect()
        gc.freeze()  # from now on only what comes is collected: everything loaded would cost 0.1 s each time
        _say(f"Ready: open {server.ui_url}{PAGES}start-here (Ctrl-C stops everything)")
        await _until_stopped(given, server, runner, Reactor(given, reactions_of(settings), ticking=SystemClock()))
    seal_now(given)
    if given.laboratory:
        await given.laboratory.aclose()


async def _until_stopped(given: Resources, server: PrefectServer, runner: Runner, reactor: Reactor) -> None:
    stop = asyncio.Event()
    serving = asyncio.ensure_future(runner.start())
    reacting = asyncio.ensure_future(_react(given, reactor, stop))
    while not (runner.started or serving.done()):
        await asyncio.sleep(0.05)
    # Only now: the runner sets a handler of its own when it starts, which would end the process in the middle.
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    waiting, ended = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(_end_of(server))
    await asyncio.wait([waiting, ended, serving, reacting], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await reacting
    for task in (waiting, ended, serving):
        task.cancel()
        with suppress(asyncio.CancelledError, *_UNREACHABLE):
            await task


async def _end_of(server: PrefectServer) -> None:
    while not server.has_ended:
        await asyncio.sleep(_LOOK_EVERY_SECONDS)


async def _react(given: Resources, reactor: Reactor, stop: asyncio.Event) -> None:
    from deployments.figures import tell_figures
    from deployments.interrupted_runs import InterruptedRuns
    from flows.import_inbox import watch_inbox

    async with one_prefect_connection():
        await asyncio.gather(
            reactor.run(stop), watch_inbox(given, stop), InterruptedRuns().watch(stop), tell_figures(reactor, stop)
        )


def _say(text: str) -> None:
    from rich.console import Console

    Console(soft_wrap=True).print(text, markup=False, highlight=False)
