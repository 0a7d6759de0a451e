"""How often a test's decisions are right, and how often they would be repeated, in a whole group (Huynh 1976).

The levels of the group are beta distributed, the number right of one learner is binomial: the scores are beta-binomial.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from kit.psychometrics.arguments import criterion_share, items_and_cut, number
from kit.psychometrics.reliability import kr21

RARE = 1e-6
"""A share of passes or fails below which kappa is nothing but rounding errors."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two parallel tests decide alike."""

    consistency: float
    """P(both decide alike), P₀."""
    kappa: float
    """Consistency beyond what the pass rate alone gives: (P₀ − Pc) / (1 − Pc) (Cohen 1960); NaN where fewer than one
    in a million pass, or fail."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """True state against decision, each as a share of the group."""

    masters: float
    """P(level ≥ criterion)."""
    passes: float
    """P(pass)."""
    false_master: float
    """P(level < criterion and pass)."""
    false_non_master: float
    """P(level ≥ criterion and fail)."""
    accuracy: float
    """P(decided as the true level deserves)."""
    consistency: float
    """P(two parallel tests decide alike)."""
    kappa: float
    """Consistency beyond chance (Cohen 1960); NaN where fewer than one in a million pass, or fail."""

    @property
    def true_master(self) -> float:
        """P(level ≥ criterion and pass)."""
        return self.passes - self.false_master

    @property
    def true_non_master(self) -> float:
        """P(level < criterion and fail)."""
        return 1.0 - self.passes - self.false_non_master


def agreement(passes: float, both: float) -> Agreement:
    """From P(pass) and P(pass two parallel tests): consistency and Cohen's kappa (1960)."""
    consistency = 1.0 - 2.0 * passes + 2.0 * both
    by_chance = passes**2 + (1.0 - passes) ** 2
    if not RARE < passes < 1.0 - RARE:
        return Agreement(consistency, math.nan)
    return Agreement(consistency, (consistency - by_chance) / (1.0 - by_chance))


def table(masters: float, passes: float, master_passes: float, both: float) -> DecisionTable:
    """The whole table from P(master), P(pass), P(master and pass) and P(pass two parallel tests)."""
    false_master, false_non_master = max(0.0, passes - master_passes), max(0.0, masters - master_passes)
    repeated = agreement(passes, both)
    return DecisionTable(
        masters,
        passes,
        false_master,
        false_non_master,
        1.0 - false_master - false_non_master,
        repeated.consistency,
        repeated.kappa,
    )


def beta_binomial(alpha: float, beta: float, items: int, cut: int, criterion: float) -> DecisionTable:
    """The table for levels that are Beta(*alpha*, *beta*), in closed form (Keats & Lord 1962, Huynh 1976).

    Given x right the level is Beta(α+x, β+n−x), so P(master, x) = P(x)·P(that beta ≥ criterion): nothing is integrated.
    ValueError: parameters that are not above 0 (`fit_beta_binomial` gives NaN where scores do not vary beyond chance),
    an impossible cut, a criterion outside (0, 1].
    """
    a, b = number("alpha", alpha, above=0.0), number("beta", beta, above=0.0)
    length, needed = items_and_cut(items, cut)
    bar = criterion_share(criterion)
    passing = np.arange(needed, length + 1)
    chance = np.exp(
        _log_choose(length, passing) + special.betaln(a + passing, b + length - passing) - special.betaln(a, b)
    )
    masters_among = special.betaincc(a + passing, b + length - passing, bar)
    passes = min(1.0, float(chance.sum())) if needed else 1.0
    return table(
        float(special.betaincc(a, b, bar)), passes, float(chance @ masters_among), _pass_both(a, b, length, needed)
    )


def fit_beta_binomial(mean: float, variance: float, items: int) -> tuple[float, float]:
    """(alpha, beta) of the levels, from the mean and the *population* variance of *raw* scores (Huynh 1976).

    α = μ(1/r − 1), β = −α + n/r − n with r = KR-21. (NaN, NaN) where KR-21 is not strictly between 0 and 1: the scores
    vary no more than chance makes them, or only between nothing and everything; no beta distribution fits then.
    """
    reliability = kr21(mean, variance, items)
    if not 0.0 < reliability < 1.0:
        return math.nan, math.nan
    alpha = mean * (1.0 / reliability - 1.0)
    return alpha, -alpha + items / reliability - items


def _log_choose(items: int, right: np.ndarray) -> np.ndarray:
    log: np.ndarray = -special.betaln(items - right + 1, right + 1) - math.log(items + 1)
    return log


def _pass_both(alpha: float, beta: float, items: int, cut: int) -> float:
    if cut == 0:
        return 1.0
    right = np.arange(cut, items + 1)
    choose = _log_choose(items, right)
    together = right[:, None] + right[None, :]
    joint = special.betaln(alpha + together, beta + 2 * items - together) - special.betaln(alpha, beta)
    return float(np.exp(choose[:, None] + choose[None, :] + joint).sum())
