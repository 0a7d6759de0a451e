"""Learners × items, as given, and without the learners on whom something is missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kit.psychometrics.arguments import Floats


def scores_of(matrix: ArrayLike) -> Floats:
    """*matrix* (learners × items, NaN where not assessed) as floats; ValueError if it is no table or holds infinity."""
    found = np.asarray(matrix, dtype=float)
    if found.ndim != 2:
        raise ValueError(f"matrix must have two dimensions, learners × items; it has {found.ndim}.")
    if np.any(np.isinf(found)):
        raise ValueError("matrix must hold finite scores, or NaN where not assessed; one is infinite.")
    return found


def complete(matrix: ArrayLike) -> Floats:
    """The rows of *matrix* with a score on every item: a learner with a NaN is left out altogether (listwise)."""
    found = scores_of(matrix)
    return found[~np.isnan(found).any(axis=1)]
