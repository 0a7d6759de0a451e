"""One submission's sittings: what they hold is given back, whatever ends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest

from kit.grading.executors.job import CellJob, Job, Limits
from kit.grading.executors.judgement import Judgement
from kit.grading.executors.nursery import Nursery
from kit.grading.executors.sandbox import walls_for
from kit.grading.executors.sitting import Ended, Sitting
from kit.grading.executors.sittings import Sittings


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    nursery = Nursery(walls_for("bubblewrap"), ())
    yield nursery
    nursery.close()


def test_a_process_that_ends_between_its_cells_and_the_checks_keeps_nothing_open(nursery: Nursery) -> None:
    cells = (
        CellJob("make", "def double(n):\n    return 2 * n"),
        CellJob("check", "assert double(2) == 4", check=True, reads=("double",)),
    )
    sittings = Sittings(Job(cells, "python3", "python", Limits()), nursery)
    before = psutil.Process().num_fds()
    with ExitStack() as stack:
        sitting = Sitting(sittings, stack)
        sitting.run_cells(cells)
        sitting.learner.end()
        with pytest.raises(Ended) as ended:
            Judgement(sitting).carry_out()
        # As long as the exception is at hand its frame lives, and what it holds is not closed by chance.
        stack.close()
        assert psutil.Process().num_fds() == before
    assert ended.value.key == "make"
