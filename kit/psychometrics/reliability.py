"""How well a test tells learners apart, and how well it tells them from a criterion.

In all of these a learner with a NaN (an item not assessed) is left out (listwise). NaN is the answer where the data
cannot tell: fewer than two complete learners, fewer than two items, or no variance. Variances are population variances,
and a coefficient may be below 0: it is an estimate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kit.psychometrics.arguments import criterion_share, number, whole
from kit.psychometrics.matrices import complete


def alpha(matrix: ArrayLike) -> float:
    """Coefficient alpha (Cronbach 1951) of *matrix*, learners × items, 0–1 or points."""
    scores = complete(matrix)
    learners, items = scores.shape
    if learners < 2 or items < 2:
        return math.nan
    total = float(scores.sum(axis=1).var())
    if _none(total, scores):
        return math.nan
    return float(items / (items - 1) * (1.0 - scores.var(axis=0).sum() / total))


def kr20(matrix: ArrayLike) -> float:
    """Kuder–Richardson formula 20 (1937) of a *matrix* of 0 and 1; ValueError for points: `alpha` is for those."""
    scores = complete(matrix)
    if not np.isin(scores, (0.0, 1.0)).all():
        raise ValueError("matrix must hold 0 and 1 for KR-20; take alpha for points.")
    return alpha(scores)


def kr21(mean: float, variance: float, items: int) -> float:
    """Kuder–Richardson formula 21 (1937): KR-20 if all items were equally hard; from raw scores' mean and variance.

    n/(n−1)·[1 − μ(n−μ)/(nσ²)]. NaN for one item or no variance. ValueError for a variance above μ(n−μ), which scores
    from 0 to n cannot have.
    """
    length = whole("items", items, 1)
    middle, spread = number("mean", mean, 0.0, length), number("variance", variance, 0.0)
    most = middle * (length - middle)
    if spread > most + 1e-9 * length**2:
        raise ValueError(f"variance must be at most {most:g} for a mean of {middle:g} of {length}; it is {spread:g}.")
    if length == 1 or spread == 0.0:
        return math.nan
    return length / (length - 1) * (1.0 - most / (length * spread))


@dataclass(frozen=True, slots=True)
class Components:
    """Variance components of learners × items, of one item's score (a G-study of design p × i)."""

    learners: float
    items: float
    residual: float
    """Learner by item, and what is left."""


def variance_components(matrix: ArrayLike) -> Components:
    """Estimated from mean squares (Cronbach et al. 1972, Brennan 2001); may be below 0, which stands for near 0."""
    scores = complete(matrix)
    learners, items = scores.shape
    if learners < 2 or items < 2:
        return Components(math.nan, math.nan, math.nan)
    by_learner, by_item, middle = scores.mean(axis=1), scores.mean(axis=0), scores.mean()
    rest = scores - by_learner[:, None] - by_item[None, :] + middle
    ms_learners = items * float(((by_learner - middle) ** 2).sum()) / (learners - 1)
    ms_items = learners * float(((by_item - middle) ** 2).sum()) / (items - 1)
    ms_rest = float((rest**2).sum()) / ((learners - 1) * (items - 1))
    return Components((ms_learners - ms_rest) / items, (ms_items - ms_rest) / learners, ms_rest)


def phi(matrix: ArrayLike) -> float:
    """Φ, the index of dependability (Brennan & Kane 1977): alpha's sister that counts how hard the items are.

    σ²p / [σ²p + (σ²i + σ²pi)/n], of *matrix*, learners × items.
    """
    parts, items = variance_components(matrix), complete(matrix).shape[1]
    return _share(parts.learners, (parts.items + parts.residual) / max(items, 1))


def phi_lambda(matrix: ArrayLike, criterion: float) -> float:
    """Φ(λ), dependability of decisions at a *criterion* (mean item score, 0–1) (Brennan & Kane 1977).

    Φ with σ²p + (M−λ)² in the place of σ²p; (M−λ)² is corrected for the error of the mean, σ²p/P + σ²i/I + σ²pi/(PI),
    and may therefore be below 0. For a matrix of points give the points as shares of each item's maximum.
    """
    bar, scores = criterion_share(criterion), complete(matrix)
    parts, (learners, items) = variance_components(scores), scores.shape
    if math.isnan(parts.learners):
        return math.nan
    error = parts.learners / learners + parts.items / items + parts.residual / (learners * items)
    away = (float(scores.mean()) - bar) ** 2 - error
    return _share(parts.learners + away, (parts.items + parts.residual) / items)


def phi_lambda_from_scores(mean: float, variance: float, items: int, criterion: float) -> float:
    """Φ(λ) from the mean and population variance of *proportion* scores of 0–1 items (Brennan & Kane 1977).

    1 − [M(1−M) − S²] / {(n−1)[(M−λ)² + S²]}: equals `phi_lambda`, and KR-21 at λ = M. NaN for one item, or where all
    learners are exactly at the criterion.
    """
    length, bar = whole("items", items, 1), criterion_share(criterion)
    middle, spread = number("mean", mean, 0.0, 1.0), number("variance", variance, 0.0)
    if spread > middle * (1.0 - middle) + 1e-9:
        raise ValueError(f"variance must be at most mean × (1 − mean), {middle * (1 - middle):g}; it is {spread:g}.")
    away = (middle - bar) ** 2 + spread
    if length == 1 or away == 0.0:
        return math.nan
    return 1.0 - (middle * (1.0 - middle) - spread) / ((length - 1) * away)


def livingston_k2(reliability: float, mean: float, variance: float, cut: float) -> float:
    """K²(C), reliability of the distance from a cut (Livingston 1972): [rσ² + (μ−C)²] / [σ² + (μ−C)²].

    *mean*, *variance* (population) and *cut* in the same units. NaN where all learners are exactly at the cut.
    """
    r, spread = number("reliability", reliability, high=1.0), number("variance", variance, 0.0)
    away = (number("mean", mean) - number("cut", cut)) ** 2
    return (r * spread + away) / (spread + away) if spread + away > 0.0 else math.nan


def _share(signal: float, noise: float) -> float:
    whole_variance = signal + noise
    return signal / whole_variance if whole_variance > 1e-15 else math.nan


def _none(variance: float, scores: np.ndarray) -> bool:
    """Whether *variance* is what rounding leaves of nothing."""
    return variance <= 1e-24 * max(1.0, float(np.abs(scores).max())) ** 2
