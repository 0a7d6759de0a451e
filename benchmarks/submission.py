"""submission: from handing in to the decision in the ledger and the next notebook being there, for one learner.

The form is half right, so that what opens is a corrective. Peer: nbgrader's `autograde` and `generate_feedback` of the
same notebook, in process; it decides nothing and releases nothing. Beside them: what a sandboxed kernel costs that
starts, runs one empty cell and ends.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.measure import Cost, Row, Work, measure, simply
from benchmarks.peer import Nbgrader
from kit import cycle
from kit.build import load_catalogue
from kit.course import Course, Limits
from kit.exchange import open_exchange
from kit.grading.executors import CellJob, Job, open_executor
from kit.simulate import SimulatedLearner
from kit.simulate.answers import AnswerBook
from kit.stages.people import enrol, override


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    ours, theirs, kernel = (
        "submit → decided → next grant",
        "nbgrader: autograde + feedback",
        "one kernel, one empty cell",
    )
    course = ground.built()
    _open_form(course, ground.size.form, ground.size.rounds + 1)
    nbgrader = Nbgrader(ground.folder(), course)
    nbgrader.generate_assignment(ground.size.form)
    desks = ground.folder()

    @contextmanager
    def submit(number: int) -> Iterator[Work]:
        yield lambda: _hand_in_and_wait(course, _learner(number), desks / _learner(number) / ground.size.form)

    @contextmanager
    def autograde(number: int) -> Iterator[Work]:
        nbgrader.take_in(_learner(number), ground.size.form, desks / _learner(number) / ground.size.form)
        yield lambda: nbgrader.grade(_learner(number), ground.size.form)

    for number in range(ground.size.rounds + 1):
        _answer_half(course, _learner(number), ground.size.form, desks / _learner(number))
    contenders = {ours: submit, theirs: autograde, kernel: simply(lambda: _one_cell(course))}
    costs = measure(contenders, ground.size.rounds, ground.tell)
    peer = Row(theirs, costs[theirs])
    return [Row(ours, costs[ours], peer, _in_the_kernel(costs[ours])), peer, Row(kernel, costs[kernel], peer)]


def _in_the_kernel(costs: Sequence[Cost]) -> str:
    share = statistics.median(cost.walled / cost.cpu for cost in costs)
    return f"{share:.0%} of the CPU time in the sandboxed kernel" if share else ""


def _learner(number: int) -> str:
    return f"learner{number:02}"


def _open_form(course: Course, form: str, learners: int) -> None:
    """Enrol so many learners for whom *form* is open: what its unit requires is theirs."""
    names = [_learner(number) for number in range(learners)]
    enrol(course, dict.fromkeys(names, ""), by="benchmark")
    cycle.run(course)
    unit = course.unit(load_catalogue(course).assignment(form).unit)
    for name in names:
        for required in unit.requires:
            override(course, name, required, "mastered", why="measured is the unit after it", by="benchmark")
    cycle.run(course)


class _HalfRight(SimulatedLearner):
    """Does every other item of an objective right."""

    def does(self, unit: str, objective: str) -> bool:
        """True, False, True …"""
        right = self.levels[unit, objective] = 1.0 - self.levels.get((unit, objective), 0.0)
        return right > 0


def _answer_half(course: Course, learner: str, form: str, desk: Path) -> None:
    folder = open_exchange(course).fetch(learner, form, desk)
    who = _HalfRight(learner, random.Random(0), 0.0)
    AnswerBook(course).fill(who, load_catalogue(course).assignment(form), folder)


def _hand_in_and_wait(course: Course, learner: str, folder: Path) -> None:
    exchange = open_exchange(course)
    receipt = exchange.submit(learner, folder.name, folder)
    opened = cycle.run(course)
    unit = opened.records[learner].unit(load_catalogue(course).assignment(folder.name).unit)
    decision = next(a.decision for a in unit.attempts if a.submission.id == receipt.submission)
    offered = {offer.assignment for offer in exchange.offers(learner)}
    if decision is None or decision.outcome != "gaps" or not set(decision.correctives) <= offered:
        raise RuntimeError(f"{learner} was to get correctives; this came: {unit.submissions}, {decision}, {offered}")


def _one_cell(course: Course) -> None:
    job = Job((CellJob("only", "pass"),), "python3", "python", Limits())
    if open_executor(course).run(job).cells[0].state != "ran":
        raise RuntimeError("the empty cell did not run")
