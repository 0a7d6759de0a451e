"""Missteps: typical wrong answers, kept beside a unit to show that its items find them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from kit.checks.base import Check, did_you_mean
from kit.checks.items import items_following
from kit.checks.material import Form, Material, UnitMaterial
from kit.errors import Fault
from kit.notebooks import Cell, FormError, Misstep, RightAnswer, substitute


class MisstepsBroken(Check):
    """missteps.toml must be readable, or nothing shows that the items find a gap;
    example: a `[[misstep]]` without code.
    """

    code = "missteps-broken"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each unit."""
        for unit in material.units:
            if unit.missteps_trouble:
                step = 'Write [[misstep]] with cell = "…", name = "…", code = """…""".'
                yield self.fault(f"{unit.where}/missteps.toml", unit.missteps_trouble, step)


class MisstepCellUnknown(Check):
    """A misstep or a right answer goes into an answer cell that exists; example: `cell = "first-tmp-answer"`."""

    code = "misstep-cell-unknown"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each misstep without a cell."""
        for unit in material.units:
            if unit.sheet is None:
                continue
            answers = {cell.grade_id for cell in unit.sheet.cells if cell.solution and cell.grade_id}
            listed: list[Misstep | RightAnswer] = [*unit.missteps, *unit.right]
            for misstep in listed:
                if misstep.cell not in answers:
                    where = f"{unit.where}/missteps.toml, {misstep.cell} “{misstep.name}”"
                    what = f"There is no answer cell {misstep.cell!r} in {unit.sheet.where}."
                    yield self.fault(where, what, did_you_mean(misstep.cell, answers))


class MisstepsMissing(Check):
    """An item that no wrong answer was tried on may pass anything; example: an answer cell that no misstep names."""

    code = "missteps-missing"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each unit: for the missing file, or for the answer cells it leaves out."""
        for unit in material.units:
            if unit.sheet is None or unit.missteps_trouble:
                continue
            tried = {misstep.cell for misstep in unit.missteps}
            answers = [
                c.grade_id for c in unit.sheet.cells if c.solution and not c.grade and c.kind == "code" and c.grade_id
            ]
            left = [name for name in answers if name not in tried]
            if left:
                step = (
                    "Add a [[misstep]] with a typical wrong answer (cell, name, code): it shows that the item finds it."
                )
                many = "any answer cell" if len(left) == len(answers) else ", ".join(left)
                yield self.fault(f"{unit.where}/missteps.toml", f"There is no misstep for {many}.", step)


@dataclass(frozen=True, slots=True)
class Tried:
    """A misstep, or another right answer, about to be tried on one form."""

    cell: str
    name: str
    code: str
    """With the form's values filled in."""
    own: tuple[str, ...]
    """Items that belong to its answer cell."""
    of_objective: tuple[str, ...]
    """All items of its objective."""


def plan_missteps(unit: UnitMaterial, form: Form) -> Iterator[tuple[Tried, ...]]:
    """The missteps of *unit* in batches with at most one for each answer cell, ready to be tried on *form*.

    Items do not depend on each other's answers, so one notebook can carry many missteps at once.
    """
    return _batches(unit.missteps, form)


def plan_right_answers(unit: UnitMaterial, form: Form) -> Iterator[tuple[Tried, ...]]:
    """The other right answers of *unit* in such batches."""
    return _batches(unit.right, form)


def _batches(answers: Iterable[Misstep | RightAnswer], form: Form) -> Iterator[tuple[Tried, ...]]:
    by_cell: dict[str, list[Tried]] = {}
    for answer in answers:
        tried = _tried(answer, form)
        if tried is not None:
            by_cell.setdefault(answer.cell, []).append(tried)
    for batch in zip_longest(*by_cell.values()):
        yield tuple(tried for tried in batch if tried is not None)


def _tried(misstep: Misstep | RightAnswer, form: Form) -> Tried | None:
    answer = next((cell for cell in form.cells if cell.solution and cell.grade_id == misstep.cell), None)
    if answer is None:
        return None
    try:
        code = substitute(misstep.code, form.values)
    except FormError:
        return None  # name-undefined reports it
    own = items_following(form.cells, answer)
    objective = next((o for cell in (answer, *own) for o in cell.objectives), None)
    of_objective = [c for c in form.cells if c.is_item and (objective is None or objective in c.objectives)]
    return Tried(misstep.cell, misstep.name, code, _names(own), _names(of_objective))


def _names(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(cell.grade_id for cell in cells if cell.grade_id)
