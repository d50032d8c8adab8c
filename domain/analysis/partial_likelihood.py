"""Efron's partial likelihood of one hazard ratio, and its maximum; within strata where there are any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.analysis.risk_table import FloatArray
from domain.analysis.two_arms import TwoArms

_CLOSE = 1e-13


@dataclass(frozen=True)
class PartialLikelihood:
    """One row an event. `at_risk0` and `at_risk1` have lost the share of the tied events that Efron takes off them.

    `omit` is the share of OMIT among the events of that time. The coefficient is the log hazard ratio, OMIT to IMNI.
    """

    time: FloatArray
    at_risk0: FloatArray
    at_risk1: FloatArray
    omit: FloatArray

    def log_likelihood(self, coef: float) -> float:
        """Log of the partial likelihood."""
        log0, log1 = self._logs
        return float(np.sum(self.omit * coef - np.logaddexp(log0, log1 + coef)))

    def residuals(self, coef: float) -> tuple[FloatArray, FloatArray]:
        """Schoenfeld's residual of each event, and its variance."""
        log0, log1 = self._logs
        expected = 1 / (1 + np.exp(log0 - log1 - coef))
        return self.omit - expected, expected * (1 - expected)

    def score(self, coef: float) -> tuple[float, float]:
        """Slope of the log likelihood, and its information."""
        residual, variance = self.residuals(coef)
        return float(residual.sum()), float(variance.sum())

    @cached_property
    def tends_to_zero(self) -> bool:
        """The likelihood does not fall towards a hazard ratio of 0: no event of OMIT while IMNI was at risk."""
        return round(self.omit.sum()) <= np.count_nonzero(self.at_risk0 == 0)

    @cached_property
    def tends_to_infinity(self) -> bool:
        """The likelihood does not fall towards an infinite hazard ratio: no event of IMNI while OMIT was at risk."""
        return round(self.omit.sum()) >= np.count_nonzero(self.at_risk1 > 0)

    @cached_property
    def maximum(self) -> float | None:
        """The coefficient of the highest likelihood; None where it is not finite."""
        return None if self.tends_to_zero or self.tends_to_infinity else self._maximum()

    @cached_property
    def supremum(self) -> float:
        """The highest log likelihood, or the one it tends to. Flat likelihoods are at it everywhere."""
        if self.maximum is not None:
            return self.log_likelihood(self.maximum)
        log0, log1 = self._logs
        near, far = (log0, log1) if self.tends_to_zero else (log1, log0)
        return float(-np.sum(np.where(np.isfinite(near), near, far)))

    @cached_property
    def _logs(self) -> tuple[FloatArray, FloatArray]:
        with np.errstate(divide="ignore"):
            return np.log(self.at_risk0), np.log(self.at_risk1)

    def _maximum(self) -> float:
        """Newton's steps on the score, kept between two coefficients where it is positive and negative."""
        below, above = -1.0, 1.0
        while self.score(below)[0] < 0:
            below *= 2
        while self.score(above)[0] > 0:
            above *= 2
        coef, newton = 0.0, math.inf
        while min(abs(newton - coef), above - below) > _CLOSE * (1 + abs(coef)):
            coef = newton if below < newton < above else (below + above) / 2
            slope, information = self.score(coef)
            below, above = (coef, above) if slope > 0 else (below, coef)
            newton = coef + slope / information
        return newton


def partial_likelihood(strata: Sequence[TwoArms]) -> PartialLikelihood:
    """Efron's likelihood: of d events at one time, the k-th finds k / d of them gone, counted from 0."""
    rows = [_efron(stratum) for stratum in strata]
    return PartialLikelihood(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def _efron(counts: TwoArms) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    tied = counts.events.astype(np.intp)
    row = np.repeat(np.arange(len(tied)), tied)
    gone = (np.arange(len(row)) - (np.cumsum(tied) - tied)[row]) / tied[row]
    at_risk0 = counts.at_risk0[row] - gone * counts.events0[row]
    at_risk1 = counts.at_risk1[row] - gone * counts.events1[row]
    return counts.time[row], at_risk0, at_risk1, counts.events1[row] / tied[row]
