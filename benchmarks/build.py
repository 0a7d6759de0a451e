"""build: the releases of the whole course, from empty databases.

Peer: nbgrader's own `generate_assignment` for the same assignments from the same instructor's notebooks, one after the
other in one process. The kit does the same conversion and makes the forms from their variants besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.ground import Ground
from benchmarks.measure import Row, Work, measure
from benchmarks.peer import Nbgrader
from kit.build import build
from kit.gradebook import Gradebook


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    count = len(list(ground.built().release_dir.iterdir()))
    every, again, theirs = f"kit build, {count} assignments", "kit build, nothing changed", "nbgrader, the same ones"

    @contextmanager
    def build_all(number: int) -> Iterator[Work]:
        course = ground.sources()
        with Gradebook(course) as gradebook:
            yield lambda: build(course, gradebook, set())

    @contextmanager
    def build_nothing(number: int) -> Iterator[Work]:
        course = ground.built()
        with Gradebook(course) as gradebook:
            yield lambda: build(course, gradebook, set())

    @contextmanager
    def generate_all(number: int) -> Iterator[Work]:
        nbgrader = Nbgrader(ground.folder(), ground.built())
        yield nbgrader.generate_everything

    costs = measure({every: build_all, again: build_nothing, theirs: generate_all}, ground.size.rounds, ground.tell)
    peer = Row(theirs, costs[theirs])
    return [Row(every, costs[every], peer), Row(again, costs[again], peer), peer]
