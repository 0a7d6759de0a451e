"""A notebook of an nbgrader course, of whatever age, read so that nothing of it is lost."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbgrader.nbgraderformat import MetadataValidator

from kit.errors import CourseError, Fault, KitError
from kit.notebooks import Cell, cells_of, dumps, read_notebook
from kit.notebooks.cells import INSTRUCTION, OBJECTIVE, VARIANTS
from kit.notebooks.source import Notebook


@dataclass(frozen=True, slots=True)
class Foreign:
    """One notebook, in today's formats, cells and sources unchanged."""

    where: str
    """Relative to its course."""
    notebook: Notebook
    cells: tuple[Cell, ...]
    remarks: tuple[str, ...]
    """What the author should look at."""

    @property
    def items(self) -> int:
        """Number of cells that nbgrader gives points for."""
        return sum(cell.is_item for cell in self.cells)

    @property
    def points(self) -> float:
        """What they are worth together."""
        return sum(cell.points or 0.0 for cell in self.cells if cell.is_item)

    @property
    def title(self) -> str:
        """Its first heading of the first level, else its file name in words."""
        for cell in self.cells:
            heading = re.search(r"^#\s+(.+?)\s*#*$", cell.source, re.M) if cell.kind == "markdown" else None
            if heading:
                return re.sub(r"[*_`]", "", heading[1])[:80]
        return re.sub(r"[-_]+", " ", Path(self.where).stem).strip().capitalize() or "Unit"

    def as_source(self, objective: str) -> str:
        """The text of unit.ipynb: every graded and every answer cell tagged with *objective*, nothing run."""
        notebook = copy.deepcopy(self.notebook)
        for cell, look in zip(notebook["cells"], self.cells, strict=True):
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
            if (look.is_item or look.solution) and not look.objectives:
                cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), OBJECTIVE + objective]
        return dumps(notebook)


def read_foreign(path: Path, where: str) -> Foreign:
    """The notebook at *path*, in today's nbformat and nbgrader metadata; CourseError if it cannot be read."""
    try:
        notebook = _raised(path)
        cells = cells_of(notebook)
    except (KitError, ValueError, KeyError, TypeError, AttributeError, OSError, nbformat.ValidationError) as error:
        what = f"It cannot be read as a notebook: {str(error).splitlines()[0] if str(error) else type(error).__name__}."
        step = "Open it in JupyterLab, save it, and import again."
        raise CourseError([Fault("notebook-broken", where, what, step)]) from error
    remarks = [*_kernel(notebook), *_remarks(cells)]
    return Foreign(where, notebook, cells, tuple(remarks))


def _raised(path: Path) -> Notebook:
    old = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    old = MetadataValidator().upgrade_notebook_metadata(old)
    with tempfile.TemporaryDirectory() as folder:
        # The kit's own reader gives the ids, from the text alone.
        aside = Path(folder) / path.name
        aside.write_text(json.dumps(old), encoding="utf-8")
        return read_notebook(aside)


def _kernel(notebook: Notebook) -> list[str]:
    """Where the notebook asks for a Python kernel that is not there, let it ask for the usual one."""
    metadata: dict[str, Any] = notebook.setdefault("metadata", {})
    kernel = metadata.get("kernelspec") or {}
    language = kernel.get("language") or metadata.get("language_info", {}).get("name") or "python"
    name = kernel.get("name")
    if name in KernelSpecManager().find_kernel_specs():
        return []
    if str(language).lower() == "python":
        metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
        return [f"it asked for the kernel {name!r}, which is not installed; it has python3 now."] if name else []
    return [f"it needs the kernel {name!r} ({language}), which is not installed here."]


def _remarks(cells: tuple[Cell, ...]) -> list[str]:
    remarks = []
    zero = [cell.name for cell in cells if cell.is_item and not (cell.points or 0) > 0]
    if zero:
        remarks.append(f"{', '.join(zero)}: worth no points; give some, or make it an ordinary cell.")
    taken = sorted({tag for cell in cells for tag in cell.tags if tag in (INSTRUCTION, VARIANTS)})
    if taken:
        remarks.append(
            f"it has cells tagged {' and '.join(taken)}, which mean something to the kit: see whether it fits."
        )
    if any("AUTOTEST" in cell.source for cell in cells if cell.grade):
        remarks.append(
            "it has nbgrader's AUTOTEST lines: `kit build` writes out the tests they stand for, from what the solution "
            "gives. Look at them in gradebook/source, and write out the ones that should not follow the solution."
        )
    if not any(cell.is_item for cell in cells):
        remarks.append("nothing in it is graded, so nothing in it can be mastered: add items.")
    return remarks
