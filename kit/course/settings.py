"""What a decision rests on besides the criterion: how sure it has to be, and the numbers a rule needs.

Words (defined here once):

- **risk**: the chance of a wrong answer about somebody clearly above or clearly below the criterion
- **margin**: how far from the criterion "clearly" is
- **confidence**: the posterior probability from which an answer counts as sure
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

HIGHEST_LEVEL = 0.95
"""No number of right answers shows a level of exactly 1: where a level has to be shown, this is asked for at most."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """How much an objective's items have to tell: both error risks stay below `risk`, `margin` off the criterion."""

    risk: float = 0.25
    """A chance, 0.01–0.5."""
    margin: float = 0.15
    """A share, 0.05–0.3."""

    def levels(self, criterion: float) -> tuple[float, float]:
        """The true levels (shares, 0–1) that a form has to tell apart: `margin` below and above *criterion*.

        The upper one is at most `HIGHEST_LEVEL`, and never below *criterion*; the lower one is at least 0. With a
        criterion of 0.85 and a margin of 0.15 the two are 0.70 and 0.95.
        """
        return max(0.0, criterion - self.margin), max(criterion, min(HIGHEST_LEVEL, criterion + self.margin))


@dataclass(frozen=True, slots=True)
class Bkt:
    """Parameters of the rule `bkt`, all chances from 0 to 1 (the defaults are those of OATutor)."""

    start: float = 0.1
    """Of knowing it before the first item."""
    learn: float = 0.1
    """Of learning it between two items."""
    slip: float = 0.1
    """Of a wrong answer although it is known; below 0.5."""
    guess: float = 0.1
    """Of a right answer although it is not known; below 0.5."""
    confidence: float = 0.95
    """From which it counts as known."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the rules need to know beside the criterion; frozen for a learner at engagement."""

    confidence: float = 0.8
    """Posterior probability from which `posterior` and `pooled` count an answer as sure; above 0.5."""
    prior: tuple[float, float] = (1.0, 1.0)
    """Beta prior of the true level: right and wrong answers taken as seen beforehand. (1, 1) claims nothing."""
    streak: int = 3
    """Right answers in a row that the rule `streak` asks for."""
    confirm_from: int = 4
    """Attempt from which `every-objective` and `pooled` have an unsure pass confirmed by another form; 0: never."""
    bkt: Bkt = field(default_factory=Bkt)

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file or an event."""
        return {**asdict(self), "prior": list(self.prior)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any] | None) -> Settings:
        """The inverse of `to_json`; None (written before there were settings) means `AS_BEFORE`."""
        if values is None:
            return AS_BEFORE
        return cls(**{**values, "prior": tuple(values["prior"]), "bkt": Bkt(**values["bkt"])})


AS_BEFORE = Settings(confirm_from=0)
"""For what was agreed with a learner, or built, before there were settings: a pass is a pass at every attempt."""
