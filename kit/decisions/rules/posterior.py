"""The rule `posterior`: mastered when it is sure enough, a gap when that is sure enough, else one more form."""

from __future__ import annotations

from collections.abc import Sequence

from kit.course import Settings
from kit.decisions.rules.certainty import certainty
from kit.decisions.rules.evidence import ROUNDING, Evidence, Finding


class Posterior:
    """An objective is mastered when its true level reaches the criterion with a probability of at least `confidence`.

    A gap when that probability is at most 1 − `confidence`; between the two `more` (Novick & Lewis 1974). All evidence
    counts, what came before a corrective at half its weight for each: so somebody who has failed three forms needs more
    than somebody who has not. A form that by itself reaches the criterion is never answered with a corrective.

    Example, at a criterion of 0.80 and a confidence of 0.8: 3 of 5 gives .10, a gap; 5 of 5 gives .74, `more`; 5 of 5
    again makes 10 of 10 and .91, mastered.

    Known weakness: it asks for more items, the higher the criterion, and a prior that claims much decides by itself.
    """

    name = "posterior"

    def judge(self, evidence: Sequence[Evidence], criterion: float, settings: Settings) -> Finding:
        """What all of *evidence* shows, discounted (see `kit.decisions.rules.certainty`)."""
        sure = certainty(evidence, criterion, settings)
        if sure >= settings.confidence - ROUNDING:
            return Finding("mastered", sure)
        unsure = sure > 1 - settings.confidence + ROUNDING
        passed = bool(evidence) and evidence[-1].reaches(criterion)
        return Finding("more" if unsure or passed else "gap", sure)
