"""Marks inside cells: BEGIN and END of solutions, hidden tests and marking schemes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kit.checks.base import Check
from kit.checks.items import automatic_items
from kit.checks.material import Material
from kit.errors import Fault
from kit.notebooks import Cell, has_solution


@dataclass(frozen=True, slots=True)
class Mark:
    """One of nbgrader's regions, and the kind of cell it belongs in."""

    name: str
    belongs_in: str

    def fits(self, cell: Cell) -> bool:
        """Whether *cell* is of that kind."""
        return {"SOLUTION": cell.solution, "HIDDEN TESTS": cell.grade, "MARK SCHEME": cell.task}[self.name]


MARKS = (
    Mark("SOLUTION", "an answer cell"),
    Mark("HIDDEN TESTS", "a test cell"),
    Mark("MARK SCHEME", "a task cell"),
)


class MarksBroken(Check):
    """Every BEGIN needs its END, in the right kind of cell, or nbgrader makes no release;
    example: a lost END SOLUTION.
    """

    code = "marks-broken"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each kind of mark in a cell."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                for mark in MARKS:
                    what = _what_is_wrong(cell, mark)
                    if what:
                        step = f"Write ### BEGIN {mark.name} and ### END {mark.name} in pairs, in {mark.belongs_in}."
                        yield self.fault(sheet.at(cell), what, step)


def _what_is_wrong(cell: Cell, mark: Mark) -> str | None:
    signs = re.findall(rf"\b(BEGIN|END) {mark.name}\b", cell.source)
    if not signs:
        return None
    if signs != ["BEGIN", "END"] * (len(signs) // 2):
        return f"BEGIN {mark.name} and END {mark.name} do not stand in pairs."
    if not mark.fits(cell):
        return f"{mark.name} is marked in a cell that is not {mark.belongs_in}."
    return None


class SolutionMissing(Check):
    """An answer cell keeps its reference between marks, or there is nothing to check the tests by;
    example: an empty cell.
    """

    code = "solution-missing"

    def look(self, material: Material) -> Iterator[Fault]:
        """An error for an empty cell; a warning for one that would be cleared as a whole. Essays need no reference."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                if not cell.solution or cell.grade or cell.kind != "code" or has_solution(cell.source):
                    continue
                if "BEGIN SOLUTION" in cell.source:
                    continue  # marks-broken says it better
                lines = [line for line in cell.source.splitlines() if line.strip() and not line.strip().startswith("#")]
                step = "Put the solution between ### BEGIN SOLUTION and ### END SOLUTION."
                if lines:
                    what = "No part is marked as the solution: learners would get an empty cell."
                    yield self.fault(sheet.at(cell), what, step, "warning")
                else:
                    yield self.fault(sheet.at(cell), "The answer cell has no reference solution.", step)


class HiddenTestsMissing(Check):
    """Without a hidden part an answer made for the visible values passes;
    example: `return 12` where 12 is asked for.
    """

    code = "hidden-tests-missing"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each automatic item of a unit; a corrective's practice may show everything."""
        for unit in material.units:
            if unit.sheet is None:
                continue
            for cell in automatic_items(unit.sheet):
                if "BEGIN HIDDEN TESTS" not in cell.source:
                    what = "The item has no hidden test: an answer made for the visible values passes."
                    step = "Test other values between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS."
                    yield self.fault(unit.sheet.at(cell), what, step)
