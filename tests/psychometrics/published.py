"""Published data that the formulas are held to, written out with their sources."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LSAT6_PATTERNS = (
    3, 6, 2, 11, 1, 1, 3, 4, 1, 8, 0, 16, 0, 3, 2, 15, 10, 29, 14, 81, 3, 28, 15, 80, 16, 56, 21, 173, 11, 61, 28, 298,
)  # fmt: skip
"""How many of 1,000 people gave each of the 32 response patterns to five items of the Law School Admission Test,
section 6 (Bock & Lieberman 1970, Psychometrika 35). Patterns 00000 to 11111 in binary order, item 1 first."""

MATH20_X = (1, 3, 8, 25, 30, 64, 67, 95, 116, 124, 156, 147, 120, 129, 110, 86, 66, 51, 29, 15, 11)
MATH20_Y = (0, 0, 12, 24, 41, 57, 92, 100, 119, 143, 149, 153, 146, 127, 92, 76, 56, 38, 19, 9, 0)
"""How many had 0, 1, … 20 right on each of two parallel mathematics tests of 20 items, taken by the same 1,453 people
(Holland & Thayer 1989, Educational Testing Service; von Davier, Holland & Thayer 2004, chapter 7)."""

MATH20_BOTH = {
    10: (749, 171, 116, 417), 12: (429, 188, 134, 702), 14: (204, 164, 86, 999),
    16: (80, 92, 42, 1239), 18: (14, 41, 14, 1384),
}  # fmt: skip
"""Of the same people, by cut: passed both, X alone, Y alone, neither."""

MATH20_PARALLEL = 0.7753
"""Correlation of the two tests."""


def lsat6() -> NDArray[np.float64]:
    """1,000 learners × 5 items of 0 and 1."""
    patterns = [[pattern >> (4 - item) & 1 for item in range(5)] for pattern in range(32)]
    return np.repeat(np.array(patterns, dtype=float), LSAT6_PATTERNS, axis=0)


def scores(counts: tuple[int, ...]) -> NDArray[np.float64]:
    """One raw score for each person, from how many had 0, 1, … right."""
    return np.repeat(np.arange(len(counts), dtype=float), counts)
