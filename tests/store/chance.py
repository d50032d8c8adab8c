"""Chance whose seed a failing test shows, so that the same can be tried again."""

import random
import secrets


def seeded(seed: int | None = None) -> random.Random:
    """A new generator; give the seed a failure printed to have that one again."""
    chosen = secrets.randbits(32) if seed is None else seed
    print(f"seed {chosen}")  # noqa: T201 - pytest shows it beside a failure
    return random.Random(chosen)
