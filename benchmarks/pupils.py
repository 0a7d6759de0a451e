"""Learners of a benchmark: for whom a form is open, and who answer a part of it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from kit import cycle
from kit.build import load_catalogue
from kit.course import Course
from kit.exchange import open_exchange
from kit.simulate import SimulatedLearner
from kit.simulate.answers import AnswerBook
from kit.stages.people import enrol, override


def open_form(course: Course, form: str, names: Sequence[str]) -> None:
    """Enrol *names*, for whom *form* is open afterwards: what its unit requires is theirs."""
    enrol(course, dict.fromkeys(names, ""), by="benchmark")
    cycle.run(course)
    for required in _before(course, load_catalogue(course).assignment(form).unit):
        for name in names:
            override(course, name, required, "mastered", why="measured is the unit after it", by="benchmark")
    cycle.run(course)


def _before(course: Course, unit: str) -> list[str]:
    """What *unit* requires, and what that requires, the first one first."""
    found: list[str] = []
    for required in course.unit(unit).requires:
        found += [name for name in (*_before(course, required), required) if name not in found]
    return found


class Answers(SimulatedLearner):
    """Does so many of each *of* items of an objective right, in turn; *right* 0 leaves everything as it was given."""

    def __init__(self, name: str, right: int, of: int = 2) -> None:
        super().__init__(name, random.Random(0), 0.0)
        self.right, self.of = right, of

    def does(self, unit: str, objective: str) -> bool:
        """With 1 of 2: True, False, True …"""
        turn = self.levels[unit, objective] = self.levels.get((unit, objective), -1.0) + 1
        return turn % self.of < self.right


def fetch_and_answer(course: Course, form: str, learner: SimulatedLearner, desk: Path, book: AnswerBook) -> Path:
    """The folder below *desk* with *form* as *learner* answers it; it is not handed in."""
    folder = open_exchange(course).fetch(learner.name, form, desk)
    book.fill(learner, load_catalogue(course).assignment(form), folder)
    return folder
