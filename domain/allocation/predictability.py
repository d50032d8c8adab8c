"""How well a recruiter who sees the past could guess the next arm. For the unblinded only: it speaks of the list."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from events.randomisation import Arm


def convergence_guess(arms: Sequence[Arm]) -> float:
    """The share of right guesses (0 to 1) of who always guesses the arm that is behind; a tie counts half.

    Source: Blackwell and Hodges 1957, doi 10.1214/aoms/1177706973.
    """
    lead, right = 0, 0.0
    for arm in arms:
        right += 0.5 if lead == 0 else (arm is Arm.IMNI) is (lead > 0)
        lead += 1 if arm is Arm.OMIT else -1
    return right / len(arms) if arms else 0.0


def longest_run(arms: Sequence[Arm]) -> int:
    """The most patients in a row with one arm."""
    return max((sum(1 for _ in run) for _, run in groupby(arms)), default=0)
