"""Items: each belongs to one objective, has points and a name of its own, and is there often enough."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nbformat import NotebookNode, from_dict

from kit.checks.base import Check
from kit.checks.material import Material, Sheet
from kit.errors import Fault
from kit.notebooks import Cell, items_of

if TYPE_CHECKING:
    from nbgrader.nbgraderformat import MetadataValidator

ENOUGH_ITEMS = 4
"""Fewer, and one lucky guess or one slip decides about an objective."""

_GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")


class ItemWithoutObjective(Check):
    """Every item shows one objective; without the tag its points count nowhere; example: a test cell without tags."""

    code = "item-without-objective"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each untagged item; a corrective's items belong to its objective without a tag."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                if cell.is_item and not cell.objectives and sheet.kind != "corrective":
                    names = " or ".join(f"objective:{o.id}" for o in sheet.unit.objectives[:4]) or "objective:<name>"
                    yield self.fault(
                        sheet.at(cell), "The item belongs to no objective.", f"Give the cell the tag {names}."
                    )


class ItemWithSeveralObjectives(Check):
    """An item that tests two things cannot say which one is missing;
    example: tags `objective:names`, `objective:text`.
    """

    code = "item-with-several-objectives"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each item or answer cell."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                if (cell.is_item or cell.solution) and len(cell.objectives) > 1:
                    what = f"The cell belongs to {len(cell.objectives)} objectives: {', '.join(cell.objectives)}."
                    yield self.fault(sheet.at(cell), what, "Keep one tag, or split the cell into one item for each.")


class ObjectiveWithoutItems(Check):
    """An objective nothing is asked about can never be mastered; example: `[objectives.scope]` and no such item."""

    code = "objective-without-items"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each objective, with the forms on which it has no item."""
        for unit in material.units:
            for objective in unit.unit.objectives:
                without = [
                    form.id for form in unit.forms if all(i.objective != objective.id for i in items_of(form.cells))
                ]
                if without:
                    where = f"{unit.toml}, objectives.{objective.id}"
                    all_forms = len(without) == len(unit.forms)
                    on = "any form" if all_forms else f"form {', '.join(without)}"
                    step = f"Tag items of unit.ipynb with objective:{objective.id}, or remove the objective."
                    yield self.fault(where, f"There is no item for it on {on}.", step)


class ItemsFew(Check):
    """With fewer than four items one slip or one lucky guess decides; example: two items at a criterion of 0.8."""

    code = "items-few"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each objective, counted on its poorest form."""
        for unit in material.units:
            for objective in unit.unit.objectives:
                counts = [sum(i.objective == objective.id for i in items_of(form.cells)) for form in unit.forms]
                if counts and 0 < min(counts) < ENOUGH_ITEMS:
                    items = "1 item" if min(counts) == 1 else f"{min(counts)} items"
                    what = f"It has only {items} on a form; one slip or one lucky guess decides."
                    where = f"{unit.toml}, objectives.{objective.id}"
                    yield self.fault(where, what, f"Write at least {ENOUGH_ITEMS} items for it.")


class GradeIdDuplicate(Check):
    """nbgrader knows a cell by its grade_id, so two cells cannot share one;
    example: a cell copied with its metadata.
    """

    code = "grade-id-duplicate"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each name that is used twice in a notebook."""
        for sheet in material.sheets:
            used = Counter(cell.grade_id for cell in sheet.cells if cell.grade_id and _is_nbgrader(cell))
            for name, times in used.items():
                if times > 1:
                    what = f"{times} cells have the grade_id {name!r}."
                    step = "Give each its own id in the nbgrader toolbar (Create Assignment)."
                    yield self.fault(f"{sheet.where}, cell {name}", what, step)


