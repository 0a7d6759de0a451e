"""What learners would have on a form parallel to one they took, had they learned nothing in between.

Whoever takes a second form was selected by the first: they left a gap somewhere. Somebody selected for low scores does
better the next time, and somebody selected for high ones worse, on forms that are exactly parallel; so means of two
forms must not be compared as they are. But the selection knows the scores so far and nothing else. Given these, it says
nothing more about the true level (the selection is ignorable: Rubin 1976), and the score on a parallel form is expected
where the regression of true levels on *all* observed scores, estimated from everybody before the selection, puts it
(Kelley 1927 for one score; Wainer et al. 2001 for several):

    expected = μ + (x − μ)ᵀ Σ⁻¹ c      c = cov(x, true level) = Σ's row of this score, less its error variance

The error variance is (1 − α)·σ², α being Cronbach's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.analysis.enough import Z
from kit.analysis.sheets import Bools, Floats

GROUPS = 100
"""At most so many groups of learners are left out, one after the other, for the standard error (the jackknife)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Observed against expected means of one group, as shares 0–1."""

    n: int
    expected: float
    observed: float
    difference: float
    """observed − expected: below 0 the form is harder."""
    se: float
    expected_sd: float
    observed_sd: float

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, from the jackknife's standard error."""
        return self.difference - Z * self.se, self.difference + Z * self.se


def compare_selected(scores: Floats, own: Floats, again: Floats, chosen: Bools) -> Comparison:
    """Those *chosen* for another form, there and as expected.

    *scores*: everybody before the selection × what is known of them, shares 0–1; column 0 is the score in question.
    *own*: everybody × the items of that score, in the same unit, so that each row sums to column 0.
    *again*: the score on the other form, of everybody (only where *chosen*). No NaN where it matters.
    Standard errors from leaving out groups of learners (delete-a-group jackknife, Kott 2001): everything estimated is
    estimated anew each time.
    """
    groups = min(len(scores), GROUPS)
    weights = np.ones((groups + 1, len(scores)))
    for group in range(groups):
        weights[group + 1, group::groups] = 0.0
    slopes, means = _regression(scores, own, weights)
    predicted = means[:, :1] + (slopes @ scores[chosen].T) - (slopes * means).sum(axis=1, keepdims=True)
    those = weights[:, chosen]
    counted = np.maximum(those.sum(axis=1), 1.0)
    differences = (those * (again[chosen] - predicted)).sum(axis=1) / counted
    spread = differences[1:] - differences[1:].mean()
    se = float(np.sqrt((groups - 1) / groups * (spread**2).sum()))
    observed, expected = float(again[chosen].mean()), float(predicted[0].mean())
    expected_sd = _expected_sd(scores, slopes[0], predicted[0])
    return Comparison(
        int(chosen.sum()), expected, observed, observed - expected, se, expected_sd, float(again[chosen].std())
    )


def compare_groups(x: Floats, y: Floats) -> Comparison:
    """Two groups of learners whom nobody selected by a score: *x* on the reference, *y* on the other form (shares)."""
    se = float(np.sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y)))
    difference = float(y.mean() - x.mean())
    return Comparison(len(y), float(x.mean()), float(y.mean()), difference, se, float(x.std()), float(y.std()))


def _regression(scores: Floats, own: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Slopes (per row of *weights* × scores) of the true level of column 0 on all columns, and the means."""
    total = weights.sum(axis=1)
    means = weights @ scores / total[:, None]
    products = (scores[:, :, None] * scores[:, None, :]).reshape(len(scores), -1)
    covariance = (weights @ products / total[:, None]).reshape(-1, scores.shape[1], scores.shape[1])
    covariance -= means[:, :, None] * means[:, None, :]
    item_means = weights @ own / total[:, None]
    item_variances = (weights @ own**2 / total[:, None] - item_means**2).sum(axis=1)
    items = own.shape[1]
    # α·σ², the variance of true levels, needs no division by a variance that may be 0.
    true = np.clip(items / (items - 1) * (covariance[:, 0, 0] - item_variances), 0.0, covariance[:, 0, 0])
    shared = covariance[:, 0, :].copy()
    shared[:, 0] = true
    slopes = np.einsum("rij,rj->ri", np.linalg.pinv(covariance, rcond=1e-9, hermitian=True), shared)
    return slopes, means


def _expected_sd(scores: Floats, slopes: Floats, predicted: Floats) -> float:
    """The standard deviation of those predicted, on a parallel form.

    What is left around a prediction p is taken as proportional to p(1 − p), as it is exactly for beta-binomial scores.
    """
    level, variance = float(scores[:, 0].mean()), float(scores[:, 0].var())
    explained = float((scores @ slopes).var())
    room = level * (1 - level) - explained
    ratio = max(0.0, variance - explained) / room if room > 1e-12 else 0.0
    inside = np.clip(predicted, 0.0, 1.0)
    return float(np.sqrt(predicted.var() + ratio * (inside * (1 - inside)).mean()))
