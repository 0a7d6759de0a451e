"""How sure it is that somebody's true level reaches the criterion, given all evidence on the objective.

The posterior of Novick and Lewis (1974): items right and wrong, added to a Beta prior. Evidence from before a
corrective counts half, from before two correctives a quarter, and so on. It does count, because whoever has failed
three forms and then passes one by a hair is less likely to be there than somebody who passes the first by a hair: the
best of many tries is partly luck. It does not count in full, because a corrective is meant to change the level. The
half is a convention between the two, not a measurement.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kit.course import HIGHEST_LEVEL, Settings
from kit.decisions.rules.evidence import Evidence

DISCOUNT = 0.5
"""Weight of evidence for each corrective that came after it."""


def certainty(evidence: Sequence[Evidence], criterion: float, settings: Settings) -> float:
    """P(true level ≥ *criterion*), 0–1, given *evidence* of one objective, oldest first; 0.345 for 4 of 5 at 0.8.

    A criterion above `HIGHEST_LEVEL` is taken as that: no evidence could ever show a level of exactly 1.
    """
    right, items = discounted(evidence)
    return reaches(right, items, criterion, settings.prior)


def discounted(evidence: Sequence[Evidence]) -> tuple[float, float]:
    """(right, items) of *evidence* together, each attempt with the weight that the correctives after it leave it."""
    right = items = 0.0
    weight = 1.0
    for one in reversed(evidence):
        right += weight * one.right
        items += weight * one.items
        if one.after_corrective:
            weight *= DISCOUNT
    return right, items


@lru_cache(maxsize=65_536)
def reaches(right: float, items: float, criterion: float, prior: tuple[float, float]) -> float:
    """P(true level ≥ *criterion*) after *right* of *items*, either of which may be a fraction."""
    # SciPy takes a moment to load, and most commands decide nothing.
    from kit.psychometrics.posterior import mastery_probability

    return float(mastery_probability(right, items, min(criterion, HIGHEST_LEVEL), prior))
