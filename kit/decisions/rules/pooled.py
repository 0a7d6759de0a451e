"""The rule `pooled`: every form since the last corrective, taken together as one longer form."""

from __future__ import annotations

from collections.abc import Sequence

from kit.course import Settings
from kit.decisions.rules.certainty import certainty, reaches
from kit.decisions.rules.confirming import unconfirmed
from kit.decisions.rules.evidence import ROUNDING, Evidence, Finding, State, since_corrective


class Pooled:
    """An objective is mastered when its share over all forms since its last corrective reaches the criterion.

    More items make a decision steadier (Spearman 1910, Brown 1910). Example, at a criterion of 0.80: 5 of 5 is `more`,
    because five items are too few; 4 of 5 on the next form makes 9 of 10, which is mastered.

    When the items are too few: the criterion is reached, but even with all of them right the posterior probability
    of mastery would stay under `confidence` (0.8 takes seven items at a criterion of 0.80); or it is not reached, and
    that probability, with the pooled items alone, is still over 1 − `confidence`. Then the answer is `more`; and a form
    that by itself reaches the criterion is never answered with a corrective.

    From attempt `confirm_from` on an unsure pass is confirmed, as with `every-objective`: the pool begins anew with
    each corrective, so that without it every further form would be another chance.

    Known weakness: one very good form carries a weak one after it (5 of 5 and 3 of 5 are 80 %); and where every form is
    long enough by itself, it is `every-objective`.
    """

    name = "pooled"

    def judge(self, evidence: Sequence[Evidence], criterion: float, settings: Settings) -> Finding:
        """What all of *evidence* since the last corrective shows together."""
        pool, sure = since_corrective(evidence), certainty(evidence, criterion, settings)
        state = _state(pool, criterion, settings)
        items = sum(one.items for one in pool)
        if state == "mastered" and unconfirmed(evidence, criterion, settings, items=items, certainty=sure):
            return Finding("more", sure)
        return Finding(state, sure)


def _state(pool: Sequence[Evidence], criterion: float, settings: Settings) -> State:
    items, there_are = float(sum(one.items for one in pool)), sum(one.max for one in pool)
    share = min(max(sum(one.score for one in pool) / there_are, 0.0), 1.0) if there_are > 0 else 0.0
    if share >= criterion - ROUNDING:
        best = reaches(items, items, criterion, settings.prior)
        return "mastered" if best >= settings.confidence - ROUNDING else "more"
    level = reaches(share * items, items, criterion, settings.prior)
    unsure = level > 1 - settings.confidence + ROUNDING
    passed = bool(pool) and pool[-1].reaches(criterion)
    return "more" if unsure or passed else "gap"
