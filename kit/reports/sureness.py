"""How sure decisions were, for the instructor's pages; learners are never shown it as a number."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from kit.records import UnitRecord, Verdict
from kit.reports.words import percent


def how_sure(verdict: Verdict) -> str:
    """How likely the answer is right; without one yet, how likely the criterion is reached. Empty if unknown."""
    if verdict.certainty is None:
        return ""
    sure = 1 - verdict.certainty if verdict.state == "gap" else verdict.certainty
    return f"{_below_all(sure)} {'likely so far' if verdict.state == 'not-enough' else 'sure'}"


def shown_with(units: Iterable[UnitRecord]) -> str:
    """How sure it was, when the objectives mastered in *units* were shown; empty where nothing is known."""
    verdicts = (v for unit in units for a in unit.counted if a.decision for v in a.decision.verdicts)
    sure = [v.certainty for v in verdicts if v.state == "mastered" and v.certainty is not None]
    return f"Objectives shown: {len(sure)}, at the median {_below_all(median(sure))} sure" if sure else ""


def _below_all(share: float) -> str:
    """No number of items makes it 100 %."""
    return percent(min(share, 0.99))
