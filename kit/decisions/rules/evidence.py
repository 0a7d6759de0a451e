"""The evidence of one attempt on one objective."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """Points of one attempt on one objective."""

    attempt: int
    score: float
    max: float
    items: int

    @property
    def share(self) -> float:
        """Points reached as a share of the points there are, 0–1."""
        return self.score / self.max if self.max > 0 else 0.0
