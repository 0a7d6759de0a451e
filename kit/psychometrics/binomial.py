"""The binomial error model: how often a test of so many items is wrong about a learner (Millman 1973).

A learner of true level π does each of n items right with chance π, independently: P(pass | π) = Σ_{x ≥ c} C(n,x) πˣ
(1−π)ⁿ⁻ˣ. The items count as drawn from one domain; what items share, or what a learner has just learned, is not in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from scipy import special

from kit.psychometrics.arguments import as_given, criterion_share, items_and_cut, number, shares, whole

ROUNDING = 1e-9
"""0.8 of 5 items is 4.000000000000001 in binary: a share this close to the criterion has reached it."""

NO_SUCH_TEST = "No test of up to {most} items keeps both risks within {risk:g}: widen the margin or allow more risk."


def cut_for(items: int, criterion: float) -> int:
    """The smallest number right whose share of *items* reaches *criterion* (above 0, at most 1), within `ROUNDING`."""
    return math.ceil(whole("items", items, 1) * (criterion_share(criterion) - ROUNDING))


@overload
def chance_to_pass(items: int, cut: int, level: float) -> float: ...
@overload
def chance_to_pass(items: int, cut: int, level: NDArray[np.float64]) -> NDArray[np.float64]: ...
def chance_to_pass(items: int, cut: int, level: Any) -> Any:
    """P(at least *cut* of *items* right) for a learner of this *level* (0–1; an array gives an array of its shape).

    Millman 1973. A cut of 0 passes all. ValueError: no items, a cut below 0 or above *items*, a level outside 0–1 or
    NaN.
    """
    length, needed = items_and_cut(items, cut)
    levels = shares("level", level)
    if needed == 0:
        return as_given(np.ones_like(levels))
    return as_given(special.betainc(needed, length - needed + 1, levels))


@overload
def false_master(items: int, cut: int, level: float) -> float: ...
@overload
def false_master(items: int, cut: int, level: NDArray[np.float64]) -> NDArray[np.float64]: ...
def false_master(items: int, cut: int, level: Any) -> Any:
    """The risk that a learner whose *level* is below the criterion passes: `chance_to_pass` at that level."""
    return chance_to_pass(items, cut, level)


@overload
def false_non_master(items: int, cut: int, level: float) -> float: ...
@overload
def false_non_master(items: int, cut: int, level: NDArray[np.float64]) -> NDArray[np.float64]: ...
def false_non_master(items: int, cut: int, level: Any) -> Any:
    """The risk that a learner whose *level* is at or above the criterion does not pass: 1 − `chance_to_pass`."""
    length, needed = items_and_cut(items, cut)
    levels = shares("level", level)
    if needed == 0:
        return as_given(np.zeros_like(levels))
    return as_given(special.betainc(length - needed + 1, needed, 1.0 - levels))


@overload
def after_retests(chance: float, tests: int) -> float: ...
@overload
def after_retests(chance: NDArray[np.float64], tests: int) -> NDArray[np.float64]: ...
def after_retests(chance: Any, tests: int) -> Any:
    """P(passed at least once in *tests* independent tests) where one is passed with this *chance*: 1 − (1−P)ᵏ.

    What retesting alone does to somebody who learns nothing in between. No test: 0.
    """
    return as_given(1.0 - (1.0 - shares("chance", chance)) ** whole("tests", tests, 0))


def chance_by_guessing(items: int, cut: int, options: int) -> float:
    """P(at least *cut* of *items* right) for blind guessing among *options* (2 or more) equally likely answers."""
    return chance_to_pass(items, cut, 1.0 / whole("options", options, 2))


@overload
def streak_by(level: float, streak: int, trials: int) -> float: ...
@overload
def streak_by(level: NDArray[np.float64], streak: int, trials: int) -> NDArray[np.float64]: ...
def streak_by(level: Any, streak: int, trials: int) -> Any:
    """P(*streak* right in a row at least once within *trials*) at this *level* (0–1; float or array).

    Counts the runs trial by trial (Feller 1968, XIII.7). Below 1 for every level below 1, and yet it goes to 1 with the
    number of trials for every level above 0: this is the leak of a streak rule.
    """
    levels, needed = shares("level", level), whole("streak", streak, 1)
    # running[j]: nobody has made it yet, and the last j answers were right.
    running = np.zeros((needed, *levels.shape))
    running[0] = 1.0
    made = np.zeros_like(levels)
    for _ in range(whole("trials", trials, 0)):
        made = made + running[-1] * levels
        running = np.concatenate([[running.sum(axis=0) * (1.0 - levels)], running[:-1] * levels])
    return as_given(made)


def expected_trials_to_streak(level: float, streak: int) -> float:
    """The mean number of trials until *streak* right in a row: (1−pᵏ) / (pᵏ(1−p)) (Feller 1968, XIII.7).

    A level of 1 needs *streak* trials, a level of 0 infinitely many (inf).
    """
    share, needed = number("level", level, 0.0, 1.0), whole("streak", streak, 1)
    if share**needed == 0.0:
        return math.inf
    return sum(share**power for power in range(needed)) / share**needed


@dataclass(frozen=True, slots=True)
class Length:
    """A test length with its cut, and the two risks it really has."""

    items: int
    cut: int
    false_master: float
    """P(pass) at the level below the zone."""
    false_non_master: float
    """P(fail) at the level above the zone."""


def shortest_test(
    criterion: float,
    margin: float,
    risk: float,
    *,
    below: float | None = None,
    above: float | None = None,
    most: int = 400,
) -> Length:
    """The shortest test with *any* cut that keeps both risks within *risk*, by exact search (Fhanér 1974, Wilcox 1976).

    Nobody can tell a learner just below the criterion from one just above it. So the risks are bounded at the ends of
    an indifference zone, *criterion* ± *margin*, not beyond 0 and 1; *below* and *above* state the ends themselves. The
    cut is the best for that length and mostly not the criterion's own share of it: see `shortest_form`. ValueError when
    no test of up to *most* items does it.
    """
    low, high = _zone(criterion, margin, below, above)
    bound = number("risk", risk, high=0.5, low=0.0, above=0.0)
    for items in range(1, whole("most", most, 1) + 1):
        cuts = np.arange(1, items + 1)
        worst = np.maximum(
            special.betainc(cuts, items - cuts + 1, low), special.betainc(items - cuts + 1, cuts, 1.0 - high)
        )
        best = int(worst.argmin())
        if worst[best] <= bound:
            return _length(items, best + 1, low, high)
    raise ValueError(NO_SUCH_TEST.format(most=most, risk=bound))


def shortest_form(
    criterion: float,
    margin: float,
    risk: float,
    *,
    below: float | None = None,
    above: float | None = None,
    most: int = 400,
) -> Length:
    """As `shortest_test`, for a pass mark that is *criterion* itself (`cut_for`), as a course has it.

    Longer than `shortest_test`, which may move the cut. ValueError when no test of up to *most* items does it.
    """
    low, high = _zone(criterion, margin, below, above)
    bound = number("risk", risk, high=0.5, low=0.0, above=0.0)
    for items in range(1, whole("most", most, 1) + 1):
        found = _length(items, cut_for(items, criterion), low, high)
        if max(found.false_master, found.false_non_master) <= bound:
            return found
    raise ValueError(NO_SUCH_TEST.format(most=most, risk=bound))


def _zone(criterion: float, margin: float, below: float | None, above: float | None) -> tuple[float, float]:
    bar, width = criterion_share(criterion), number("margin", margin, high=1.0, low=0.0, above=0.0)
    low = max(0.0, bar - width) if below is None else number("below", below, 0.0, 1.0)
    high = min(1.0, bar + width) if above is None else number("above", above, 0.0, 1.0)
    if low >= high:
        raise ValueError(f"below must be less than above; they are {low:g} and {high:g}.")
    return low, high


def _length(items: int, cut: int, low: float, high: float) -> Length:
    return Length(items, cut, false_master(items, cut, low), false_non_master(items, cut, high))
