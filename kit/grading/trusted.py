"""The trusted side of an assignment: its cells as the author wrote them, paired with what was released."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from kit.errors import GraderFault
from kit.grading.work import Work
from kit.records import Assignment, Item

Role = Literal["check", "answer", "manual", "task", "locked", "plain"]
"""check: a test cell · answer: the learner writes, checks grade · manual: the learner writes, a person grades ·
task: a description with points, answered below it · locked: read-only, without points · plain: everything else"""

BEGIN_HIDDEN = "BEGIN HIDDEN TESTS"
END_HIDDEN = "END HIDDEN TESTS"


KEPT = 64
"""Assignments whose author's side is kept in memory, with what was worked out from it: a course grades a few at a time,
each hundreds of times."""


@dataclass(frozen=True, slots=True, eq=False)
class SourceCell:
    """One cell of the author's notebook. A cell is equal to itself only."""

    role: Role
    type: str
    source: str
    """The author's text: a check's with its hidden part, an answer's with the solution. Never for a learner's eyes."""
    released: str
    """The text the learner was given."""
    id: str
    grade_id: str
    metadata: Mapping[str, Any]

    @property
    def given_back(self) -> bool:
        """Whether the author's text stands whatever the learner sent."""
        return self.role in ("check", "locked", "task")

    @property
    def hidden_lines(self) -> frozenset[int]:
        """Numbers (from 1) of the lines only the grader sees, the marks around them included."""
        hidden, inside = set(), False
        for number, line in enumerate(self.source.split("\n"), 1):
            if BEGIN_HIDDEN in line:
                inside = True
            if inside:
                hidden.add(number)
            if END_HIDDEN in line:
                inside = False
        return frozenset(hidden)


@dataclass(frozen=True, slots=True, eq=False)
class Trusted:
    """The author's notebook, read.

    It is the same object for every submission as long as the files' content is the same, and equal to itself only: what
    follows from it alone can be kept with ``lru_cache(maxsize=KEPT)``.
    """

    cells: tuple[SourceCell, ...]
    kernelspec: Mapping[str, Any]
    metadata: Mapping[str, Any]

    @property
    def language(self) -> str:
        """Language of the kernel, in lower case."""
        return str(self.kernelspec.get("language") or "python").lower()

    def by_grade_id(self, grade_id: str) -> SourceCell | None:
        """The cell with this grade_id."""
        return next((cell for cell in self.cells if cell.grade_id == grade_id), None)

    def answers_of(self, check: SourceCell) -> tuple[SourceCell, ...]:
        """The answer cells a check is about: those since the check before it, else the ones that check was about."""
        answers: list[SourceCell] = []
        fresh = True
        for cell in self.cells:
            if cell.role == "answer":
                answers = [cell] if fresh else [*answers, cell]
                fresh = False
            elif cell.role == "check":
                fresh = True
            if cell is check:
                return tuple(answers)
        return ()


def read_trusted(work: Work) -> Trusted:
    """Source and release of *work*, parsed once for all submissions of the assignment.

    GraderFault when they do not fit each other or the assignment's items.
    """
    files = _File(work.source.name, _content(work.source)), _File(work.release.name, _content(work.release))
    return _read(*files, work.assignment)


class _File(NamedTuple):
    name: str
    content: bytes


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path.name, error) from error


@lru_cache(maxsize=KEPT)
def _read(of_source: _File, of_release: _File, assignment: Assignment) -> Trusted:
    # By content, not by time stamp: the same time does not prove that a file is the same.
    source, release = _load(of_source), _load(of_release)
    by_grade_id = {_grade_id(cell): cell for cell in release["cells"] if _grade_id(cell)}
    by_id = {cell.get("id"): cell for cell in release["cells"] if cell.get("id")}
    cells = []
    for cell in source["cells"]:
        grade_id = _grade_id(cell)
        released = by_grade_id.get(grade_id) if grade_id else by_id.get(cell.get("id"))
        if released is None and grade_id:
            raise _unfit(assignment, f"{of_release.name} has no cell {grade_id!r}, but its source has")
        if released is None and by_id:
            continue  # not released at all: the cell with the values of the forms, for example
        cells.append(_source_cell(cell, _text((released or cell).get("source"))))
    metadata = source.get("metadata", {})
    trusted = Trusted(tuple(cells), metadata.get("kernelspec") or {"name": "python3", "language": "python"}, metadata)
    for item in assignment.items:
        _check_item(assignment, item, trusted.by_grade_id(item.id), of_source.name)
    return trusted


def _check_item(assignment: Assignment, item: Item, cell: SourceCell | None, notebook: str) -> None:
    if cell is None or cell.role not in ("check", "manual", "task"):
        raise _unfit(assignment, f"the item {item.id!r} is no graded cell of {notebook}")
    if item.points <= 0:
        raise _unfit(assignment, f"the item {item.id!r} has {item.points} points")


def _unfit(assignment: Assignment, what: str) -> GraderFault:
    return GraderFault(f"{assignment.id} cannot be graded: {what}. Build the course again: kit build.")


def _load(file: _File) -> dict[str, Any]:
    try:
        values = json.loads(file.content)
        assert isinstance(values["cells"], list)
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise _unreadable(file.name, error) from error
    return dict(values)


def _unreadable(name: str, error: Exception) -> GraderFault:
    return GraderFault(f"{name} cannot be read ({error}). Build the course again: kit build.")


def _text(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source or "")


def _nbgrader(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    return cell.get("metadata", {}).get("nbgrader") or {}


def _grade_id(cell: Mapping[str, Any]) -> str:
    return str(_nbgrader(cell).get("grade_id") or "")


def _source_cell(cell: Mapping[str, Any], released: str) -> SourceCell:
    marks = _nbgrader(cell)
    role: Role = (
        "plain" if not marks.get("grade_id")
        else "task" if marks.get("task")
        else "manual" if marks.get("solution") and marks.get("grade")
        else "answer" if marks.get("solution")
        else "check" if marks.get("grade")
        else "locked" if marks.get("locked")
        else "plain"
    )  # fmt: skip
    return SourceCell(
        role=role,
        type=cell.get("cell_type", "code"),
        source=_text(cell.get("source")),
        released=released,
        id=str(cell.get("id") or ""),
        grade_id=_grade_id(cell),
        metadata=cell.get("metadata", {}),
    )
