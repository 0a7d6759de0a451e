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
    slopes, means = _regression(scores, own, groups)
    bases = means[:, 0] - (slopes * means).sum(axis=1)
    predicted = bases[0] + scores[chosen] @ slopes[0]
    # Of those chosen: how many, what they know of them, and what they have there, in all and without each group.
    those = _sums(np.column_stack([np.ones(len(scores)), scores, again]), groups, chosen)
    counted = np.maximum(those[:, 0], 1.0)
    differences = (those[:, -1] - bases * those[:, 0] - (slopes * those[:, 1:-1]).sum(axis=1)) / counted
    spread = differences[1:] - differences[1:].mean()
    se = float(np.sqrt((groups - 1) / groups * (spread**2).sum()))
    observed, expected = float(again[chosen].mean()), float(predicted.mean())
    expected_sd = _expected_sd(scores, slopes[0], predicted)
    return Comparison(
        int(chosen.sum()), expected, observed, observed - expected, se, expected_sd, float(again[chosen].std())
    )


def compare_groups(x: Floats, y: Floats) -> Comparison:
    """Two groups of learners whom nobody selected by a score: *x* on the reference, *y* on the other form (shares)."""
    se = float(np.sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y)))
    difference = float(y.mean() - x.mean())
    return Comparison(len(y), float(x.mean()), float(y.mean()), difference, se, float(x.std()), float(y.std()))


def _sums(values: Floats, groups: int, chosen: Bools | None = None) -> Floats:
    """Sums of the rows of *values* (of those *chosen*): of all, then without each group.

    Row i is in group i % *groups*.
    """
    kept = values if chosen is None else np.where(chosen[:, None], values, 0.0)
    padded = np.zeros((-(-len(kept) // groups) * groups, kept.shape[1]))
    padded[: len(kept)] = kept
    each = padded.reshape(-1, groups, kept.shape[1]).sum(axis=0)
    total = each.sum(axis=0)
    return np.concatenate([total[None, :], total - each])


def _regression(scores: Floats, own: Floats, groups: int) -> tuple[Floats, Floats]:
    """Slopes of the true level of column 0 on all columns, and means: a row for all, and one without each group."""
    total = _sums(np.ones((len(scores), 1)), groups)
    means = _sums(scores, groups) / total
    products = (scores[:, :, None] * scores[:, None, :]).reshape(len(scores), -1)
    covariance = (_sums(products, groups) / total).reshape(-1, scores.shape[1], scores.shape[1])
    covariance -= means[:, :, None] * means[:, None, :]
    item_means = _sums(own, groups) / total
    item_variances = (_sums(own**2, groups) / total - item_means**2).sum(axis=1)
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
