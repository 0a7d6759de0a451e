"""Names must mean something: executors, exchanges, rules, requirements, objectives."""

from __future__ import annotations

from collections.abc import Iterator

from kit.checks.base import Check, did_you_mean
from kit.checks.material import Material, Sheet
from kit.decisions.rules import RULES
from kit.errors import Fault
from kit.exchange import EXCHANGES
from kit.grading.executors import EXECUTORS


class ExecutorUnknown(Check):
    """`executor` in course.toml must be one there is, or nothing can be graded; example: `executor = "locla"`."""

    code = "executor-unknown"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault at most."""
        name = material.course.executor
        if name not in EXECUTORS:
            what = f"There is no executor {name!r}."
            yield self.fault("course.toml, executor", what, did_you_mean(name, EXECUTORS))


class ExchangeUnknown(Check):
    """`exchange` in course.toml must be one there is, or no notebook reaches a learner;
    example: `exchange = "floder"`.
    """

    code = "exchange-unknown"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault at most."""
        name = material.course.exchange
        if name not in EXCHANGES:
            what = f"There is no exchange {name!r}."
            yield self.fault("course.toml, exchange", what, did_you_mean(name, EXCHANGES))


class RuleUnknown(Check):
    """`rule` must be a decision rule there is, or nobody can ever master the unit;
    example: `rule = "every-objektive"`.
    """

    code = "rule-unknown"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each unit that would be decided by it."""
        for unit in material.units:
            name = unit.unit.rule
            if name not in RULES:
                what = f"There is no decision rule {name!r} (from this file or from course.toml)."
                yield self.fault(f"{unit.toml}, rule", what, did_you_mean(name, RULES))


class RequirementUnknown(Check):
    """`requires` must name units of this course, or the unit never opens to anybody;
    example: `requires = ["01-vlaues"]`.
    """

    code = "requires-unknown"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each name. A unit that exists but cannot be read is that unit's fault, not this one's."""
        for unit in material.units:
            for name in unit.unit.requires:
                if name not in material.unit_folders:
                    what = f"The unit requires {name!r}, which is not a unit of this course."
                    yield self.fault(f"{unit.toml}, requires", what, did_you_mean(name, material.unit_folders))


class ObjectiveUnknown(Check):
    """A tag `objective:…` must name an objective of the unit, or the item counts for nothing;
    example: `objective:slicng`.
    """

    code = "objective-unknown"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each tag."""
        for sheet in material.sheets:
            known = [objective.id for objective in sheet.unit.objectives]
            for cell in sheet.cells:
                for name in cell.objectives:
                    if name not in known:
                        what = (
                            f"The tag names the objective {name!r}, which unit.toml of {sheet.unit.id} does not have."
                        )
                        yield self.fault(sheet.at(cell), what, did_you_mean(name, known))


class ObjectiveMisplaced(Check):
    """A corrective works on one objective, so its items must carry that one;
    example: `objective:slicing` in `indexing/`.
    """

    code = "objective-misplaced"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each cell of a corrective that names another (known) objective."""
        for sheet in material.sheets:
            if sheet.kind == "corrective":
                yield from self._look(sheet)

    def _look(self, sheet: Sheet) -> Iterator[Fault]:
        known = {objective.id for objective in sheet.unit.objectives}
        for cell in sheet.cells:
            for name in cell.objectives:
                if name in known and name != sheet.objective:
                    what = f"This corrective is for {sheet.objective!r}, but the cell is tagged for {name!r}."
                    step = f"Tag it objective:{sheet.objective}, or move it to the corrective where it belongs."
                    yield self.fault(sheet.at(cell), what, step)
