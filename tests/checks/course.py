"""A minimal good course, and small ways to spoil it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.courses import cell, notebook, write_course

UNIT = "units/01-one/unit.ipynb"
TOML = "units/01-one/unit.toml"
MISSTEPS = "units/01-one/missteps.toml"
CORRECTIVE = "corrective/01-one/adding/diagram.ipynb"

Spoil = Callable[[Path], object]

_MISSTEP = """
[[misstep]]
cell = "adding-{number}-answer"
name = "forgets to add"
code = "adding_{number} = {{{{n}}}}"
"""


def good_course(root: Path, **unit: Any) -> Path:
    """One unit with one objective of four items on four forms, two correctives, missteps: nothing to complain about."""
    write_course(root, **{"objectives": {"adding": ("diagram", "tracing")}, "items": 4, "enrichment": False, **unit})
    (root / MISSTEPS).write_text("".join(_MISSTEP.format(number=n) for n in range(1, unit.get("items", 4) + 1)))
    return root


def write(where: str, text: str) -> Spoil:
    """Write a file, with the folders above it."""

    def spoil(root: Path) -> None:
        (root / where).parent.mkdir(parents=True, exist_ok=True)
        (root / where).write_text(text)

    return spoil


def remove(where: str) -> Spoil:
    return lambda root: (root / where).unlink()


def put(where: str, old: str, new: str) -> Spoil:
    """Replace *old*, which must be there, by *new*."""

    def spoil(root: Path) -> None:
        text = (root / where).read_text()
        assert old in text
        (root / where).write_text(text.replace(old, new))

    return spoil


def append(where: str, text: str) -> Spoil:
    return lambda root: (root / where).write_text((root / where).read_text() + text)


def edit(where: str, name: str | int, change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Change the cell with the grade_id *name* (or at the index *name*) of a notebook."""

    def spoil(root: Path) -> None:
        book = json.loads((root / where).read_text())
        cells = book["cells"]
        named = (c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == name)
        change(cells[name] if isinstance(name, int) else next(named))
        (root / where).write_text(json.dumps(book))

    return spoil


def add(where: str, *cells: dict[str, Any]) -> Spoil:
    """Put *cells* at the end of a notebook."""

    def spoil(root: Path) -> None:
        book = json.loads((root / where).read_text())
        book["cells"] += json.loads(notebook(cells))["cells"]
        for number, one in enumerate(book["cells"]):
            one["id"] = f"{one['id']}-{number}"
        (root / where).write_text(json.dumps(book))

    return spoil


def drop_cell(where: str, *names: str) -> Spoil:
    def spoil(root: Path) -> None:
        book = json.loads((root / where).read_text())
        book["cells"] = [c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") not in names]
        (root / where).write_text(json.dumps(book))

    return spoil


def marked(name: str, value: Any) -> Callable[[dict[str, Any]], object]:
    """Set a key of the cell's nbgrader metadata."""
    return lambda found: found["metadata"]["nbgrader"].update({name: value})


def tagged(*tags: str) -> Callable[[dict[str, Any]], object]:
    return lambda found: found["metadata"].update(tags=list(tags))


def source(text: str) -> Callable[[dict[str, Any]], object]:
    return lambda found: found.update(source=text)


def variants(text: str) -> Spoil:
    """Replace the variants cell of the unit."""
    return edit(UNIT, 2, source(text))


def all_of(*spoils: Spoil) -> Spoil:
    def spoil(root: Path) -> None:
        for one in spoils:
            one(root)

    return spoil


def text(words: str, *tags: str) -> dict[str, Any]:
    return cell(words, *tags, kind="markdown")
