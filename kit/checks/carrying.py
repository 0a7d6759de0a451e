"""Where checks are carried out: by the judge, or in the learner's process because they cannot be done from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kit.checks.base import Check
from kit.checks.material import Material, Sheet, UnitMaterial
from kit.errors import Fault
from kit.grading.plan import plan_of
from kit.grading.trusted import Role, SourceCell, Trusted
from kit.notebooks import Cell


class CheckRunsInside(Check):
    """A test the judge cannot carry out runs beside the learner's code, which may see it;
    example: `inspect.getsource(area)`.
    """

    code = "check-runs-inside"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each such check of a notebook, however many forms it has."""
        for unit in material.units:
            for sheet in unit.sheets:
                cells = {cell.grade_id: cell for cell in sheet.cells}
                for check, plan in plan_of(_trusted(unit, sheet)).items():
                    if plan.verdict.mode == "inside" and check.grade_id in cells:
                        what = f"The check {plan.verdict.why}; so it runs beside the learner's code, which may see it."
                        yield self.fault(sheet.at(cells[check.grade_id]), what, plan.verdict.hint)


def _trusted(unit: UnitMaterial, sheet: Sheet) -> Trusted:
    """The notebook as it would be graded, with the values of the first form."""
    form = unit.forms[0] if unit.forms and sheet.kind == "unit" else None
    notebook = form.notebook if form else sheet.notebook
    metadata = notebook.get("metadata") or {}
    return Trusted(tuple(_source_cells(form.cells if form else sheet.cells)), _kernelspec(metadata), metadata)


def _kernelspec(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    return metadata.get("kernelspec") or {"name": "python3", "language": "python"}


def _source_cells(cells: Iterable[Cell]) -> Iterator[SourceCell]:
    for cell in cells:
        role: Role = "check" if cell.grade and not cell.solution else "answer" if cell.solution else "plain"
        metadata = {"tags": list(cell.tags)}
        yield SourceCell(role, cell.kind, cell.source, cell.source, cell.id, cell.grade_id or "", metadata)
