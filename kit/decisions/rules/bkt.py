"""The rule `bkt`: Bayesian knowledge tracing, item by item."""

from __future__ import annotations

from collections.abc import Sequence

from kit.course import Settings
from kit.decisions.rules.certainty import certainty
from kit.decisions.rules.evidence import ROUNDING, Evidence, Finding
from kit.psychometrics.tracing import Tracing

EVEN = 0.5
"""Below it the objective is more likely not known than known."""


class BayesianKnowledgeTracing:
    """An objective is mastered when it is known with a probability of at least `bkt.confidence`.

    The probability starts at `bkt.start`; every item, in order, over all forms, moves it by Bayes' rule, and after
    every item the objective may have been learnt (Corbett & Anderson 1995). So what came before a corrective counts,
    and weighs less with every item after it. Below 0.5 it is a gap, between the two `more`; a form that by itself
    reaches the criterion is never answered with a corrective. An item is right with all of its points.

    Example, with the default parameters: right, right is .925, `more`; a third right makes .992, mastered.

    Known weakness: "known" is a state without degrees, in which the criterion has no say; three right answers in a row
    are enough, whoever gives them and at whichever form (see `streak`); and the parameters are set, not fitted to your
    learners.
    """

    name = "bkt"

    def judge(self, evidence: Sequence[Evidence], criterion: float, settings: Settings) -> Finding:
        """How likely the objective is known after the last item of *evidence*."""
        sure = certainty(evidence, criterion, settings)
        known = _known(evidence, settings)
        if known >= settings.bkt.confidence - ROUNDING:
            return Finding("mastered", sure)
        passed = bool(evidence) and evidence[-1].reaches(criterion)
        return Finding("more" if known >= EVEN - ROUNDING or passed else "gap", sure)


def _known(evidence: Sequence[Evidence], settings: Settings) -> float:
    bkt = settings.bkt
    tracing = Tracing(start=bkt.start, learn=bkt.learn, slip=bkt.slip, guess=bkt.guess)
    known = bkt.start
    for answer in (answer for one in evidence for answer in one.answers):
        known = tracing.update(known, answer)
    return float(known)
