"""Tags say what a cell is: `objective:…`, `instruction`, `variants`, `choices:…`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from kit.checks.base import Check
from kit.checks.material import Material, Sheet
from kit.errors import Fault
from kit.notebooks import Cell
from kit.notebooks.cells import CHOICES, INSTRUCTION, OBJECTIVE, VARIANTS

_ALIKE = 0.8
_CHOICES = re.compile(r"choices?\s*([:=]|[ _-]?\d|$)", re.I)


class TagMisspelt(Check):
    """A tag the kit almost knows is a slip that changes who sees the cell;
    example: `instrution`, `objective slicing`.
    """

    code = "tag-misspelt"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each near miss; tags of other tools are left alone."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                for tag in cell.tags:
                    meant = meant_tag(tag)
                    if meant:
                        what = f"The tag {tag!r} means nothing to the kit."
                        yield self.fault(sheet.at(cell), what, f"Did you mean {meant!r}?")


def meant_tag(tag: str) -> str | None:
    """The kit's tag that *tag* was probably meant to be; None for a right one and for another tool's."""
    if tag in (INSTRUCTION, VARIANTS) or (tag.startswith(OBJECTIVE) and tag != OBJECTIVE):
        return None
    if _CHOICES.match(tag):
        number = tag.removeprefix(CHOICES)
        right = tag != number and number.isascii() and number.isdecimal() and 2 <= int(number) <= 1000
        return None if right else f"{CHOICES}<number of answers, 2 or more>"
    head, sign, rest = tag.partition(":")
    if sign and (head.strip().lower() == "objective" or _alike(head, "objective")):
        return OBJECTIVE + (rest.strip() or "<name>")
    for word in (" ", "-", "_", "="):
        head, sign, rest = tag.partition(word)
        if sign and _alike(head, "objective"):
            return OBJECTIVE + rest
    for known in (INSTRUCTION, VARIANTS):
        if _alike(tag, known):
            return known
    return f"{OBJECTIVE}<name>" if _alike(tag, "objective") else None


def _alike(word: str, known: str) -> bool:
    return SequenceMatcher(None, word.strip().lower(), known).ratio() >= _ALIKE


class TagMisplaced(Check):
    """A tag on the wrong kind of cell has an effect nobody wants; example: `instruction` on an answer cell."""

    code = "tag-misplaced"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each tag that does not fit its cell."""
        for sheet in material.sheets:
            for cell in sheet.cells:
                for what, step in _misplaced(sheet, cell):
                    yield self.fault(sheet.at(cell), what, step)


def _misplaced(sheet: Sheet, cell: Cell) -> Iterator[tuple[str, str]]:
    graded = cell.is_item or cell.solution
    if cell.objectives and cell.kind == "code" and not graded:
        yield (
            f"The tag {OBJECTIVE}{cell.objectives[0]} is on a code cell that is neither an item nor an answer.",
            "Make the cell a test or answer cell in the nbgrader toolbar, or remove the tag.",
        )
    if any(tag.startswith(CHOICES) for tag in cell.tags) and not cell.is_item:
        yield (
            "The number of choices belongs to the item, and this cell is none.",
            "Put the tag on the test cell; `kit check --assessment` then counts with guessing.",
        )
    if INSTRUCTION in cell.tags and graded:
        yield (
            "An answer or test cell is tagged `instruction`, which goes out with the first form only.",
            "Remove the tag: every form needs the cell.",
        )
    if VARIANTS in cell.tags and (cell.kind != "code" or graded):
        yield "The cell tagged `variants` is not an ordinary code cell.", "Keep the values in a code cell of their own."
    elif VARIANTS in cell.tags and sheet.kind != "unit":
        yield (
            f"A {sheet.kind} has no forms, so its `variants` cell does nothing.",
            "Write the values where they are needed and remove the cell.",
        )
