"""How often two parallel tests would decide alike, from one administration (Subkoviak 1976, Peng & Subkoviak 1980)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from kit.psychometrics.arguments import items_and_cut, number
from kit.psychometrics.binomial import chance_to_pass
from kit.psychometrics.decision_table import Agreement, agreement


def single_administration(scores: ArrayLike, items: int, cut: int, reliability: float) -> Agreement:
    """From the raw *scores* (number right, one a learner; NaN is left out) of one test of *items* (Subkoviak 1976).

    Each learner's level is estimated as r·x/n + (1−r)·M, and P₀ is the mean of P² + (1−P)². *reliability* is KR-20
    (or KR-21), 0–1. NaN for fewer than two learners: there is no group then.
    """
    length, needed = items_and_cut(items, cut)
    r = number("reliability", reliability, 0.0, 1.0)
    raw = np.asarray(scores, dtype=float).ravel()
    right = raw[~np.isnan(raw)]
    if np.any((right < 0) | (right > length)):
        raise ValueError(f"scores must be from 0 to the number of items, {length}; one is not.")
    if right.size < 2:
        return Agreement(math.nan, math.nan)
    share = right / length
    passing = chance_to_pass(length, needed, np.clip(r * share + (1.0 - r) * share.mean(), 0.0, 1.0))
    return agreement(float(passing.mean()), float((passing**2).mean()))


def normal_approximation(mean: float, sd: float, cut: float, reliability: float) -> Agreement:
    """From the mean and population SD of raw scores: two bivariate normal tests correlated by *reliability*.

    z = (cut − ½ − μ)/σ (Peng & Subkoviak 1980; the tables of Subkoviak 1988). P₀ = 1 − 4·T(z, √((1−r)/(1+r))) with
    Owen's T (Owen 1956), which is .5 + asin(r)/π at z = 0. NaN where the scores do not vary.
    """
    middle, spread = number("mean", mean), number("sd", sd, 0.0)
    r, needed = number("reliability", reliability, 0.0, 1.0), number("cut", cut)
    if spread == 0.0:
        return Agreement(math.nan, math.nan)
    z = (needed - 0.5 - middle) / spread
    apart = 2.0 * float(special.owens_t(z, math.sqrt((1.0 - r) / (1.0 + r))))
    passes = float(special.ndtr(-z))
    return agreement(passes, passes - apart)
