"""forecast: `kit simulate` and `kit plan`, in this process, and the memory the first takes in one of its own.

Peer: drawing the answers of as many forms with NumPy and nothing else, which every simulation must do.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np

from benchmarks.ground import Ground
from benchmarks.measure import Row, measure, simply
from kit.forecast import ARMS, teach
from kit.forecast.measures import compare
from kit.forecast.plan import Assumptions, make_plan

LEARNERS, UNITS = 10_000, 8
_MEMORY = f"""
import resource, sys
from kit.forecast.measures import compare
compare({LEARNERS}, {UNITS})
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak if sys.platform != "darwin" else peak // 1024)
"""


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    course = ground.sources()
    tests = [teach(arm, LEARNERS, UNITS).tests.sum() for arm in ARMS.values()]
    draw, all_arms, one = "drawing the answers", "kit simulate, every arm", "kit simulate, one arm"
    planned = f"kit plan, {Assumptions().learners} learners"

    def answers() -> None:
        rng = np.random.default_rng(1)
        for arm, count in zip(ARMS.values(), tests, strict=True):
            rng.binomial(arm.items, rng.random(count))

    contenders = {
        draw: simply(answers),
        all_arms: simply(lambda: compare(LEARNERS, UNITS)),
        one: simply(lambda: compare(LEARNERS, UNITS, arms=[ARMS["different"]])),
        planned: simply(lambda: make_plan(course)),
    }
    costs = measure(contenders, ground.size.rounds, ground.tell)
    size = f"{LEARNERS:,} learners × {UNITS} units"
    peer = Row(f"{draw}, {len(ARMS)} arms, {size}", costs[draw])
    simulated = Row(f"{all_arms} ({len(ARMS)}), {size}", costs[all_arms], peer, f"{peak_memory():.0f} MiB at most")
    return [
        simulated,
        replace(simulated, what=f"{one}, {size}", costs=costs[one], note=""),
        Row(f"{planned}, 3 scenarios", costs[planned], peer),
        peer,
    ]


def peak_memory() -> float:
    """MiB of memory that simulating every arm takes at most, with Python, NumPy and pandas, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _MEMORY], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024
