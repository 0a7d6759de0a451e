"""The default rule: the latest form alone, each objective by itself."""

from __future__ import annotations

from collections.abc import Sequence

from kit.decisions.rules.evidence import Evidence

ROUNDING = 1e-9
"""0.8 of 5 points is 4.000000000000001 in binary: a share this close to the criterion has reached it."""


class EveryObjective:
    """An objective is mastered when its share of points on the latest form reaches the criterion.

    Each objective is judged alone, so that a good mean never hides a gap (Bloom 1968). Example: 4 of 5 points at a
    criterion of 0.80 is mastered, 3 of 5 is a gap, whatever the other objectives show.
    """

    name = "every-objective"

    def shows_mastery(self, evidence: Sequence[Evidence], criterion: float) -> bool:
        """Whether the last attempt's share reaches *criterion*."""
        return bool(evidence) and evidence[-1].share >= criterion - ROUNDING
