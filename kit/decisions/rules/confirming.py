"""Retest inflation: a pass that is one of many tries is partly luck, so a late one that is unsure is confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from kit.course import Settings
from kit.decisions.rules.certainty import reaches
from kit.decisions.rules.evidence import ROUNDING, Evidence


def unconfirmed(
    evidence: Sequence[Evidence], criterion: float, settings: Settings, *, items: int, certainty: float
) -> bool:
    """Whether a pass on *items* items, with this *certainty*, is to be confirmed by one more form.

    From attempt `confirm_from` on (0: never) it has to be as sure as a bare pass at a first form of that many items.
    Two forms in a row that reach the criterion, with no corrective of this objective between, are enough as well.
    """
    latest = evidence[-1]
    if not settings.confirm_from or latest.attempt < settings.confirm_from:
        return False
    twice = len(evidence) > 1 and not latest.after_corrective and all(one.reaches(criterion) for one in evidence[-2:])
    return not twice and certainty < _bare_pass(items, criterion, settings) - ROUNDING


def _bare_pass(items: int, criterion: float, settings: Settings) -> float:
    """How sure the fewest right answers that pass are, at a first form of so many items."""
    # NumPy takes a moment to load, and most commands decide nothing.
    from kit.psychometrics.binomial import cut_for

    return reaches(float(cut_for(items, criterion)), float(items), criterion, settings.prior)
