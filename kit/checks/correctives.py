"""Correctives: there for every objective, by another approach, with other words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kit.checks.base import Check
from kit.checks.material import Material, Sheet, UnitMaterial
from kit.errors import Fault
from kit.notebooks import Cell
from kit.notebooks.source import SUFFIXES

ENOUGH_CORRECTIVES = 2
_REPEATED_SHARE = 0.25
_WORDS_OF_A_SENTENCE = 7
_LINES_OF_AN_EXAMPLE = 2


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
        earlier = [unit.sheet] if unit.sheet else []
        for corrective in unit.correctives:
            for other in earlier:
                said = _repetition(corrective, other)
                if said:
                    step = "Explain it in another way, with other examples: a second hearing is not a second chance."
                    yield self.fault(corrective.where, f"It repeats {other.where}: {said}.", step)
            earlier.append(corrective)


def _repetition(corrective: Sheet, other: Sheet) -> str | None:
    sentences, theirs = _sentences(corrective), _sentences(other)
    same = [s for s in sentences if s in theirs]
    if len(sentences) >= 4 and len(same) > _REPEATED_SHARE * len(sentences):
        return f"{len(same)} of its {len(sentences)} sentences, among them “{same[0][:60]}…”"
    examples = _examples(other)
    for cell in corrective.cells:
        if _is_example(cell) and _normal(cell.source) in examples:
            return f"the example in {cell.name}"
    return None


def _sentences(sheet: Sheet) -> list[str]:
    text = "\n\n".join(re.sub(r"```.*?```", " ", c.source, flags=re.S) for c in sheet.cells if c.kind == "markdown")
    parts = (re.sub(r"[\s*_`#>|-]+", " ", part).strip() for part in re.split(r"(?<=[.!?:])\s|\n\s*\n|\n[-*#]", text))
    return [part for part in parts if len(part.split()) >= _WORDS_OF_A_SENTENCE]


def _examples(sheet: Sheet) -> set[str]:
    return {_normal(cell.source) for cell in sheet.cells if _is_example(cell)}


def _is_example(cell: Cell) -> bool:
    return cell.kind == "code" and not cell.is_item and _normal(cell.source).count("\n") + 1 >= _LINES_OF_AN_EXAMPLE


def _normal(source: str) -> str:
    lines = (re.sub(r"\s+", " ", line.split("#")[0]).strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line)


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
