"""nbgrader's AUTOTEST lines in a course of the kit: built by the kit, graded by what the lines stand for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.courses import write_course
from tests.equality.examples import GUIDE
from tests.equality.learners import filled
from tests.equality.ours import Grader, read

pytestmark = pytest.mark.xdist_group("nbgrader-course")

CHECK = "### AUTOTEST adding_1"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built course whose one check is an AUTOTEST line."""
    root = write_course(tmp_path_factory.mktemp("autotest") / "course", objectives={"adding": ("diagram",)}, items=1)
    path = root / "units/01-one/unit.ipynb"
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "adding-1":
            cell["source"] = CHECK
    path.write_text(json.dumps(book))
    shutil.copy(GUIDE / "autotests.yml", root)
    # A process of its own: nbgrader starts a kernel for the lines, and leaves its sockets open.
    command = [sys.executable, "-c", "from kit.cli import main; main()", "build"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        pytest.param("adding_1 = 11", 1.0, id="right"),
        pytest.param("adding_1 = 12", 0.0, id="another value"),
        pytest.param("adding_1 = '11'", 0.0, id="another type"),
        pytest.param("...", 0.0, id="blank"),
    ],
)
def test_an_answer_is_scored_by_the_test_that_its_line_stands_for(
    root: Path, grader: Grader, answer: str, score: float
) -> None:
    source, release = (root / folder / "01-one.a/01-one.ipynb" for folder in ("gradebook/source", "release"))
    handed_in = filled(read(release), {"adding-1-answer": answer})
    assert grader.verdicts(source, release, handed_in) == {"adding-1": score}
