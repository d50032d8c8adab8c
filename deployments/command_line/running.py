"""Commands that run the engine: `up` and `demo`."""

from __future__ import annotations

from typing import Annotated

import typer


def up() -> None:
    """Run the engine: Prefect with its interface, the operators' forms, the schedules and the reactor, until Ctrl-C."""
    from deployments.serve import serve

    serve()


def demo(
    patients: Annotated[int, typer.Option("--patients", min=4, help="How many patients to randomise.")] = 214,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the simulation.")] = 20201210,
) -> None:
    """Run a whole simulated trial through the real engine in a home of its own, and check it."""
    from deployments.demonstration import demonstrate

    demonstrate(patients, seed)
