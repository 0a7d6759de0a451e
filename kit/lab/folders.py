"""Where a learner's assignments lie below the root of their server.

    <root>/<course>/<assignment>/

One folder a course, also where there is only one: a second course may come at any time, and two courses may well have
assignments of the same name. nbgrader's own assignment list on the hub uses the same folders
(`kit.exchange.nbgrader_settings.configure_hub`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from kit.errors import StorageError, UnknownName
from kit.exchange.names import is_assignment_id


def folder_of(root: Path, course: str, assignment: str) -> Path:
    """The folder of *assignment*; UnknownName for what cannot be a name (both come from a browser)."""
    for name in (course, assignment):
        if not is_assignment_id(name):
            raise UnknownName(f"There is no assignment called {name!r} here. Reload the page, then try again.")
    return root / course / assignment


def opened(folder: Path, root: Path, fetch: Callable[[Path], Path]) -> str:
    """The notebook in an assignment's *folder*; *fetch* brings it into the folder above, unless it is here already.

    StorageError where the folder is here without a notebook: nothing of the learner's is replaced.
    """
    if not folder.exists():
        fetch(folder.parent)
    path = notebook_in(folder, root)
    if path is None:
        raise StorageError(
            f"The folder {folder.relative_to(root)} has no notebook in it any more. "
            "Give it another name (or delete it) in the file browser; then open it again, and you get a fresh copy."
        )
    return path


def notebook_in(folder: Path, root: Path) -> str | None:
    """Path of the notebook in *folder*, relative to *root* with slashes; None if there is none.

    Where there are several, the one that the assignment is named after, else the first by name.
    """
    found = sorted(path for path in folder.glob("*.ipynb") if path.is_file())
    if not found:
        return None
    likely = next((path for path in found if folder.name.startswith(path.stem)), found[0])
    return str(PurePosixPath(*likely.relative_to(root).parts))
