"""What each item of a test does: how hard it is, whether it agrees with the others (classical test theory)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kit.psychometrics.arguments import Floats
from kit.psychometrics.matrices import complete, scores_of
from kit.psychometrics.reliability import alpha

FEWEST = 3
"""Learners below whom a correlation says nothing: two points always lie on a line."""


def difficulty(matrix: ArrayLike) -> Floats:
    """Mean score of each item: for 0–1 items the share who did it right (p), so *high* is easy.

    *matrix* is learners × items; each item counts the learners who were assessed on it (pairwise). NaN for an item on
    which nobody was.
    """
    scores = scores_of(matrix)
    assessed = (~np.isnan(scores)).sum(axis=0)
    means = np.full(scores.shape[1], np.nan)
    np.divide(np.nansum(scores, axis=0), assessed, out=means, where=assessed > 0)
    return means


def discrimination(matrix: ArrayLike) -> Floats:
    """Corrected item–rest correlation of each item: with the sum of the *other* items (Henrysson 1963).

    Learners with a NaN are left out (listwise). NaN where it cannot be told: fewer than `FEWEST` complete learners, one
    item, an item or a rest without variance.
    """
    scores = complete(matrix)
    learners, items = scores.shape
    result = np.full(items, np.nan)
    if learners < FEWEST or items < 2:
        return result
    centred = scores - scores.mean(axis=0)
    rest = centred.sum(axis=1)[:, None] - centred
    scale = np.sqrt((centred**2).sum(axis=0) * (rest**2).sum(axis=0))
    np.divide((centred * rest).sum(axis=0), scale, out=result, where=scale > 1e-12)
    return result


def alpha_if_deleted(matrix: ArrayLike) -> Floats:
    """Alpha of the test without each item in turn; above the test's own alpha, the item is better mended or left out.

    Learners with a NaN are left out (listwise). NaN as in `alpha`, and for tests of fewer than three items.
    """
    scores = complete(matrix)
    return np.array([alpha(np.delete(scores, item, axis=1)) for item in range(scores.shape[1])], dtype=float)
