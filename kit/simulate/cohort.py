"""Learners with a true level per objective, and how they learn."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

NAMES = (
    "ada", "ben", "chen", "dana", "eli", "fatima", "goran", "hana", "ivo", "jun", "kofi", "lena", "mira", "noor",
    "omar", "pia", "quentin", "rosa", "sven", "tara", "uma", "vera", "wim", "yara",
)  # fmt: skip

# Chosen so that the directions of Bloom's trials show; what they are and are not: docs/architecture.md.
MEAN, BY_APTITUDE, BY_OBJECTIVE = 1.6, 0.8, 0.8
"""Logit of the chance to do an item after the first instruction: mean, spread by learner, by objective."""
GAIN, GAIN_SPREAD = 0.55, 0.12
"""Share of what is missing that a corrective by a new approach closes."""
AGAIN = 0.3
"""A corrective by an approach the learner has had closes only this part of that share."""


@dataclass(slots=True)
class SimulatedLearner:
    """One learner. `levels` is the chance, 0–1, to do an item of (unit, objective) right."""

    name: str
    random: random.Random
    aptitude: float
    """Standard normal: it shows in the rate of learning, never as a ceiling."""
    levels: dict[tuple[str, str], float] = field(default_factory=dict)
    approaches: set[tuple[str, str, str]] = field(default_factory=set)

    def level(self, unit: str, objective: str) -> float:
        """The chance to do an item right now; drawn when the objective is met first."""
        key = unit, objective
        if key not in self.levels:
            logit = MEAN + BY_APTITUDE * self.aptitude + self.random.gauss(0.0, BY_OBJECTIVE)
            self.levels[key] = 1 / (1 + math.exp(-logit))
        return self.levels[key]

    def learn(self, unit: str, objective: str, approach: str) -> None:
        """Work through a corrective: it closes part of what is missing, less if the approach is not new."""
        level = self.level(unit, objective)
        gain = min(max(self.random.gauss(GAIN, GAIN_SPREAD), 0.0), 0.95)
        key = unit, objective, approach
        if key in self.approaches:
            gain *= AGAIN
        self.approaches.add(key)
        self.levels[unit, objective] = level + gain * (1 - level)

    def does(self, unit: str, objective: str) -> bool:
        """Whether one item comes out right this time."""
        return self.random.random() < self.level(unit, objective)


def make_cohort(count: int, seed: int) -> list[SimulatedLearner]:
    """*count* learners; the same *seed* gives the same cohort, and each learner draws from a source of their own."""
    return [SimulatedLearner(name, random.Random(f"{seed}/{name}"), _aptitude(seed, name)) for name in _names(count)]


def _aptitude(seed: int, name: str) -> float:
    return random.Random(f"{seed}/aptitude/{name}").gauss(0.0, 1.0)


def _names(count: int) -> Iterable[str]:
    return NAMES[:count] if count <= len(NAMES) else [f"learner{number:03}" for number in range(1, count + 1)]
