"""`kit tidy`: notebook sources as they should be committed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.build.sources import DATA
from kit.errors import KitError, UnknownName
from kit.files import write_text
from kit.notebooks import NotebookError, dumps, read_notebook
from kit.notebooks.source import Notebook

FOLDERS = ("units", "corrective")


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one notebook."""

    where: str
    """Relative to the course."""
    what: tuple[str, ...]
    """In words, for example ``outputs of 3 cells cleared``."""
    done: bool = True
    """False where the notebook was left as it is; `what` says why."""

    def __str__(self) -> str:
        return f"{self.where}: {', '.join(self.what)}"


def tidy(root: Path, paths: Iterable[Path | str] = ()) -> list[Change]:
    """Tidy the notebooks of the course in *root*, or only those in *paths* (seen from here, or from *root*).

    Clears outputs and execution counts, gives ids to cells without one, writes the JSON in one fixed way; a second
    run changes nothing. Only `.ipynb` files below units/ and corrective/ are touched, data folders are left alone.
    UnknownName for a path that is not one of these.
    """
    root = Path(root).resolve()
    chosen = list(paths)
    found = _below(root, [Path(path) for path in chosen]) if chosen else list(_sources(root))
    return [change for path in found if (change := _tidy(root, path)) is not None]


def _sources(root: Path) -> Iterator[Path]:
    for name in FOLDERS:
        for path in sorted((root / name).rglob("*.ipynb")):
            parts = path.relative_to(root).parts[:-1]
            if path.is_file() and DATA not in parts and not any(part.startswith(".") for part in parts):
                yield path


def _below(root: Path, paths: list[Path]) -> list[Path]:
    sources = {source.resolve(): source for source in _sources(root)}
    chosen: list[Path] = []
    for path in paths:
        seen = [place.resolve() for place in (Path.cwd() / path, root / path)]
        mine = [source for real, source in sources.items() if any(p == real or p in real.parents for p in seen)]
        if not mine:
            raise UnknownName(f"{path} is no notebook source of this course (an .ipynb below units/ or corrective/).")
        chosen += mine
    return list(dict.fromkeys(chosen))


def _tidy(root: Path, path: Path) -> Change | None:
    where = path.relative_to(root).as_posix()
    try:
        before = path.read_text(encoding="utf-8")
        notebook = read_notebook(path)
        stored = json.loads(before)
        what = [*_clear(notebook), *_new_ids(stored, notebook)]
        after = dumps(notebook)
    except KitError as error:
        return Change(where, (f"left as it is: {error}",), done=False)
    except (ValueError, OSError, TypeError, AttributeError, KeyError, RecursionError) as error:
        broken = NotebookError(f"it cannot be read as a notebook ({error}). Open it in JupyterLab and save it again.")
        return Change(where, (f"left as it is: {broken}",), done=False)
    if after == before:
        return None
    write_text(path, after)
    return Change(where, tuple(what) or ("written in the usual order",))


def _clear(notebook: Notebook) -> Iterator[str]:
    cleared = timed = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cleared += bool(cell.get("outputs")) or cell.get("execution_count") is not None
            cell["outputs"], cell["execution_count"] = [], None
        else:
            for key in ("outputs", "execution_count"):
                cleared += cell.pop(key, None) is not None
        # JupyterLab's record of when a cell ran, and widgets' last state, are outputs under another name.
        timed += cell["metadata"].pop("execution", None) is not None
    timed += notebook.get("metadata", {}).pop("widgets", None) is not None
    if cleared:
        yield f"outputs of {_cells(cleared)} cleared"
    if timed:
        yield "traces of the last run removed"


def _new_ids(stored: dict[str, Any], notebook: Notebook) -> Iterator[str]:
    pairs = zip(stored["cells"], notebook["cells"], strict=True)
    changed = sum(old.get("id") != new["id"] for old, new in pairs)
    if changed:
        yield f"{_cells(changed)} given an id that stays"


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"
