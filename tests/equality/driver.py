"""``python -m tests.equality.driver FOLDER STEP``: nbgrader's own converters on the course in FOLDER; see `main`.

A process of its own, as nbgrader changes the working directory and leaves kernels' sockets behind. What it prints is
JSON: for ``autograde`` the rows of its gradebook, and the submissions it gave up with the end of its log.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import InstantiateTests
from sqlalchemy import text
from traitlets.config.loader import PyFileConfigLoader

DONE = ".autograded"
SHARES = 2
"""Processes that autograde at the same time, each with a gradebook of its own."""
ROWS = """
    select sa.student_id, a.name, n.name, bc.name, g.auto_score, g.needs_manual_grade
    from grade g join base_cell bc on g.cell_id = bc.id join submitted_notebook sn on g.notebook_id = sn.id
    join notebook n on sn.notebook_id = n.id
    join submitted_assignment sa on sn.assignment_id = sa.id join assignment a on sa.assignment_id = a.id
"""


def share_of(path: Path) -> int:
    """Which process autogrades the submission in *path*: the same one at every attempt."""
    return zlib.crc32(f"{path.parent.name}/{path.name}".encode()) % SHARES


def instantiate(api: NbGraderAPI, folder: Path) -> dict[str, Any]:
    """Write source/ with nbgrader's AUTOTEST lines written out, as its gradebook keeps them, to instantiated/."""
    for path in sorted((folder / "source").glob("*/*.ipynb")):
        notebook = nbformat.read(path, nbformat.NO_CONVERT)
        resources = {"metadata": {"path": str(path.parent)}}
        written, _ = InstantiateTests(parent=api).preprocess(notebook, resources)
        place = folder / "instantiated" / path.relative_to(folder / "source")
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(written, place)
    return {}


def generate(api: NbGraderAPI, folder: Path) -> dict[str, Any]:
    """Release everything in source/; an error is ours to mend."""
    for path in sorted(path for path in (folder / "source").iterdir() if path.is_dir()):
        result = api.generate_assignment(path.name)
        if not result["success"]:
            raise SystemExit(f"nbgrader generate_assignment {path.name}: {result['error']}\n{result['log']}")
    return {}


def autograde(api: NbGraderAPI, folder: Path, share: int) -> dict[str, Any]:
    """Autograde what is in submitted/, falls to *share* and was not before, learner by learner."""
    lost = {}
    for path in sorted((folder / "submitted").glob("*/*")):
        if (path / DONE).exists() or share_of(path) != share:
            continue
        (path / DONE).touch()
        result = api.autograde(path.name, path.parent.name, force=True)
        if not result["success"]:  # a kernel that did not start on a busy machine starts the next time
            result = api.autograde(path.name, path.parent.name, force=True)
        if not result["success"]:
            lost[f"{path.parent.name}/{path.name}"] = str(result["error"] or result["log"])[-1500:]
    with Gradebook(api.coursedir.db_url) as gradebook:
        rows = [list(row) for row in gradebook.db.execute(text(ROWS))]
    return {"rows": rows, "lost": lost}


def main(folder: Path, what: str, share: int | None = None) -> None:
    """Carry out *what* (``autograde`` for its *share*) and print the result as the last line."""
    warnings.simplefilter("ignore")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.chdir(folder)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    config.CourseDirectory.root = str(folder)
    if share is not None:
        gradebook = folder / f"gradebook-{share}.db"
        if not gradebook.exists():
            shutil.copyfile(folder / "gradebook.db", gradebook)
        config.CourseDirectory.db_url = f"sqlite:///{gradebook}"
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    steps = {"instantiate": instantiate, "generate": generate}
    print(json.dumps(autograde(api, folder, share) if share is not None else steps[what](api, folder)))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2], *map(int, sys.argv[3:]))
