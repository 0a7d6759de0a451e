"""Knowledge tracing: the chance that a skill is known, updated with every answer (Corbett & Anderson 1995)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tracing:
    """The four parameters of Bayesian knowledge tracing, each a chance.

    ValueError unless start and learn lie from 0 to 1, slip and guess are above 0 and together below 1. Without a slip
    a wrong answer would be impossible for who knows the skill, and with slip + guess ≥ 1 a wrong answer would speak for
    knowing it.
    """

    start: float
    """P(known) before the first answer."""
    learn: float
    """P(becomes known) at each opportunity."""
    slip: float
    """P(wrong) although known."""
    guess: float
    """P(right) although not known."""

    def __post_init__(self) -> None:
        for name, value in (("start", self.start), ("learn", self.learn)):
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must be from 0 to 1; it is {value:g}.")
        if not (self.slip > 0.0 and self.guess > 0.0 and self.slip + self.guess < 1.0):
            found = f"{self.slip:g} and {self.guess:g}"
            raise ValueError(f"slip and guess must be above 0 and together below 1; they are {found}.")

    def update(self, known: float, right: bool) -> float:
        """P(known) after an answer, from P(known) before it: Bayes' rule, then the chance to learn."""
        if not 0.0 <= known <= 1.0:
            raise ValueError(f"known must be from 0 to 1; it is {known:g}.")
        if_known, if_not = (1.0 - self.slip, self.guess) if right else (self.slip, 1.0 - self.guess)
        seen = known * if_known / (known * if_known + (1.0 - known) * if_not)
        return seen + (1.0 - seen) * self.learn

    def trace(self, answers: Iterable[bool]) -> list[float]:
        """P(known) after each of *answers*, oldest first."""
        known, path = self.start, []
        for right in answers:
            known = self.update(known, right)
            path.append(known)
        return path
