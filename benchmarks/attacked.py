"""One attack against nbgrader, inside the walls of `benchmarks.attacks`: ``python -m benchmarks.attacked NAME``."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path

from kit.grading.executors.local import LocalExecutor
from tests.attacks.assignment import HIDDEN_VALUES, POINTS, SOLUTION_WORD, target
from tests.attacks.case import Case, fill
from tests.attacks.corpus import CASES
from tests.attacks.scripts import TAKEN
from tests.attacks.world import PRIVATE_WORDS, TOKEN_WORD, World
from tests.grading.notebooks import Exercise

PLACE = Path("/tmp/place")
COURSE = PLACE / "course"
_ALIVE = (
    f"<script>document.title='{TAKEN}'",
    f"onerror=\"document.title='{TAKEN}'",
    f"onload=\"document.title='{TAKEN}'",
)


def main(name: str) -> None:
    """Grade the attack *name* and write what came of it into the folder the benchmark looks at."""
    case = CASES[name][1]
    os.environ["KIT_ATTACK_TOKEN"] = TOKEN_WORD
    (PLACE / "world").mkdir()
    world = World(PLACE / "world")
    words = {
        **world.words,
        "gradebook": str(COURSE / "gradebook.db"),
        "source": str(COURSE / "source/01-count/unit.ipynb"),
    }
    _hand_in(case, words)
    source = Path(words["source"]).read_bytes()
    log = _nbgrader("autograde") + _nbgrader("generate_feedback")
    found = [*_scored(case), *_shown(case), *world.harm()]
    if not Path(words["source"]).exists() or Path(words["source"]).read_bytes() != source:
        found.append("the source was changed")
    (PLACE / "said").write_text("; ".join(found) + (f" [{log[-200:]}]" if found and "Error" in log else ""))


class _Nobody(LocalExecutor):
    """Grades nothing: only the notebooks of the assignment are wanted."""

    def __init__(self) -> None:
        self.isolation = "nobody"


def _hand_in(case: Case, words: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (PLACE / "exercise").mkdir()
        made: Exercise = target(PLACE / "exercise", _Nobody())
    notebook = made.answered(case.filled(words), case.edit)
    files = {k: fill(v, words) if isinstance(v, str) else v for k, v in case.files.items()}
    folder = made.folder_with({"unit.ipynb": json.dumps(notebook), **files})
    if case.plant is not None:
        case.plant(folder)
    (COURSE / "submitted/mallory").mkdir(parents=True)
    shutil.move(folder, COURSE / "submitted/mallory/01-count")


def _nbgrader(what: str) -> str:
    command = [sys.executable, "-m", "nbgrader", what, "01-count", "--student", "mallory"]
    limits = ["--ExecutePreprocessor.timeout=15"] if what == "autograde" else []
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    done = subprocess.run([*command, *limits], cwd=COURSE, env=environment, capture_output=True, check=False)
    return done.stderr.decode(errors="replace")


def _scored(case: Case) -> list[str]:
    """The scores that are not the deserved ones; of what is to be rejected, any above zero."""
    query = (
        "select base_cell.name, grade.auto_score, grade.needs_manual_grade from grade "
        "join base_cell on grade.cell_id = base_cell.id"
    )
    rows: dict[str, float | None] = {}
    with contextlib.closing(sqlite3.connect(COURSE / "gradebook.db")) as gradebook:
        try:
            for item, score, manual in gradebook.execute(query):
                rows[item] = None if manual and score is None else score
        except sqlite3.Error as error:
            return [f"the gradebook is damaged ({error})"]
    if isinstance(case.deserves, str):
        return [f"{sum(score or 0 for score in rows.values())} points"] if any(rows.values()) else []
    return [
        f"{item}: {rows.get(item)} instead of {case.deserves[item]}"
        for item in POINTS
        if (item in rows or case.deserves[item]) and rows.get(item) != case.deserves[item]
    ]


def _shown(case: Case) -> list[str]:
    graded, page = COURSE / "autograded/mallory/01-count/unit.ipynb", COURSE / "feedback/mallory/01-count/unit.html"
    found = []
    if graded.is_file():
        cells = json.loads(graded.read_text(encoding="utf-8"))["cells"]
        own = [cell for cell in cells if not cell["metadata"].get("nbgrader", {}).get("grade")]
        printed = json.dumps([cell.get("outputs", []) for cell in own], ensure_ascii=False)
        secrets = ("canary", *PRIVATE_WORDS, SOLUTION_WORD, *HIDDEN_VALUES, *case.never)
        found += [f"a cell printed {secret}" for secret in secrets if secret in printed]
    if page.is_file():
        html = page.read_text(encoding="utf-8")
        found += [f"alive in the feedback: {text}" for text in _ALIVE if text in html]
    return found


if __name__ == "__main__":
    main(sys.argv[1])
