"""The rules that say what the evidence on an objective shows. To add one: write it beside this, add it to `RULES`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from kit.course import Settings
from kit.decisions.rules.bkt import BayesianKnowledgeTracing
from kit.decisions.rules.every_objective import EveryObjective
from kit.decisions.rules.evidence import ROUNDING, Evidence, Finding, State
from kit.decisions.rules.pooled import Pooled
from kit.decisions.rules.posterior import Posterior
from kit.decisions.rules.streak import Streak

__all__ = ["ROUNDING", "RULES", "EveryObjective", "Evidence", "Finding", "Rule", "State"]


class Rule(Protocol):
    """Says what the evidence on one objective shows. Pure: the same values give the same finding.

    A rule must be monotone: raising any score in the evidence never turns its answer into a lesser one, in the order
    gap, more, mastered; nor does it lower the certainty (property tests hold both).
    """

    name: str

    def judge(self, evidence: Sequence[Evidence], criterion: float, settings: Settings) -> Finding:
        """*evidence* of one objective, oldest attempt first, all of it assessed; *criterion* a share, 0–1."""


RULES: Mapping[str, Rule] = {
    rule.name: rule for rule in (EveryObjective(), Pooled(), Posterior(), Streak(), BayesianKnowledgeTracing())
}
"""Rules by the name used in course.toml and unit.toml."""
