"""The deployments an operator sees: a form a command, grouped by chapter, described in plain words with links."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from deployments.schedules import SCHEDULED, Scheduled
from flows.batch_entry import enter_batch
from flows.batch_page import PAGE
from flows.operator_entry import FORMS, OPERATOR_COMMANDS
from flows.reports.links import page_link
from flows.reports.next_forms import BATCH_TITLE, chapter_of
from flows.reports.trial_pages import OTHERS, TRIAL_PAGES

_TITLES = {**{page.key: page.title for page in TRIAL_PAGES}, **{key: title for key, title, _ in OTHERS}}


def _links(keys: Iterable[str]) -> str:
    """Links to pages, by their titles."""
    return " · ".join(page_link(_TITLES[key], key) for key in keys)


_PAGES = "\n\n" + _links(page.key for page in TRIAL_PAGES)


async def form_deployments() -> list[RunnerDeployment]:
    """One deployment a command an operator may give, and one for many rows at once."""
    found: list[RunnerDeployment] = []
    for wire, form in FORMS.items():
        command = OPERATOR_COMMANDS[wire]
        deployment = await form.ato_deployment(
            name=command.title,
            tags=["form", chapter_of(command)],
            description=(command.__doc__ or "").strip() + _PAGES,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        found.append(deployment)
    return [*found, await _batch()]


async def _batch() -> RunnerDeployment:
    return await enter_batch.ato_deployment(
        name=BATCH_TITLE,
        tags=["form", "batch"],
        description=f"Enter many visits or fractions at once, with a preview. {page_link('The last batches', PAGE)}"
        + _PAGES,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


async def scheduled_deployments(time_zone: str) -> list[RunnerDeployment]:
    """The flows that start by the clock, or by hand."""
    return [await _scheduled(each, time_zone) for each in SCHEDULED]


async def _scheduled(each: Scheduled, time_zone: str) -> RunnerDeployment:
    return await each.flow.ato_deployment(
        name=each.name,
        tags=["engine"],
        description=f"{each.wording} {_links(each.pages)}".strip() + _PAGES,
        schedules=[CronSchedule(cron=each.cron, timezone=time_zone)] if each.cron else None,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
