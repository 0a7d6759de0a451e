"""`play`: a cohort goes through a course by the same doors as people do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kit.course import Course
from kit.cycle import run
from kit.exchange import Exchange, open_exchange
from kit.records import Assignment, Catalogue, LearnerRecord
from kit.simulate.answers import AnswerBook
from kit.simulate.cohort import SimulatedLearner
from kit.stages.opened import Step
from kit.stages.people import enrol

ROUNDS = 60
"""More than any learner can need: each round everybody with something to do hands in all of it."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it."""

    rounds: int
    submissions: int
    records: dict[str, LearnerRecord]


def play(
    course: Course,
    cohort: list[SimulatedLearner],
    desks: Path,
    *,
    watch: Callable[[Step], None] = lambda step: None,
) -> Played:
    """Let *cohort* go through *course*, each learner in a folder of their own below *desks*, until none has work left.

    The course must have been built. Correctives are worked through (and learned from) before the next form is tried.
    """
    enrol(course, {learner.name: "" for learner in cohort}, by="simulation")
    book = AnswerBook(course)
    exchange = open_exchange(course)
    opened = run(course, watch=watch)
    submissions = 0
    for number in range(1, ROUNDS + 1):
        handed_in = 0
        for learner in cohort:
            handed_in += _turn(learner, exchange, book, opened.catalogue, desks / learner.name)
        if not handed_in:
            break
        submissions += handed_in
        watch(Step("round", f"round {number}", number, 0))
        opened = run(course, watch=watch)
    return Played(number, submissions, opened.records)


def _turn(learner: SimulatedLearner, exchange: Exchange, book: AnswerBook, catalogue: Catalogue, desk: Path) -> int:
    """One learner does everything that is open: fetch, work, submit. Returns how many were handed in."""
    progress = exchange.progress(learner.name) or {"units": []}
    names = [name for unit in progress["units"] for name in unit["todo"]]
    names += [unit["enrichment"] for unit in progress["units"] if unit["enrichment"]]
    count = 0
    for assignment in (catalogue.assignment(name) for name in names):
        if (desk / assignment.id).exists():
            if assignment.kind == "enrichment":
                continue  # done once, for pleasure
            shutil.rmtree(desk / assignment.id)
        folder = exchange.fetch(learner.name, assignment.id, desk)
        _study(learner, assignment)
        book.fill(learner, assignment, folder)
        exchange.submit(learner.name, assignment.id, folder)
        count += 1
    return count


def _study(learner: SimulatedLearner, assignment: Assignment) -> None:
    if assignment.kind == "corrective" and assignment.objective and assignment.approach:
        learner.learn(assignment.unit, assignment.objective, assignment.approach)
