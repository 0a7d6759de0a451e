"""A cell as the kit looks at it: tags say what it is, nbgrader's metadata what it is worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kit.notebooks.source import Notebook
from kit.records import Item

OBJECTIVE = "objective:"
INSTRUCTION = "instruction"
VARIANTS = "variants"
CHOICES = "choices:"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, read only."""

    index: int
    id: str
    kind: str
    """`code`, `markdown` or `raw`."""
    source: str
    tags: tuple[str, ...]
    grade_id: str | None
    grade: bool
    solution: bool
    task: bool
    points: float | None
    """None where nothing is graded, or where the value is not a number."""

    @property
    def name(self) -> str:
        """What a person can find it by: the grade_id, else its place."""
        return f"cell {self.grade_id}" if self.grade_id else f"cell {self.index + 1}"

    @property
    def is_item(self) -> bool:
        """Whether nbgrader gives points for it."""
        return self.grade or self.task

    @property
    def objectives(self) -> tuple[str, ...]:
        """The objectives its tags name."""
        return tuple(tag.removeprefix(OBJECTIVE) for tag in self.tags if tag.startswith(OBJECTIVE))

    @property
    def choices(self) -> int | None:
        """Among how many answers an item lets its learner choose (`choices:4`); None where nothing can be guessed."""
        numbers = [tag.removeprefix(CHOICES) for tag in self.tags if tag.startswith(CHOICES)]
        return next((int(n) for n in numbers if n.isascii() and n.isdecimal() and 2 <= int(n) <= 1000), None)


def cells_of(notebook: Notebook) -> tuple[Cell, ...]:
    """The cells of *notebook*, in order."""
    return tuple(_cell(index, cell) for index, cell in enumerate(notebook["cells"]))


def items_of(cells: Iterable[Cell], objective: str | None = None) -> tuple[Item, ...]:
    """The items among *cells*, each with the objective its tag names, else *objective*, else none (``""``)."""
    return tuple(
        Item(
            id=cell.grade_id or "",
            objective=cell.objectives[0] if cell.objectives else objective or "",
            points=cell.points or 0.0,
            manual=cell.task or cell.solution or cell.kind != "code",
        )
        for cell in cells
        if cell.is_item
    )


def _cell(index: int, cell: dict[str, Any]) -> Cell:
    nbgrader = cell["metadata"].get("nbgrader") or {}
    points, grade_id = nbgrader.get("points"), nbgrader.get("grade_id")
    number = isinstance(points, (int, float)) and not isinstance(points, bool)
    return Cell(
        index=index,
        id=cell["id"],
        kind=cell["cell_type"],
        source=cell["source"],
        tags=tuple(str(tag) for tag in cell["metadata"].get("tags", ())),
        grade_id=grade_id if isinstance(grade_id, str) else None,
        grade=bool(nbgrader.get("grade")),
        solution=bool(nbgrader.get("solution")),
        task=bool(nbgrader.get("task")),
        points=float(points) if number and points is not None else None,
    )
