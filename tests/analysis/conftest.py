"""Cohorts that several tests look at: played once."""

from __future__ import annotations

import pytest

from kit.reports import CourseView
from tests.analysis.cohort import World, make_course, play

LEARNERS = 200


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> CourseView:
    """Parallel forms, correctives that close half of what is missing, items that agree."""
    return play(make_course(tmp_path_factory.mktemp("healthy")), LEARNERS, World())


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> CourseView:
    """One thing wrong of each kind.

    counting-2 nobody fails; ending-3 is right for those who are wrong otherwise; ending-5 nobody passes; form b is
    harder on nesting by 20 points of a hundred; the corrective `tracing` teaches nothing.
    """
    spoilt = {
        "counting-2": lambda level: 1.0,
        "ending-3": lambda level: 0.95 if level < 0.72 else 0.05,
        "ending-5": lambda level: 0.0,
    }
    world = World(
        helps={"tracing": 0.0},
        harder={("b", "nesting"): 0.2},
        chance=lambda item, level, number: spoilt.get(item, lambda same: same)(level),
    )
    return play(make_course(tmp_path_factory.mktemp("faulty")), LEARNERS, world)
