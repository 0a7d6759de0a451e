"""The rules that say whether an objective is mastered. To add one: write it beside this, add a line to `RULES`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from kit.decisions.rules.every_objective import EveryObjective
from kit.decisions.rules.evidence import Evidence

__all__ = ["RULES", "Evidence", "Rule"]


class Rule(Protocol):
    """Says whether the evidence on one objective shows mastery.

    A rule must be monotone: raising any score in the evidence never turns True into False (a property test holds it).
    """

    name: str

    def shows_mastery(self, evidence: Sequence[Evidence], criterion: float) -> bool:
        """*evidence* of one objective, oldest attempt first, all of it assessed; *criterion* a share, 0–1."""


RULES: Mapping[str, Rule] = {rule.name: rule for rule in (EveryObjective(),)}
"""Rules by the name used in course.toml and unit.toml."""
