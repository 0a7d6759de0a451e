"""The same notebooks graded by the kit: one `Work` for each notebook of an nbgrader assignment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kit.course import Limits
from kit.grading import Graded, Rejected, Work, grade
from kit.grading.executors import Executor
from kit.records import Assignment, Item
from tests.equality.peer import Verdict

LIMITS = Limits(cell_seconds=60, notebook_seconds=300)
"""Generous: the machine may be busy, and nbgrader has 60 s for a cell too."""


def read(path: Path) -> dict[str, Any]:
    """The notebook at *path*, every source as one text."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def marks(cell: Mapping[str, Any]) -> dict[str, Any]:
    """What nbgrader's metadata says about *cell*; empty for a cell it does not know."""
    return dict(cell["metadata"].get("nbgrader") or {})


def assignment_of(source: Path) -> Assignment:
    """What the kit would have on record for the notebook *source*: every cell with points is an item."""
    items = tuple(
        Item(found["grade_id"], "objective", found["points"], manual=bool(found.get("task") or found["solution"]))
        for cell in read(source)["cells"]
        if (found := marks(cell)) and (found.get("grade") or found.get("task")) and found["points"] > 0
    )
    return Assignment(source.parent.name, source.parent.name, 1, "form", source.stem, items, form="a")


class Grader:
    """Grades notebooks in *folder*, each in a sub-folder of its own."""

    def __init__(self, executor: Executor, folder: Path) -> None:
        self.executor = executor
        self.folder = folder
        self.count = 0

    def grade(
        self, source: Path, release: Path, notebook: Mapping[str, Any] | str, name: str = ""
    ) -> Graded | Rejected:
        """Grade *notebook*, handed in under *name* (default: the right one)."""
        self.count += 1
        folder = self.folder / f"{self.count:03}"
        folder.mkdir(parents=True)
        (folder / f"{name or source.stem}.ipynb").write_text(
            notebook if isinstance(notebook, str) else json.dumps(notebook), encoding="utf-8"
        )
        return grade(Work(assignment_of(source), source, release, folder), self.executor, LIMITS)

    def verdicts(self, source: Path, release: Path, notebook: Mapping[str, Any], name: str = "") -> dict[str, Verdict]:
        """grade_id → points or ``waits``, in nbgrader's words; nothing may be rejected."""
        graded = self.grade(source, release, notebook, name)
        assert isinstance(graded, Graded), graded
        return {item.item: "waits" if item.score is None else item.score for item in graded.items}


def of_worth(verdicts: Mapping[str, Verdict], source: Path) -> dict[str, Verdict]:
    """*verdicts* without the cells that have no points: those are no items here, and nothing to be unequal about."""
    known = {item.id for item in assignment_of(source).items}
    return {cell: verdict for cell, verdict in verdicts.items() if cell in known}
