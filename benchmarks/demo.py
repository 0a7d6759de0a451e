"""demo: how many submissions a minute the simulated cohort of `kit demo` gets graded, end to end.

Everything counts: fetching, filling in, handing in, grading, deciding, granting. Peer: the same cohort with one worker.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from benchmarks.ground import Ground
from benchmarks.measure import Contender, Cost, Row, Work, measure
from kit.simulate import make_cohort, play

SEED = 7


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    submissions: set[int] = set()

    def with_workers(workers: int) -> Contender:
        @contextmanager
        def played(number: int) -> Iterator[Work]:
            course = replace(ground.built(), workers=workers)
            cohort = make_cohort(ground.size.players, SEED)
            yield lambda: submissions.add(play(course, cohort, ground.folder()).submissions)

        return played

    names = {1: f"{ground.size.players} learners, 1 worker", 2: f"{ground.size.players} learners, 2 workers"}
    contenders = {name: with_workers(workers) for workers, name in names.items()}
    costs = measure(contenders, ground.size.player_rounds, ground.tell)
    [count] = submissions  # seeded: the same cohort hands in the same
    alone, both = (
        Row(name, costs[name], note=f"{count} submissions, {_per_minute(count, costs[name])} per minute")
        for name in names.values()
    )
    return [alone, replace(both, peer=alone)]


def _per_minute(count: int, costs: tuple[Cost, ...]) -> int:
    return round(60 * count / statistics.median(cost.wall for cost in costs))
