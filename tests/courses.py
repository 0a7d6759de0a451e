"""Small real courses for tests: real notebooks, real checks, few cells, so that grading them is quick."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Objectives = Mapping[str, Sequence[str]]
"""Objective → approaches of its correctives."""

TWO: Objectives = {"adding": ("diagram", "tracing"), "taking": ("analogy", "debugging")}


def cell(source: str, *tags: str, kind: str = "code", **nbgrader: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": list(tags)} if tags else {}
    if nbgrader:
        defaults = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
        metadata["nbgrader"] = defaults | nbgrader
    made = {"cell_type": kind, "metadata": metadata, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def item(name: str, objective: str, expected: str, points: float = 1) -> list[dict[str, Any]]:
    """An answer cell that must set *name*, and the check cell that looks at it."""
    variable = name.replace("-", "_")
    tag = f"objective:{objective}"
    return [
        cell(f"### BEGIN SOLUTION\n{variable} = {expected}\n### END SOLUTION", tag,
             solution=True, grade_id=f"{name}-answer"),
        cell(f'assert "{variable}" in globals(), "There is no name {variable} yet."\n'
             f'assert {variable} == {expected}, f"{variable} should be another number than {{{variable}!r}}."\n'
             f'### BEGIN HIDDEN TESTS\nassert type({variable}) is int, "It should be a whole number."\n'
             "### END HIDDEN TESTS", tag, grade=True, locked=True, points=points, grade_id=name),
    ]  # fmt: skip


def notebook(cells: Sequence[dict[str, Any]]) -> str:
    named = [{**c, "id": c["metadata"].get("nbgrader", {}).get("grade_id", f"c{n}")} for n, c in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return json.dumps({"cells": named, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def write_unit(
    root: Path, unit: str, *, requires: Sequence[str] = (), objectives: Objectives = TWO, items: int = 2,
    forms: Sequence[str] = "abcd", enrichment: bool = True, extra: str = "",
) -> None:  # fmt: skip
    folder = root / "units" / unit
    folder.mkdir(parents=True, exist_ok=True)
    tables = "".join(
        f'\n[objectives.{name}]\ntitle = "do some {name}"\ncorrectives = {json.dumps(list(approaches))}\n'
        for name, approaches in objectives.items()
    )
    (folder / "unit.toml").write_text(
        f'title = "Unit {unit}"\nrequires = {json.dumps(list(requires))}\napproach = "worked-example"\n{extra}{tables}'
    )
    values = {form: {"n": 10 * number} for number, form in enumerate(forms, start=1)}
    cells = [
        cell(f"# Unit {unit}", kind="markdown"),
        cell("How numbers are added.", "instruction", kind="markdown"),
        cell(f"variants = {values!r}", "variants"),
    ]
    for name in objectives:
        for number in range(1, items + 1):
            cells += item(f"{name}-{number}", name, f"{{{{n}}}} + {number}")
    (folder / "unit.ipynb").write_text(notebook(cells))
    if enrichment:
        (folder / "enrichment.ipynb").write_text(notebook(item("more-1", next(iter(objectives)), "0 + 1")))
    for name, approaches in objectives.items():
        for approach in approaches:
            path = root / "corrective" / unit / name / f"{approach}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = cell(f"{name} by {approach}, quite another way.", kind="markdown")
            path.write_text(notebook([text, *item("practice-1", name, "0 + 1")]))


def write_course(root: Path, units: Mapping[str, Sequence[str]] | None = None, **unit: Any) -> Path:
    """A course with *units* (name → what it requires; default: one unit); *unit* goes to `write_unit`."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "course.toml").write_text('title = "Numbers"\nid = "numbers"\nworkers = 2\n')
    for name, requires in (units or {"01-one": ()}).items():
        write_unit(root, name, requires=requires, **unit)
    return root


def answer(folder: Path, right: Mapping[str, int] | int, n: int) -> None:
    """Write answers into the notebook fetched to *folder*, a form whose value of n is *n*.

    *right* says how many items of each objective come out right (a number: of every objective); the rest is wrong.
    """
    path = next(folder.glob("*.ipynb"))
    book = json.loads(path.read_text())
    for found in book["cells"]:
        name = found["metadata"].get("nbgrader", {}).get("grade_id", "")
        if not name.endswith("-answer"):
            continue
        item_name = name.removesuffix("-answer")
        objective, _, number = item_name.rpartition("-")
        count = right if isinstance(right, int) else right.get(objective, 0)
        value = f"{n} + {number}" if int(number) <= count else "0"
        found["source"] = f"{item_name.replace('-', '_')} = {value}"
    path.write_text(json.dumps(book))


def form_value(assignment: str) -> int:
    """The value of n on a form made by `write_unit`."""
    return 10 * (ord(assignment.rsplit(".", 1)[1]) - ord("a") + 1)
