"""Reading a notebook source: `.ipynb`, or a jupytext percent file of the same name."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from kit.errors import KitError

Notebook = dict[str, Any]
"""A notebook as nbformat 4 stores it in JSON, every `source` one string."""

SUFFIXES = (".ipynb", ".py")


class NotebookError(KitError):
    """A notebook file that cannot be read as one."""


def find_source(folder: Path, stem: str) -> Path | None:
    """The notebook *stem* in *folder*: ``stem.ipynb``, else ``stem.py``; None if there is neither."""
    return next((path for suffix in SUFFIXES if (path := folder / (stem + suffix)).is_file()), None)


def read_notebook(path: Path) -> Notebook:
    """The notebook at *path* as nbformat 4.5, whichever of the two kinds of file it is.

    Cells without an id get one that depends on nothing but the notebook's text, so that the same source always gives
    the same bytes. NotebookError names what is wrong and where.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotebookError(f"{path.name} cannot be read: {error}.") from error
    notebook = _from_percent(text) if path.suffix == ".py" else _from_json(text, path)
    for cell in notebook["cells"]:
        if isinstance(cell.get("source"), list):
            cell["source"] = "".join(cell["source"])
        cell.setdefault("metadata", {})
    _name_cells(notebook)
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    return notebook


def dumps(notebook: Notebook) -> str:
    """*notebook* as the text of an `.ipynb` file: sorted keys, one space, line ends as Jupyter writes them."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _from_json(text: str, path: Path) -> Notebook:
    try:
        notebook: Notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(
            f"{path.name} is not valid JSON: {error}. Open it in JupyterLab and save it again."
        ) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotebookError(f"{path.name} is not a notebook of format 4. Open it in JupyterLab and save it again.")
    for cell in cells:
        if not {"cell_type", "source"} <= cell.keys():
            raise NotebookError(f"{path.name} has a cell without a type or a source. Save it again in JupyterLab.")
    return notebook


def _from_percent(text: str) -> Notebook:
    import jupytext  # imported late: `.py` sources are the exception, and it takes a moment

    notebook = jupytext.reads(text, fmt="py:percent")
    plain: Notebook = json.loads(jupytext.writes(notebook, fmt="ipynb"))
    for cell in plain["cells"]:
        cell.pop("id", None)  # jupytext draws them at random
    plain["metadata"].pop("jupytext", None)
    plain["metadata"].setdefault("kernelspec", {"display_name": "Python 3", "language": "python", "name": "python3"})
    return plain


def _name_cells(notebook: Notebook) -> None:
    used: set[str] = set()
    for cell in notebook["cells"]:
        name = cell.get("id") or _stable_id(cell)
        while name in used:
            name = name[:62] + "-x" if len(name) <= 62 else hashlib.sha256(name.encode()).hexdigest()[:12]
        used.add(name)
        cell["id"] = name


def _stable_id(cell: dict[str, Any]) -> str:
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
    if isinstance(grade_id, str) and re.fullmatch(r"[A-Za-z0-9_-]+", grade_id):
        return grade_id[:64]
    digest = hashlib.sha256(f"{cell['cell_type']}\n{cell['source']}".encode()).hexdigest()
    return f"c-{digest[:10]}"
