"""The words in which features are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tests.equality.peer import Verdict
from tests.grading.notebooks import boxed, check, given, locked, written

Kind = Literal["right", "wrong", "blank"]
"""What a learner writes: the right answers, the wrong ones, nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer cell, and what two learners write into it."""

    right: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Check:
    """A test cell, and what nbgrader gives the two for it (default: all its points, nothing)."""

    source: str
    hidden: str = ""
    points: float = 1.0
    right: float | None = None
    wrong: float = 0.0


@dataclass(frozen=True, slots=True)
class Written:
    """An answer a person grades."""

    right: str
    wrong: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """A code cell that is there already; a locked one is put back if a learner changes it."""

    source: str
    locked: bool = False


Step = Answer | Check | Written | Given


@dataclass(frozen=True, slots=True)
class Feature:
    """Cells in their order, called *name*."""

    name: str
    steps: tuple[Step, ...]

    def ids(self) -> Iterator[tuple[str, Step]]:
        """(grade_id, step) for every step."""
        word = re.sub(r"\W+", "-", self.name)
        return ((f"{word}-{number}", step) for number, step in enumerate(self.steps))

    def cells(self) -> list[Any]:
        """The cells of the author's notebook."""
        return [_cell(grade_id, step) for grade_id, step in self.ids()]

    def answers(self, kind: Kind) -> dict[str, str]:
        """grade_id → what this learner writes."""
        if kind == "blank":
            return {}
        return {
            grade_id: step.right if kind == "right" else step.wrong
            for grade_id, step in self.ids()
            if isinstance(step, (Answer, Written))
        }

    def worth(self, kind: Kind) -> dict[str, Verdict]:
        """grade_id → what nbgrader gives this learner; nothing is said about blank ones."""
        found: dict[str, Verdict] = {}
        if kind == "blank":
            return found
        for grade_id, step in self.ids():
            if isinstance(step, Written):
                found[grade_id] = "waits"
            elif isinstance(step, Check):
                right = step.points if step.right is None else step.right
                found[grade_id] = right if kind == "right" else step.wrong
        return found


def feature(name: str, *steps: Step) -> Feature:
    """*steps* in their order."""
    return Feature(name, steps)


def pair(name: str, right: str, wrong: str, source: str, hidden: str = "") -> Feature:
    """One answer cell and one check of 1 point."""
    return Feature(name, (Answer(right, wrong), Check(source, hidden)))


def _cell(grade_id: str, step: Step) -> Any:
    if isinstance(step, Answer):
        magic, rest = step.right.split("\n", 1) if step.right.startswith("%%") else ("", step.right)
        solved = f"### BEGIN SOLUTION\n{rest}\n### END SOLUTION"
        return boxed(grade_id, f"{magic}\n{solved}" if magic else solved)
    if isinstance(step, Written):
        return written(grade_id, code=step.code)
    if isinstance(step, Given):
        return locked(grade_id, step.source) if step.locked else given(step.source)
    return check(grade_id, step.source, step.hidden, step.points)
