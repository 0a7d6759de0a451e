"""Criteria: high enough to mean mastery."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, comb

from kit.checks.base import Check
from kit.checks.material import Material, UnitMaterial
from kit.errors import Fault
from kit.notebooks import items_of

TOO_LOW = 0.60
LOW = 0.80
_ALMOST = 0.70
"""True level of somebody who is not there yet: what the risk is told for."""


class ThresholdInflation(Check):
    """A bar at 60 % or below calls people masters who are not, and the next unit fails them;
    example: `criterion = 0.5`.
    """

    code = "threshold-inflation"

    def look(self, material: Material) -> Iterator[Fault]:
        """An error at 0.60 or below, a warning below 0.80, with the chance of a false master."""
        for unit in material.units:
            for objective in unit.unit.objectives:
                if objective.criterion >= LOW:
                    continue
                risk = _risk(unit, objective.id, objective.criterion)
                what = f"The criterion is {objective.criterion:.0%}. {risk}".strip()
                step = "Ask for 0.8 to 0.9 (here, or as `criterion` of the unit or the course)."
                severity = "error" if objective.criterion <= TOO_LOW else "warning"
                yield self.fault(f"{unit.toml}, objectives.{objective.id}", what, step, severity)  # type: ignore[arg-type]


def _risk(unit: UnitMaterial, objective: str, criterion: float) -> str:
    items = sum(item.objective == objective for item in items_of(unit.forms[0].cells)) if unit.forms else 0
    if not items:
        return ""
    chance = chance_to_pass(items, criterion, _ALMOST)
    return f"With {items} items somebody who can do {_ALMOST:.0%} of such tasks passes with a chance of {chance:.0%}."


def chance_to_pass(items: int, criterion: float, level: float) -> float:
    """Probability (0–1) to reach *criterion* on *items* items for somebody who can do the share *level* of such items.

    The upper tail of a binomial distribution: items are taken as independent and equally hard.
    """
    needed = ceil(criterion * items - 1e-9)
    return sum(comb(items, k) * level**k * (1 - level) ** (items - k) for k in range(needed, items + 1))
