"""What an argument must be, and the sentence that says so when it is not."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
"""An array of floats, of any shape."""


def whole(name: str, value: Any, least: int) -> int:
    """*value* as an int of at least *least*; ValueError that names it otherwise."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number; it is {value!r}.") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}; it is {number}.")
    return number


def items_and_cut(items: Any, cut: Any) -> tuple[int, int]:
    """A test's length (at least 1) and its cut (0 to the length); ValueError otherwise."""
    length, needed = whole("items", items, 1), whole("cut", cut, 0)
    if needed > length:
        raise ValueError(f"cut must not be above the number of items; it is {needed} of {length}.")
    return length, needed


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf, *, above: float = -math.inf) -> float:
    """*value* as a finite float from *low* to *high* and greater than *above*; ValueError that names it otherwise."""
    found = float(value)
    if not math.isfinite(found):
        raise ValueError(f"{name} must be a finite number; it is {found}.")
    if found <= above:
        raise ValueError(f"{name} must be above {above:g}; it is {found:g}.")
    if not low <= found <= high:
        ends = f"at least {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
        wanted = f"at most {high:g}" if low == -math.inf else ends
        raise ValueError(f"{name} must be {wanted}; it is {found:g}.")
    return found


def criterion_share(value: Any, name: str = "criterion") -> float:
    """A criterion: above 0, at most 1; ValueError otherwise."""
    return number(name, value, high=1.0, low=0.0, above=0.0)


def shares(name: str, values: ArrayLike) -> Floats:
    """*values* as an array of any shape, each from 0 to 1; ValueError that names them otherwise."""
    found = np.asarray(values, dtype=float)
    if not np.all((found >= 0) & (found <= 1)):  # false for NaN as well
        raise ValueError(f"{name} must be from 0 to 1, each of them; one is not.")
    return found


def as_given(result: Floats) -> Any:
    """A float where there was one value, the array otherwise."""
    return float(result) if np.ndim(result) == 0 else result
