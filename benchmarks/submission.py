"""submission: from handing in to the decision in the ledger and the next notebook, for one learner.

This is a round that reads the ledger, finds one submission, and has a warm parent already: the first round warms up.
The form is half right, so that what opens is a corrective. Peer: nbgrader's `autograde` and `generate_feedback` of the
same notebook, in process; it decides nothing and releases nothing. Beside them: one empty cell.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.measure import Cost, Row, Work, measure, simply
from benchmarks.peer import Nbgrader
from benchmarks.pupils import Answers, fetch_and_answer, open_form
from kit import cycle
from kit.build import load_catalogue
from kit.course import Course, Limits
from kit.exchange import open_exchange
from kit.grading.executors import CellJob, Job, open_executor
from kit.simulate.answers import AnswerBook


def run(ground: Ground) -> list[Row]:
    """The rows of this part's table."""
    ours, theirs, empty = (
        "submit → decided → next grant",
        "nbgrader: autograde + feedback",
        "one empty cell in a fork of the warm parent",
    )
    course = ground.built()
    open_form(course, ground.size.form, [_learner(number) for number in range(ground.size.rounds + 1)])
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

    book = AnswerBook(course)
    for number in range(ground.size.rounds + 1):
        half = Answers(_learner(number), right=1)
        fetch_and_answer(course, ground.size.form, half, desks / half.name, book)
    contenders = {ours: submit, theirs: autograde, empty: simply(lambda: _one_cell(course))}
    costs = measure(contenders, ground.size.rounds, ground.tell)
    peer = Row(theirs, costs[theirs])
    return [Row(ours, costs[ours], peer, _behind_walls(costs[ours])), peer, Row(empty, costs[empty], peer)]


def _behind_walls(costs: Sequence[Cost]) -> str:
    share = statistics.median(cost.walled / cost.cpu for cost in costs)
    return f"{share:.0%} of the CPU time behind walls" if share else ""


def _learner(number: int) -> str:
    return f"learner{number:02}"


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
