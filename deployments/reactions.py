"""Which flow answers which work. A kind of engine work without a flow here is a fault the tests find."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from prefect import Flow, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectAlreadyExists
from prefect.types.entrypoint import EntrypointType

from deployments.prefect_environment import HEARTBEAT_SECONDS
from deployments.telemetry import telemetry_environment
from domain.work_item import Work
from flows.collect_genomic_results import collect_genomic_results
from flows.dispatch import MOST_CARRIED, POOLED, dispatched
from flows.order_genomic_test import order_genomic_test
from flows.reactions import Reaction, Reactions
from flows.read_models import refresh_read_models
from flows.remind_of_trial import remind_of_trial
from flows.schedule_follow_up import schedule_follow_up
from flows.seal_log import seal_log
from flows.send_reminders import send_reminders
from flows.settings import Settings
from flows.signals import announce
from flows.survival_analysis import analyse_endpoints

ANSWERS: Mapping[Work, Reaction] = {
    Work.ORDER_GENOMIC_TEST: order_genomic_test,
    Work.COLLECT_GENOMIC_RESULT: collect_genomic_results,
    Work.SCHEDULE_FOLLOW_UP: schedule_follow_up,
    Work.SEND_REMINDER: send_reminders,
}

_FLOWS: Mapping[Work, Flow[..., Any]] = {
    Work.ORDER_GENOMIC_TEST: order_genomic_test,
    Work.SCHEDULE_FOLLOW_UP: schedule_follow_up,
    Work.SEND_REMINDER: send_reminders,
}
"""What workers elsewhere can carry. Results are collected in one place, which asks the laboratory for all of them."""

_BY_WORKERS = "Carried by workers of the work pool, one run an item; there is nothing to start by hand."


def reactions_of(settings: Settings) -> Reactions:
    """The reactions of an installation: in this process, or through its work pool when it has one and workers come."""
    if settings.work_pool is None:
        return REACTIONS
    carried = {work: dispatched(work, flow.name, ANSWERS[work]) for work, flow in _FLOWS.items()}
    return replace(REACTIONS, answers={**ANSWERS, **carried})


async def deploy_to_pool(pool: str) -> None:
    """Make the work pool when it is missing, and tell Prefect what its workers run."""
    async with get_client() as client:
        with suppress(ObjectAlreadyExists):
            most = MOST_CARRIED * len(_FLOWS)
            await client.create_work_pool(WorkPoolCreate(name=pool, type="process", concurrency_limit=most))
    of_ours = {"env": {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS), **telemetry_environment()}}
    for flow in _FLOWS.values():
        deployment = await flow.ato_deployment(
            name=POOLED,
            work_pool_name=pool,
            job_variables=of_ours,
            tags=["engine"],
            description=f"{flow.description} {_BY_WORKERS}",
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        await deployment.aapply()


REACTIONS = Reactions(
    answers=ANSWERS,
    refresh=refresh_read_models,
    analyse=analyse_endpoints,
    announce=announce,
    seal=seal_log,
    remind=remind_of_trial,
)
