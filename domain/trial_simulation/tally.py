"""How often what was met in simulated trials: whole numbers, so that they add up the same in any order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from domain.analysis.frozen_result import FrozenResult
from domain.protocol.edition import Margins
from domain.trial_simulation.batch_difference import BatchDifference
from domain.trial_simulation.batch_hazard import BatchHazard


@dataclass(frozen=True, slots=True)
class Tally:
    """Trials that met each criterion; `events` is how many trials had 0, 1, 2 … events."""

    trials: int
    hazard_ratio: int
    score: int
    difference: int
    both: int
    not_estimable: int
    events: tuple[int, ...]


class Share(FrozenResult):
    """A share of the trials, 0 to 1, and its Monte Carlo standard error."""

    share: float
    mc_error: float


class Counted(FrozenResult):
    """What simulated trials showed. `disagree` is one of the two criteria met and the other not; events of both arms.

    Non-inferior is: by the upper limit of the hazard ratio, by the score test at the margin, by the lower limit of the
    difference, by the first and the last. A trial without an estimate has shown nothing.
    """

    trials: int
    hazard_ratio: Share
    score: Share
    difference: Share
    both: Share
    disagree: Share
    not_estimable: Share
    events_mean: float
    events_mc_error: float
    events_from: int
    events_to: int


def tally(events: np.ndarray, hazard: BatchHazard, difference: BatchDifference, margins: Margins) -> Tally:
    """Count a batch at the margins of an edition."""
    half = NormalDist().inv_cdf(1 - float(margins.one_sided_alpha))
    by_ratio = hazard.coef + half * hazard.se < math.log(float(margins.hazard_ratio))
    lower = difference.diff - half * difference.se
    by_difference = (difference.se > 0) & (lower > -float(margins.difference))
    return Tally(
        trials=len(events),
        hazard_ratio=int(by_ratio.sum()),
        score=int((hazard.score_z < -half).sum()),
        difference=int(by_difference.sum()),
        both=int((by_ratio & by_difference).sum()),
        not_estimable=int(np.isnan(hazard.coef).sum()),
        events=tuple(np.bincount(events.astype(np.intp)).tolist()),
    )


def added(tallies: Sequence[Tally]) -> Tally:
    """All batches together; at least one."""
    longest = max(len(each.events) for each in tallies)
    events = sum(np.pad(each.events, (0, longest - len(each.events))) for each in tallies)
    summed = (sum(getattr(each, name) for each in tallies) for name in _COUNTS)
    return Tally(*summed, events=tuple(np.asarray(events).tolist()))


def counted(found: Tally) -> Counted:
    """Shares with their Monte Carlo error, and the middle 90 % of the numbers of events."""
    events = np.asarray(found.events)
    numbers = np.arange(len(events))
    mean = float((numbers * events).sum() / found.trials)
    variance = float(((numbers - mean) ** 2 * events).sum() / found.trials)
    below = np.cumsum(events) / found.trials
    return Counted(
        trials=found.trials,
        hazard_ratio=_share(found.hazard_ratio, found.trials),
        score=_share(found.score, found.trials),
        difference=_share(found.difference, found.trials),
        both=_share(found.both, found.trials),
        disagree=_share(found.hazard_ratio + found.difference - 2 * found.both, found.trials),
        not_estimable=_share(found.not_estimable, found.trials),
        events_mean=mean,
        events_mc_error=math.sqrt(variance / found.trials),
        events_from=int(np.searchsorted(below, 0.05)),
        events_to=int(np.searchsorted(below, 0.95)),
    )


_COUNTS = ("trials", "hazard_ratio", "score", "difference", "both", "not_estimable")


def _share(met: int, trials: int) -> Share:
    """The error of a share met never or always is that of one trial more: it is not known without error."""
    share = met / trials
    unsure = (met + 1) / (trials + 2) if met in {0, trials} else share
    return Share(share=share, mc_error=math.sqrt(unsure * (1 - unsure) / trials))