class GradeIdInvalid(Check):
    """A grade_id may have letters, digits, _ and - only, or nbgrader refuses the notebook; example: `slice 1`."""

    code = "grade-id-invalid"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each missing or impossible name."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                if not _is_nbgrader(cell):
                    continue
                if not isinstance(cell.grade_id, str) or not cell.grade_id:
                    place = f"{sheet.where}, cell {cell.index + 1}"
                    yield self.fault(place, "The cell has no grade_id.", "Give it one in the nbgrader toolbar.")
                elif not _GRADE_ID.fullmatch(cell.grade_id):
                    step = "Use letters, digits, _ and - only; no spaces or other signs."
                    yield self.fault(sheet.at(cell), f"nbgrader refuses the grade_id {cell.grade_id!r}.", step)


class PointsWrong(Check):
    """An item's points must be a number above 0, or it can show nothing; example: `points: 0` or `points: "2"`."""

    code = "points-wrong"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each item."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                if not cell.is_item:
                    continue
                if cell.points is None:
                    what = "The item's points are missing or not a number."
                elif not 0 < cell.points < float("inf"):
                    what = f"The item is worth {cell.points:g} points."
                else:
                    continue
                yield self.fault(sheet.at(cell), what, "Give it a number of points above 0 (1 is a good choice).")


class NbgraderMetadata(Check):
    """nbgrader's own metadata must be whole, or it makes no release;
    example: a markdown cell with grade but no solution.
    """

    code = "nbgrader-metadata"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each cell whose metadata nbgrader's validator refuses for a reason no other rule tells."""
        from nbgrader.nbgraderformat import MetadataValidator  # brings half of nbgrader with it

        validator = MetadataValidator()
        for sheet in material.sheets:
            for cell, node in zip(sheet.cells, from_dict(sheet.notebook).cells, strict=True):
                complaint = _complaint(validator, cell, node)
                if complaint:
                    step = "Set the cell's kind again in the nbgrader toolbar (Create Assignment)."
                    yield self.fault(sheet.at(cell), f"nbgrader refuses the cell: {complaint}.", step)


def _complaint(validator: MetadataValidator, cell: Cell, node: NotebookNode) -> str | None:
    from nbgrader.nbgraderformat.common import SchemaMismatchError, ValidationError

    metadata = node.metadata.get("nbgrader")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        return "its metadata is not as nbgrader writes it"
    told_elsewhere = {
        "points": cell.points is None or cell.points <= 0,
        "grade_id": not isinstance(cell.grade_id, str) or not _GRADE_ID.fullmatch(cell.grade_id),
    }
    if cell.is_item and told_elsewhere["points"]:
        metadata = {**metadata, "points": 1}
    if told_elsewhere["grade_id"]:
        metadata = {**metadata, "grade_id": "x"}
    try:
        validator.validate_cell(from_dict({**node, "metadata": {"nbgrader": metadata}}))
    except SchemaMismatchError as error:
        return f"it has metadata of version {error.actual_version}, expected {error.expected_version}"
    except TypeError:
        return "its metadata is not as nbgrader writes it"
    except (ValidationError, KeyError) as error:
        return str(getattr(error, "message", error)).splitlines()[0].split(": ")[0].rstrip(".")
    return None


def _is_nbgrader(cell: Cell) -> bool:
    return cell.is_item or cell.solution or cell.grade_id is not None


def items_following(sheet_cells: tuple[Cell, ...], answer: Cell) -> tuple[Cell, ...]:
    """The items an answer cell is written for: those up to the next answer cell, of its objective."""
    following = []
    for cell in sheet_cells[sheet_cells.index(answer) + 1 :]:
        if cell.solution:
            break
        if cell.is_item and (
            not answer.objectives or not cell.objectives or cell.objectives[0] == answer.objectives[0]
        ):
            following.append(cell)
    return tuple(following)


def automatic_items(sheet: Sheet) -> tuple[Cell, ...]:
    """The items of *sheet* that no person has to score."""
    return tuple(c for c in sheet.cells if c.grade and not c.solution and not c.task and c.kind == "code")
