"""How simulated learners learn: every assumption of a forecast stands here, with its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CAUTION = "These figures are properties of the chosen parameters, not evidence about people."
"""Stands under every table and plot of a forecast."""


@dataclass(frozen=True, slots=True)
class Learning:
    """The assumptions about learners. The defaults are chosen so that Bloom's pattern shows (Bloom 1984); no more.

    A learner's level in a unit after its instruction is the logistic function of
    ``start + aptitude·θ + transfer·carry + N(0, spread)``, with θ ~ N(0, 1) for the learner and
    ``carry = steepness·(level in the units before − usual)``: who mastered what a unit builds on begins it higher.
    """

    start: float = 0.55
    """Logit of the level after instruction for a learner with θ = 0 and carry = 0."""
    aptitude: float = 0.5
    transfer: float = 0.5
    spread: float = 0.75
    """Standard deviation from unit to unit, on the logit scale."""
    steepness: float = 5.0
    usual: float = 0.61
    """The mean level where nothing is done about gaps: there carry is 0."""
    gain: float = 0.45
    """Mean share of what is missing (1 − level) that a corrective of a new approach closes."""
    gain_spread: float = 0.10
    again: float = 0.3
    """The same instruction once more closes this part of that share, and half as much each further time."""

    def after_instruction(self, theta: Floats, before: Floats | None, rng: np.random.Generator) -> Floats:
        """Levels (0–1) in a unit for learners with *theta*; *before*: their levels in what it builds on, or None."""
        import numpy as np

        carry = 0.0 if before is None else self.steepness * (before - self.usual)
        logit = self.start + self.aptitude * theta + self.transfer * carry
        return np.asarray(1 / (1 + np.exp(-(logit + rng.normal(0.0, self.spread, np.shape(theta))))))

    def gains(self, shape: int | tuple[int, ...], rng: np.random.Generator) -> Floats:
        """Shares (0–1) of what is missing that a corrective of a new approach closes, one for each learner."""
        return rng.normal(self.gain, self.gain_spread, shape).clip(0.0, 1.0)
