"""A test that goes on until it can tell: the sequential probability ratio test (Wald 1947)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["master", "non-master", "more"]


@dataclass(frozen=True, slots=True)
class Sprt:
    """Tells a learner of level *master* from one of level *non_master*, answer by answer.

    ValueError unless 0 < non_master < master < 1, both risks are above 0 and together below 1.
    """

    master: float
    """Level of a clear master, 0–1."""
    non_master: float
    """Level of a clear non-master, 0–1."""
    false_master: float
    """Wanted risk of calling a non-master a master (Wald's α, with the non-master as the hypothesis)."""
    false_non_master: float
    """Wanted risk of calling a master a non-master (β)."""

    def __post_init__(self) -> None:
        if not 0.0 < self.non_master < self.master < 1.0:
            levels = f"{self.non_master:g} and {self.master:g}"
            raise ValueError(f"non_master must be less than master, both between 0 and 1; they are {levels}.")
        risks = (self.false_master, self.false_non_master)
        if not (all(risk > 0.0 for risk in risks) and sum(risks) < 1.0):
            raise ValueError(
                f"The two risks must be above 0 and together below 1; they are {risks[0]:g} and {risks[1]:g}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """(lower, upper) in natural log units: ln(β/(1−α)) and ln((1−β)/α) (Wald 1947)."""
        return (
            math.log(self.false_non_master / (1.0 - self.false_master)),
            math.log((1.0 - self.false_non_master) / self.false_master),
        )

    def step(self, right: bool) -> float:
        """What one answer adds to the log likelihood ratio of master against non-master."""
        if right:
            return math.log(self.master / self.non_master)
        return math.log((1.0 - self.master) / (1.0 - self.non_master))

    def answers(self, right: Iterable[bool]) -> Verdict:
        """The verdict after these answers, oldest first; the first bound reached decides, later ones do not count."""
        lower, upper = self.bounds
        evidence = 0.0
        for answer in right:
            evidence += self.step(answer)
            if evidence >= upper:
                return "master"
            if evidence <= lower:
                return "non-master"
        return "more"
