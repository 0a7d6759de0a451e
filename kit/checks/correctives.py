"""Correctives: there for every objective, by another approach, with other words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kit.checks.base import Check
from kit.checks.material import Material, Sheet, UnitMaterial
from kit.checks.repetition import repeated, side_by_side
from kit.errors import Fault
from kit.notebooks.source import SUFFIXES

ENOUGH_CORRECTIVES = 2


class CorrectivesFew(Check):
    """A gap needs another way to the same objective, a second gap a third way; example: `correctives = []`."""

    code = "correctives-few"

    def look(self, material: Material) -> Iterator[Fault]:
        """An error for an objective without any, a warning for one with only one."""
        for unit in material.units:
            for objective in unit.unit.objectives:
                where = f"{unit.toml}, objectives.{objective.id}"
                place = f"corrective/{unit.unit.id}/{objective.id}/<approach>.ipynb"
                number = len(set(objective.correctives))
                if number == 0:
                    what = "There is no corrective: who has this gap would get the same instruction again."
                    yield self.fault(where, what, f"Write {place} and name it in `correctives`.")
                elif number < ENOUGH_CORRECTIVES:
                    what = f"There is only one corrective ({objective.correctives[0]}); a second cycle would repeat it."
                    yield self.fault(where, what, f"Write a second one by another approach: {place}.", "warning")


class RepeatedSameInstruction(Check):
    """Repeating what was not understood does not help, so a corrective must differ;
    example: the unit's text copied into it.
    """

    code = "repeated-same-instruction"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each approach that is the unit's own, and for each corrective that repeats its content."""
        for unit in material.units:
            for objective in unit.unit.objectives:
                if unit.unit.approach in objective.correctives:
                    what = f"The corrective by {unit.unit.approach!r} has the approach of the unit's own instruction."
                    step = (
                        "Write one by another approach (tracing, diagram, analogy, debugging, prediction, contrast …)."
                    )
                    yield self.fault(f"{unit.toml}, objectives.{objective.id}", what, step)
            yield from self._repeating(unit)

    def _repeating(self, unit: UnitMaterial) -> Iterator[Fault]:
        for number, corrective in enumerate(unit.correctives):
            for other in _earlier(unit, number):
                found = repeated(corrective, other)
                if found:
                    step = "Explain it in another way, with other examples: a second hearing is not a second chance."
                    what = f"It repeats {other.where}: {found.what}."
                    details = side_by_side(corrective.where, other.where, found.pairs)
                    yield self.fault(corrective.where, what, step, details=details)


def _earlier(unit: UnitMaterial, number: int) -> Iterator[Sheet]:
    """What a learner may have had before that corrective: the unit's notebook, and others on the same objective."""
    if unit.sheet is not None:
        yield unit.sheet
    yield from (other for other in unit.correctives[:number] if other.objective == unit.correctives[number].objective)


class CorrectiveUnnamed(Check):
    """A corrective that unit.toml does not name reaches nobody;
    example: `corrective/02-lists/slicing/number-lin.ipynb`.
    """

    code = "corrective-unnamed"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each notebook below corrective/ that nothing leads to."""
        checked = {unit.unit.id: unit for unit in material.units}
        folder = material.course.corrective_dir
        for path in sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES and p.is_file()):
            parts = path.relative_to(folder).parts
            if "data" in parts[:-1] or any(part.startswith(".") for part in parts):
                continue
            if parts[0] in material.unit_folders and parts[0] not in checked:
                continue
            if not _is_named(checked.get(parts[0]), parts, path):
                where = path.relative_to(material.root).as_posix()
                step = "Name it in `correctives` of its objective in unit.toml, or move it out of corrective/."
                yield self.fault(where, "unit.toml does not name this corrective, so no learner ever gets it.", step)


def _is_named(unit: UnitMaterial | None, parts: tuple[str, ...], path: Path) -> bool:
    if unit is None or len(parts) != 3:
        return False
    return any(o.id == parts[1] and path.stem in o.correctives for o in unit.unit.objectives)


class CorrectiveWithoutItems(Check):
    """Its own practice tells a learner whether the other way has helped; example: a corrective of text only."""

    code = "corrective-without-items"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each corrective."""
        for sheet in material.sheets:
            if sheet.kind == "corrective" and not any(cell.is_item for cell in sheet.cells):
                what = "The corrective has no practice item: the learner cannot see whether it has helped."
                yield self.fault(sheet.where, what, "Add three or more answer and test cells.")
