"""The evidence of one attempt on one objective, and what a rule finds in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kit.records import ItemScore

ROUNDING = 1e-9
"""0.8 of 5 points is 4.000000000000001 in binary: a share this close to the criterion has reached it."""

State = Literal["gap", "more", "mastered"]
"""From the least to the most; `more`: not enough evidence yet, so one more form and no corrective."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One attempt on one objective, item by item, all of it assessed."""

    attempt: int
    """1 for the first form since the beginning or an instructor's reset."""
    points: tuple[float, ...]
    """Reached, item by item in the order of the form."""
    maxima: tuple[float, ...]
    """Points there are, item by item."""
    after_corrective: bool = False
    """A corrective of this objective was worked on since the evidence before this."""

    @classmethod
    def of(cls, attempt: int, answers: Iterable[float], *, after_corrective: bool = False) -> Evidence:
        """From *answers* of one point each: True/False, 1/0, or a share of it."""
        points = tuple(float(answer) for answer in answers)
        return cls(attempt, points, (1.0,) * len(points), after_corrective)

    @classmethod
    def scored(cls, attempt: int, items: Iterable[ItemScore], *, after_corrective: bool = False) -> Evidence:
        """From the item scores of a record, none of them None."""
        pairs = [(item.score or 0.0, item.max) for item in items]
        return cls(attempt, tuple(p for p, _ in pairs), tuple(m for _, m in pairs), after_corrective)

    @property
    def score(self) -> float:
        """Points reached on all items."""
        return sum(self.points)

    @property
    def max(self) -> float:
        """Points there are."""
        return sum(self.maxima)

    @property
    def items(self) -> int:
        """How many items there are that give points."""
        return sum(maximum > 0 for maximum in self.maxima)

    @property
    def share(self) -> float:
        """Points reached as a share of the points there are, 0–1 (more only where a person gave extra points)."""
        return self.score / self.max if self.max > 0 else 0.0

    def reaches(self, criterion: float) -> bool:
        """Whether this form by itself reaches *criterion*, a share of its points."""
        return self.share >= criterion - ROUNDING

    @property
    def right(self) -> float:
        """Items right, 0 to `items`: a fraction where points are partial or items weigh differently."""
        return min(max(self.share, 0.0), 1.0) * self.items

    @property
    def answers(self) -> tuple[bool, ...]:
        """Item by item, whether it came out right: with all of its points. Items without points are left out."""
        pairs = zip(self.points, self.maxima, strict=True)
        return tuple(points >= maximum - ROUNDING for points, maximum in pairs if maximum > 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule finds on one objective."""

    state: State
    certainty: float
    """Posterior probability, 0–1, that the true level reaches the criterion: see `kit.decisions.rules.certainty`."""


def since_corrective(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
    """The part of *evidence* from the last corrective on: what was shown before it was shown by somebody else."""
    start = max((place for place, one in enumerate(evidence) if one.after_corrective), default=0)
    return evidence[start:]
