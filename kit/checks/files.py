"""Notebook files: they can be read, carry no outputs, and every cell keeps its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from kit.checks.base import Check
from kit.checks.material import Material
from kit.errors import Fault


class OutputsCommitted(Check):
    """A source without outputs tells no answers and makes small diffs;
    example: a solution cell that was run and saved.
    """

    code = "outputs-committed"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each notebook, with how many cells."""
        for sheet in material.sheets:
            cells = sheet.stored["cells"] if sheet.stored else []
            ran = [
                i for i, cell in enumerate(cells, 1) if cell.get("outputs") or cell.get("execution_count") is not None
            ]
            if ran:
                many = "1 cell has" if len(ran) == 1 else f"{len(ran)} cells have"
                what = f"{many} outputs or an execution count (the first is cell {ran[0]})."
                yield self.fault(sheet.where, what, "Run `kit tidy`.")


def _format(stored: Mapping[str, object]) -> tuple[int, ...]:
    numbers = (stored.get("nbformat"), stored.get("nbformat_minor"))
    return tuple(number if isinstance(number, int) else 0 for number in numbers)


class CellIdMissing(Check):
    """A cell's id must be there and its own, or answers cannot be told apart later;
    example: a notebook of format 4.4.
    """

    code = "cell-id-missing"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each notebook, for missing ids and for doubled ones."""
        for sheet in material.sheets:
            if sheet.stored is None:
                continue
            ids = [name if isinstance(name := cell.get("id"), str) else "" for cell in sheet.stored["cells"]]
            doubled = sorted(name for name, times in Counter(ids).items() if name and times > 1)
            if not all(ids):
                what = f"{sum(not name for name in ids)} of {len(ids)} cells have no id."
            elif doubled:
                what = f"Several cells share an id: {', '.join(doubled)}."
            elif _format(sheet.stored) < (4, 5):
                what = "The notebook is of an older format, which knows no cell ids."
            else:
                continue
            yield self.fault(sheet.where, what, "Run `kit tidy`: it gives ids that stay.")
