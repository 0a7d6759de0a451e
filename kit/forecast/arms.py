"""The arms of the comparison: one cohort, taught in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Corrective = Literal["none", "same", "different"]


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of teaching: what follows a form that was not passed, how often, and what passing means."""

    name: str
    words: str
    """What is done, for a table."""
    corrective: Corrective = "different"
    """``none``: only another form; ``same``: the first instruction once more; ``different``: a new approach."""
    cycles: int = 3
    """Forms after the first at most; 0 where everybody moves on after one."""
    items: int = 10
    """Per form."""
    criterion: float = 0.8


def make_arms(items: int = 10, criterion: float = 0.8) -> Mapping[str, Arm]:
    """The arms by name, for forms of *items* items and a bar at *criterion* (0–1)."""
    base = {"items": items, "criterion": criterion}
    arms = (
        Arm("conventional", "one test, everybody moves on", "none", 0, **base),  # type: ignore[arg-type]
        Arm("retest-only", "up to 3 more tests, nothing between", "none", 3, **base),  # type: ignore[arg-type]
        Arm("same-again", "the same instruction between", "same", 3, **base),  # type: ignore[arg-type]
        Arm("different", "a different corrective between", "different", 3, **base),  # type: ignore[arg-type]
        Arm("one-cycle", "different, one corrective at most", "different", 1, **base),  # type: ignore[arg-type]
        Arm("low-bar", "different, bar at 60 %", "different", 3, items, 0.6),
        Arm("high-bar", "different, bar at 90 %", "different", 3, items, 0.9),
        Arm("long-test", "different, twice the items", "different", 3, 2 * items, criterion),
    )
    return {arm.name: arm for arm in arms}


ARMS = make_arms()
"""With ten items and a bar at 80 %."""
