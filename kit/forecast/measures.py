"""What one says about the arms: a frame with a row for each, in the terms of Bloom's trials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kit.forecast.arms import ARMS, Arm
from kit.forecast.cohort import Taught, teach
from kit.forecast.learning import Learning

if TYPE_CHECKING:
    import pandas as pd

MASTER = 0.8
"""The level from which somebody is called a master when false masters are counted, whatever bar an arm has."""

COLUMNS: Mapping[str, str] = {
    "final_mean": "mean share right in the final examination, 0–1",
    "final_sd": "its standard deviation between learners",
    "effect_size": "difference of final_mean to the conventional arm, in that arm's standard deviations",
    "r_prior": "correlation of aptitude with the final examination",
    "above_p80": "share of learners at or above the 80th percentile of the conventional arm",
    "quartile_gap": "final_mean of the most able quarter minus that of the least able",
    "passed_first": "share of units passed at the first form",
    "passed": "share of units passed at all",
    "false_masters": f"of the passes, the share by learners whose true level is below {MASTER}",
    "tests": "forms taken, per learner and unit",
    "time_ratio": "95th percentile of forms taken in the whole course, divided by the 5th",
    "true_mean": "mean true level at the end of a unit, 0–1",
}
"""The columns of `compare`, with their meaning; the index is the arm's name."""


def compare(
    learners: int = 10_000,
    units: int = 8,
    *,
    arms: Iterable[Arm] = tuple(ARMS.values()),
    seed: int = 1,
    learning: Learning | None = None,
    watch: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> pd.DataFrame:
    """The same cohort under each of *arms*, with the columns of `COLUMNS`, in the order given.

    What is relative is relative to conventional teaching with the first arm's test, whether or not it is asked for.
    NaN stands where something is not defined: no spread (one learner), nobody who passed.
    """
    import pandas as pd

    arms = list(arms)
    if not arms:
        raise ValueError("Name at least one arm to be simulated.")
    # An exam decides nothing where everybody moves on, so which conventional arm it is does not touch what they learn.
    conventional = replace(arms[0], name="conventional", corrective="none", cycles=0)
    control = teach(conventional, learners, units, seed=seed, learning=learning)
    rows = {}
    for done, arm in enumerate(arms):
        watch(arm.name, done, len(arms))
        rows[arm.name] = measures(teach(arm, learners, units, seed=seed, learning=learning), control)
    watch("", len(arms), len(arms))
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("arm")


def measures(taught: Taught, control: Taught) -> dict[str, float]:
    """One row of `compare`: *taught* held against the conventional arm *control*."""
    import numpy as np

    final, theta = taught.final, taught.theta
    low, high = np.quantile(theta, [0.25, 0.75])
    total = taught.tests.sum(axis=0)
    few, many = np.quantile(total, [0.05, 0.95])
    spread = control.final.std()
    varies = final.std() > 0 and theta.std() > 0
    passed = taught.level[taught.passed]
    return {
        "final_mean": float(final.mean()),
        "final_sd": float(final.std()),
        "effect_size": float((final.mean() - control.final.mean()) / spread) if spread > 0 else float("nan"),
        "r_prior": float(np.corrcoef(theta, final)[0, 1]) if varies else float("nan"),
        "above_p80": float((final >= np.quantile(control.final, 0.8)).mean()),
        "quartile_gap": float(final[theta >= high].mean() - final[theta <= low].mean()),
        "passed_first": float(taught.passed_first.mean()),
        "passed": float(taught.passed.mean()),
        "false_masters": float((passed < MASTER).mean()) if passed.size else float("nan"),
        "tests": float(taught.tests.mean()),
        "time_ratio": float(many / few),
        "true_mean": float(taught.level.mean()),
    }
