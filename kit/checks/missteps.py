"""Missteps: typical wrong answers, kept beside a unit to show that its items find them."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.base import Check, did_you_mean
from kit.checks.material import Material
from kit.errors import Fault


class MisstepsBroken(Check):
    """missteps.toml must be readable, or nothing shows that the items find a gap; example: a `[[misstep]]` without code."""

    code = "missteps-broken"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each unit."""
        for unit in material.units:
            if unit.missteps_trouble:
                step = 'Write [[misstep]] with cell = "…", name = "…", code = """…""".'
                yield self.fault(f"{unit.where}/missteps.toml", unit.missteps_trouble, step)


class MisstepCellUnknown(Check):
    """A misstep goes into an answer cell that exists; example: `cell = "first-tmp-answer"`."""

    code = "misstep-cell-unknown"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each misstep without a cell."""
        for unit in material.units:
            if unit.sheet is None:
                continue
            answers = {cell.grade_id for cell in unit.sheet.cells if cell.solution and cell.grade_id}
            for misstep in unit.missteps:
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
                many = "all answer cells" if len(left) == len(answers) else ", ".join(left)
                yield self.fault(f"{unit.where}/missteps.toml", f"There is no misstep for {many}.", step)
