"""From the scale of one form to that of another, for randomly equivalent groups (Kolen & Brennan 2014, chapter 2)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from kit.psychometrics.arguments import number


@dataclass(frozen=True, slots=True)
class Line:
    """score on form Y = slope · (score on form X) + intercept."""

    slope: float
    intercept: float

    @overload
    def __call__(self, score: float) -> float: ...
    @overload
    def __call__(self, score: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def __call__(self, score: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
        """The score on form Y that means what *score* means on form X."""
        return self.slope * score + self.intercept


def mean_equating(x_mean: float, y_mean: float) -> Line:
    """The forms differ by a constant: y = x + (μ_Y − μ_X)."""
    return Line(1.0, number("y_mean", y_mean) - number("x_mean", x_mean))


def linear_equating(x_mean: float, x_sd: float, y_mean: float, y_sd: float) -> Line:
    """Equal distances from the mean, in standard deviations, mean the same: y = (σ_Y/σ_X)(x − μ_X) + μ_Y.

    NaN for both parts when form X has no spread: there is no line then; `mean_equating` needs none.
    """
    x_middle, y_middle = number("x_mean", x_mean), number("y_mean", y_mean)
    x_spread, y_spread = number("x_sd", x_sd, 0.0), number("y_sd", y_sd, 0.0)
    if x_spread == 0.0:
        return Line(math.nan, math.nan)
    slope = y_spread / x_spread
    return Line(slope, y_middle - slope * x_middle)
