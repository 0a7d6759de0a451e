"""`teach`: one arm for a whole cohort at once, as arrays. Draws nothing but from its seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.forecast.arms import Arm
from kit.forecast.learning import Learning

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FINAL_ITEMS = 8
"""Items per unit of the final examination that all arms are compared by; it decides nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """What became of a cohort in one arm. Arrays of units × learners, but for the last two: learners."""

    arm: Arm
    level: Floats
    """The true level, 0–1, when the learner left the unit."""
    passed_first: NDArray[np.bool_]
    """The first form was passed."""
    passed: NDArray[np.bool_]
    """Some form was passed."""
    tests: NDArray[np.int64]
    """Forms taken."""
    final: Floats
    """Share right, 0–1, in a final examination of `FINAL_ITEMS` items on each unit."""
    theta: Floats
    """Aptitude, standard normal."""


def teach(arm: Arm, learners: int, units: int = 8, *, seed: int = 1, learning: Learning | None = None) -> Taught:
    """Let *learners* go through *units* units in a row under *arm*.

    The same *seed* gives the same result in any process, and all arms the same learners. Whoever has not passed when
    the cycles are used up moves on with the level they have. ValueError where there is no learner or no unit.
    """
    import numpy as np

    if learners < 1 or units < 1:
        raise ValueError(f"A cohort needs at least one learner and one unit, not {learners} and {units}.")
    learning = learning or Learning()
    # Three sources: that one arm draws more answers than another must not change who the learners are.
    people, work, examination = (np.random.default_rng([seed, part]) for part in range(3))
    theta = people.normal(size=learners)
    results = []
    level = None
    for _ in range(units):
        level = learning.after_instruction(theta, level, people)
        result = _unit(arm, level, learning, work)
        level = result[0]
        results.append(result)
    levels, first, passed, tests = (np.array(column) for column in zip(*results, strict=True))
    final = examination.binomial(FINAL_ITEMS, levels).sum(axis=0) / (FINAL_ITEMS * units)
    return Taught(arm, levels, first, passed, tests, final, theta)


def _unit(
    arm: Arm, level: Floats, learning: Learning, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Levels at the end of a unit, who passed at first, who passed at all, how many forms each took."""
    import numpy as np

    from kit.psychometrics.binomial import cut_for

    cut = cut_for(arm.items, arm.criterion)
    first = rng.binomial(arm.items, level) >= cut
    passed, tests = first.copy(), np.ones(len(level), dtype=np.int64)
    for cycle in range(arm.cycles):
        gap = np.flatnonzero(~passed)
        level = level.copy()
        level[gap] += _closes(arm, cycle, learning.gains(len(gap), rng), learning) * (1 - level[gap])
        passed[gap] = rng.binomial(arm.items, level[gap]) >= cut
        tests[gap] += 1
    return level, first, passed, tests


def _closes(arm: Arm, cycle: int, gains: Floats, learning: Learning) -> Floats:
    """Which share of what is missing is closed in *cycle* (0 = the first)."""
    factor = {"none": 0.0, "same": learning.again / 2**cycle, "different": 1.0}[arm.corrective]
    return gains * factor
