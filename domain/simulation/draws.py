"""Chance in a simulated trial: every draw depends on seed, patient and purpose, never on what came before."""

from __future__ import annotations

import math
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draws:
    """The draws of one patient for one purpose: the same again for the same seed, in whatever order patients are taken.

    `patient` is her running number; 0 stands for the trial as a whole.
    """

    def __init__(self, seed: int, patient: int, purpose: str) -> None:
        key = int.from_bytes(sha256(purpose.encode()).digest()[:8], "big")
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, patient, key])))

    def share(self) -> float:
        """A number in [0, 1)."""
        return float(self._generator.random())

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.share() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.share() * (high - low + 1))

    def years(self, rate_per_year: float) -> float:
        """The waiting time at a constant rate, in years; infinite at rate 0."""
        waiting = float(self._generator.exponential())
        return waiting / rate_per_year if rate_per_year > 0 else math.inf

    def one_of(self, shares: Mapping[T, float]) -> T:
        """One of several, each with its share; the shares add up to 1."""
        choices = list(shares)
        left = self.share() * math.fsum(shares.values())
        for choice in choices:
            left -= shares[choice]
            if left < 0:
                return choice
        return choices[-1]
