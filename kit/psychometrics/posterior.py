"""What the evidence says about one learner's true level: the beta–binomial posterior (Novick & Lewis 1974).

With a beta prior (a, b) and x of n right, the level is Beta(a + x, b + n − x). The prior (1, 1) takes every level to be
equally likely beforehand; (8, 2) has a mean of .80 and weighs as much as ten items.
"""

from __future__ import annotations

from typing import Any

from scipy import special

from kit.psychometrics.arguments import criterion_share, number

UNIFORM = (1.0, 1.0)


def mastery_probability(right: float, items: float, criterion: float, prior: tuple[float, float] = UNIFORM) -> float:
    """P(true level ≥ *criterion*) after *right* of *items* (Novick & Lewis 1974); both may be fractions: points.

    No items: what the prior says. A criterion of 1 gives 0: no finite test shows that a learner never errs. ValueError:
    negative, more right than items, NaN, a criterion outside (0, 1], a prior that is not above 0.
    """
    alpha, beta = _posterior(right, items, prior)
    return float(special.betaincc(alpha, beta, criterion_share(criterion)))


def level_interval(
    right: float, items: float, confidence: float = 0.9, prior: tuple[float, float] = UNIFORM
) -> tuple[float, float]:
    """(low, high) that hold the true level with this *confidence*: the posterior's middle part, equal tails.

    No items: the prior's own interval. ValueError as in `mastery_probability`, and for a *confidence* that is not
    strictly between 0 and 1.
    """
    alpha, beta = _posterior(right, items, prior)
    tail = _tail(confidence)
    return float(special.betaincinv(alpha, beta, tail)), float(special.betainccinv(alpha, beta, tail))


def wilson_interval(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """(low, high) of a share, by Wilson's score interval (Wilson 1927); sound for few trials and for shares of 0 and 1.

    No trials: (0, 1), nothing is known. ValueError: negative, more successes than trials, NaN.
    """
    total, tail = number("trials", trials, 0.0), _tail(confidence)
    hits = number("successes", successes, 0.0, total)
    if total == 0:
        return 0.0, 1.0
    share, z = hits / total, float(special.ndtri(1.0 - tail))
    middle = share + z**2 / (2 * total)
    reach = z * (share * (1 - share) / total + z**2 / (4 * total**2)) ** 0.5
    low, high = ((middle + sign * reach) / (1 + z**2 / total) for sign in (-1, 1))
    # Exact where it must be: rounding would leave 1e-17 below 0 or above 1.
    return (0.0 if hits == 0 else max(0.0, low)), (1.0 if hits == total else min(1.0, high))


def _posterior(right: Any, items: Any, prior: tuple[float, float]) -> tuple[float, float]:
    total = number("items", items, 0.0)
    reached = number("right", right, 0.0, total)
    alpha, beta = (number("prior", part, above=0.0) for part in prior)
    return alpha + reached, beta + total - reached


def _tail(confidence: Any) -> float:
    share = number("confidence", confidence, above=0.0)
    if share >= 1.0:
        raise ValueError(f"confidence must be below 1; it is {share:g}.")
    return (1.0 - share) / 2
