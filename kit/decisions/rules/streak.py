"""The rule `streak`: so many right answers in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from kit.course import Settings
from kit.decisions.rules.certainty import certainty
from kit.decisions.rules.evidence import Evidence, Finding, since_corrective


class Streak:
    """An objective is mastered when `streak` items in a row were right since its last corrective.

    The row may go from one form into the next. Without one: a gap where the latest form is below the criterion, else
    `more`. An item is right with all of its points. Example, with three in a row: right, wrong, right, right, right is
    mastered; right, right, wrong, right, right is `more` at a criterion of 0.80.

    Known weakness, and it is a large one: given enough items, a row comes by itself. Somebody whose level is 0.50 gets
    three in a row with a chance of .125 within 3 items, .508 within 10 and .787 within 20; at a level of 0.70 it is
    .343, .859 and .986 (recursion of Feller 1968). Nor does it ask how many forms it took. It is offered because it is
    common elsewhere; look at the certainty that is told with it.
    """

    name = "streak"

    def judge(self, evidence: Sequence[Evidence], criterion: float, settings: Settings) -> Finding:
        """Whether there is a row of right answers in *evidence* since the last corrective."""
        sure = certainty(evidence, criterion, settings)
        answers = [answer for one in since_corrective(evidence) for answer in one.answers]
        if longest_row(answers) >= settings.streak:
            return Finding("mastered", sure)
        passed = bool(evidence) and evidence[-1].reaches(criterion)
        return Finding("more" if passed else "gap", sure)


def longest_row(answers: Iterable[bool]) -> int:
    """The greatest number of right answers in a row."""
    return max((len(list(row)) for right, row in groupby(answers) if right), default=0)
