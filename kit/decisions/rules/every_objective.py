"""The default rule: the latest form, each objective by itself; a late pass that is unsure is confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from kit.course import Settings
from kit.decisions.rules.certainty import certainty
from kit.decisions.rules.confirming import unconfirmed
from kit.decisions.rules.evidence import Evidence, Finding


class EveryObjective:
    """An objective is mastered when its share of points on the latest form reaches the criterion.

    Each objective is judged alone, so that a good mean never hides a gap (Bloom 1968). Example: 4 of 5 points at a
    criterion of 0.80 is mastered, 3 of 5 is a gap, whatever the other objectives show.

    Known weakness: a form of few items is noisy, and every further form is another chance. Somebody whose level is 0.70
    passes 4 of 5 with a chance of 0.53, and at least one of four forms with 0.95 (binomial model, Millman 1973).
    So from attempt `confirm_from` on (0: never) a pass has to be as sure as a bare pass at a first form of the same
    length, earlier evidence included; else the answer is `more`, and a second pass in a row, with no corrective of
    this objective between the two, is mastery.
    """

    name = "every-objective"

    def judge(self, evidence: Sequence[Evidence], criterion: float, settings: Settings) -> Finding:
        """What the last of *evidence* shows; `more` only from attempt `confirm_from` on."""
        sure = certainty(evidence, criterion, settings)
        if not evidence or not evidence[-1].reaches(criterion):
            return Finding("gap", sure)
        late = unconfirmed(evidence, criterion, settings, items=evidence[-1].items, certainty=sure)
        return Finding("more" if late else "mastered", sure)
