"""Small assignments for the tests of grading: source and release made with nbgrader's own preprocessors."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums
from traitlets.config import Config

from kit.course import Limits
from kit.grading import Graded, Rejected, Work, grade
from kit.grading.executors import Executor
from kit.records import Assignment, Item, ItemScore

STUB = "# write your answer here, then run this cell\n..."
NO_WAIT = Limits(cell_seconds=15, notebook_seconds=120)
"""Generous: the machine may be busy. Tests of limits set their own."""
_CONFIG = Config({"ClearSolutions": {"code_stub": {"python": STUB}}})

Edit = Callable[[dict[str, Any]], None]


def _marks(grade_id: str, **kind: Any) -> dict[str, Any]:
    plain = {"grade": False, "solution": False, "task": False, "locked": False, "schema_version": 3}
    return {"nbgrader": {**plain, "grade_id": grade_id, **kind}}


def text(source: str, **metadata: Any) -> Any:
    return nbformat.v4.new_markdown_cell(source, metadata=metadata)


def given(source: str) -> Any:
    return nbformat.v4.new_code_cell(source)


def answer(grade_id: str, solution: str = "pass") -> Any:
    source = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
    return nbformat.v4.new_code_cell(source, metadata=_marks(grade_id, solution=True))


def boxed(grade_id: str, source: str) -> Any:
    """An answer cell with text around its solution region."""
    return nbformat.v4.new_code_cell(source, metadata=_marks(grade_id, solution=True))


def check(grade_id: str, source: str, hidden: str = "", points: float = 1) -> Any:
    if hidden:
        source = f"{source}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return nbformat.v4.new_code_cell(source, metadata=_marks(grade_id, grade=True, locked=True, points=points))


def locked(grade_id: str, source: str) -> Any:
    return nbformat.v4.new_code_cell(source, metadata=_marks(grade_id, locked=True))


def written(grade_id: str, points: float = 2, code: bool = False) -> Any:
    """A cell a person grades."""
    make = nbformat.v4.new_code_cell if code else nbformat.v4.new_markdown_cell
    return make(
        "### BEGIN SOLUTION\nthe model answer\n### END SOLUTION",
        metadata=_marks(grade_id, grade=True, solution=True, points=points),
    )


def task(grade_id: str, source: str, points: float = 2) -> Any:
    return nbformat.v4.new_markdown_cell(source, metadata=_marks(grade_id, task=True, locked=True, points=points))


@dataclass
class Exercise:
    """An assignment on disk, ready to be answered and graded."""

    folder: Path
    assignment: Assignment
    source: Path
    release: Path
    executor: Executor
    limits: Limits = NO_WAIT
    siblings: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=lambda: {"counting": "count things"})
    count: int = 0

    def released(self) -> dict[str, Any]:
        return json.loads(self.release.read_text(encoding="utf-8"))

    def answered(self, answers: dict[str, str], edit: Edit | None = None) -> dict[str, Any]:
        """The released notebook with *answers* (grade_id → source) written in, then changed by *edit*."""
        notebook = copy.deepcopy(self.released())
        for cell in notebook["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if grade_id in answers:
                cell["source"] = answers[grade_id]
        if edit:
            edit(notebook)
        return notebook

    def folder_with(self, files: dict[str, str | bytes]) -> Path:
        self.count += 1
        folder = self.folder / f"submission-{self.count}"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def work(self, folder: Path) -> Work:
        return Work(self.assignment, self.source, self.release, folder, self.siblings, self.titles)

    def grade_folder(self, folder: Path) -> Graded | Rejected:
        return grade(self.work(folder), self.executor, self.limits)

    def grade(self, answers: dict[str, str], edit: Edit | None = None, **files: str) -> Graded:
        notebook = json.dumps(self.answered(answers, edit))
        result = self.grade_folder(self.folder_with({f"{self.assignment.notebook}.ipynb": notebook, **files}))
        assert isinstance(result, Graded), result
        return result


def exercise(folder: Path, cells: Sequence[Any], executor: Executor, **fields: Any) -> Exercise:
    """Write source and release of *cells* below *folder*; every graded cell is an item of the objective `counting`."""
    source = nbformat.v4.new_notebook(
        cells=[copy.deepcopy(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
    )
    for number, cell in enumerate(source.cells):  # the same ids in every run
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id") or f"cell-{number}"
    release = copy.deepcopy(source)
    release.metadata["mastery_kit"] = {"assignment": "01-count.a"}
    for preprocessor in (ClearSolutions(config=_CONFIG), ClearHiddenTests(), ComputeChecksums()):
        release, _ = preprocessor.preprocess(release, {})
    items = tuple(
        Item(marks["grade_id"], "counting", marks["points"], manual=marks["task"] or marks["solution"])
        for cell in source.cells
        if (marks := cell.metadata.get("nbgrader")) and (marks["grade"] or marks["task"])
    )
    for name, notebook in (("source", source), ("release", release)):
        (folder / name).mkdir()
        nbformat.write(notebook, folder / name / "unit.ipynb")
    return Exercise(
        folder=folder,
        assignment=Assignment("01-count.a", "01-count", 1, "form", "unit", items, form="a"),
        source=folder / "source" / "unit.ipynb",
        release=folder / "release" / "unit.ipynb",
        executor=executor,
        **fields,
    )


def scores(items: Sequence[ItemScore]) -> dict[str, float | None]:
    return {item.item: item.score for item in items}


def notes(items: Sequence[ItemScore]) -> dict[str, str]:
    return {item.item: item.note for item in items}
