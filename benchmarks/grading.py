"""grading: what one submission costs, and how many come out in a minute.

Every contender gets the same notebooks: the first form of each unit of the course and a unit of 26 cells with ten
checks of arrays and tables (`benchmarks/sensors`), each answered wholly, by half, and not at all. All figures are per
submission.

- nbgrader's `autograde` for all of them in one process, its best case: the peer. No feedback, nothing decided
- nbgrader's command line, one process for each, as people run it on a timer; some of the submissions
- Jupyter kernels that were started before, used again for the next submission: no isolation, and nothing but execution
- the kit, `kit.cycle.reconcile` with a warm executor: taken in, graded, in the gradebook, notebook and feedback
  written, decided, recorded, the next notebook given; with the sandbox, and with ``sandbox = "none"``
- the floor: the same cells in a forked process that has the libraries already
- one at a time through a running `kit watch`: here the time is from the end of `submit` to the decision in the ledger
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from benchmarks.class_work import ClassWork
from benchmarks.floor import Floor
from benchmarks.ground import Ground
from benchmarks.kernels import KernelPool
from benchmarks.measure import Contender, Cost, Row, Work, measure
from benchmarks.watched import Watched
from kit import cycle
from kit.stages.executing import ExecutorOnDemand
from kit.stages.opened import open_course

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    work = ClassWork(ground)
    with ExitStack() as stack:
        names = _Names(len(work), CORES)
        contenders = {
            names.batch: _batch(ground, work),
            names.command: _command(ground, work, some := min(len(work), ground.size.commands)),
            names.kernels: _kernels(work, stack.enter_context(KernelPool(CORES))),
            names.ours: _ours(ground, work, stack, "bubblewrap"),
            names.open: _ours(ground, work, stack, "none"),
            names.floor: _floor(work, stack.enter_context(Floor())),
            names.watched: _watched(ground, work, answered := []),
        }
        costs = measure(contenders, ground.size.rounds, ground.tell)
    counts = {name: some if name == names.command else len(work) for name in contenders}
    each = {name: tuple(_each(cost, counts[name]) for cost in found) for name, found in costs.items()}
    return _rows({**each, names.watched: tuple(answered[1:])}, names)  # the first round only warms up


class _Names:
    """What the rows are called."""

    def __init__(self, submissions: int, cores: int) -> None:
        self.batch = f"nbgrader autograde, {submissions} in one process"
        self.command = "nbgrader autograde, a command for each"
        self.kernels = f"{cores} warm kernels, execution only"
        self.ours = f"kit, {cores} workers, sandbox"
        self.open = f'kit, {cores} workers, sandbox = "none"'
        self.floor = "the cells in a fork, execution only"
        self.watched = "kit watch, one at a time"


def _rows(costs: dict[str, tuple[Cost, ...]], names: _Names) -> list[Row]:
    peer = Row(names.batch, costs[names.batch], note=_per_minute(costs[names.batch]))
    rows = [peer]
    for name in list(costs)[1:]:
        note = "" if name == names.watched else _per_minute(costs[name])
        rows.append(Row(name, costs[name], peer, note))
    return rows


def _per_minute(costs: tuple[Cost, ...]) -> str:
    return f"{60 / statistics.median(cost.wall for cost in costs):,.0f} per minute"


def _each(cost: Cost, count: int) -> Cost:
    return Cost(cost.wall / count, cost.cpu / count, cost.walled / count)


# --- the contenders ---------------------------------------------------------------------------------------------------


def _batch(ground: Ground, work: ClassWork) -> Contender:
    @contextmanager
    def contender(number: int) -> Iterator[Work]:
        nbgrader = work.at_nbgraders(ground.folder())
        yield lambda: [nbgrader.autograde(form) for form in work.forms]

    return contender


def _command(ground: Ground, work: ClassWork, some: int) -> Contender:
    @contextmanager
    def contender(number: int) -> Iterator[Work]:
        nbgrader = work.at_nbgraders(ground.folder())
        # Another part of the class every round: each form has its turn.
        turn = [work.handed_in[(number * some + step) % len(work)] for step in range(some)]
        yield lambda: [nbgrader.command(one.form, one.learner) for one in turn]

    return contender


def _kernels(work: ClassWork, pool: KernelPool) -> Contender:
    @contextmanager
    def contender(number: int) -> Iterator[Work]:
        yield lambda: pool.run_all([one.cells for one in work.handed_in])

    return contender


def _floor(work: ClassWork, floor: Floor) -> Contender:
    @contextmanager
    def contender(number: int) -> Iterator[Work]:
        yield lambda: [floor.run(one.cells) for one in work.handed_in]

    return contender


def _ours(ground: Ground, work: ClassWork, stack: ExitStack, sandbox: str) -> Contender:
    executor = ExecutorOnDemand(replace(work.course, sandbox=sandbox))
    stack.callback(lambda: executor.open().close())

    @contextmanager
    def contender(number: int) -> Iterator[Work]:
        course = replace(work.copied(ground.folder()), sandbox=sandbox, workers=CORES)
        with open_course(course) as opened:
            opened.executor = executor
            yield lambda: cycle.reconcile(opened)
            work.check(opened.records)

    return contender


def _watched(ground: Ground, work: ClassWork, answered: list[Cost]) -> Contender:
    """Its costs are told by itself, one of each round, and added to *answered*."""
    folders = [(one.learner, one.folder) for one in work.handed_in[: ground.size.watched + 1]]

    @contextmanager
    def contender(number: int) -> Iterator[Work]:
        with Watched(work.copied(ground.folder(), handed_in=False)) as watched:
            yield lambda: answered.append(watched.hand_in_all(folders))

    return contender
