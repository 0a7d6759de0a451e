"""nbgrader's AUTOTEST lines: what submissions are graded from has the tests they stand for.

Every build is a process of its own: nbgrader starts a kernel for the lines, and leaves its sockets open.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.build import load_catalogue
from kit.checks.trials_kept import FILE
from kit.course import load_course
from kit.notebooks import cells_of, read_notebook
from tests.build.test_correct import edit, saved_text, unit_of
from tests.courses import write_course
from tests.cycle.school import School

CHECK = (
    "### AUTOTEST adding_1\n### BEGIN HIDDEN TESTS\n### HASHED AUTOTEST adding_1 + 1\n"
    "### AUTOTEST {str(adding_1 + n) for n in range(9)}\n### END HIDDEN TESTS"
)
TEMPLATES = """
python3:
  setup: "from hashlib import sha1"
  hash: 'sha1({{snippet}}.encode("utf-8")+b"{{salt}}").hexdigest()'
  dispatch: "type({{snippet}})"
  normalize: "str({{snippet}})"
  check: 'assert {{snippet}} == \"\"\"{{value}}\"\"\", \"\"\"{{message}}\"\"\"'
  templates:
    default:
      - test: "{{snippet}}"
        fail: "another value"
"""
BUILD = "from kit.cli import main; main()"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of a course whose one check has such lines, some of them hidden."""
    root = write_course(tmp_path_factory.mktemp("autotest") / "course", objectives={"adding": ("diagram",)}, items=1)
    path = root / "units/01-one/unit.ipynb"
    book = json.loads(path.read_text())
    for cell in book["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "adding-1":
            cell["source"] = CHECK
    path.write_text(json.dumps(book))
    (root / "autotests.yml").write_text(TEMPLATES)
    return root


def run(root: Path, script: str, *arguments: str, seed: str = "random", status: int = 0) -> str:
    here = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(here)}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(written: Path) -> Path:
    run(written, BUILD, "build", seed="0")
    return written


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Path:
    """A copy of the built course."""
    return Path(shutil.copytree(built, tmp_path / "course"))


def check_of(root: Path, folder: str) -> str:
    cells = cells_of(read_notebook(root / folder / "01-one.a/01-one.ipynb"))
    return next(cell.source for cell in cells if cell.grade_id == "adding-1")


def built_files(root: Path) -> dict[str, bytes]:
    folders = (root / "release", root / "gradebook/source")
    return {p.relative_to(root).as_posix(): p.read_bytes() for f in folders for p in f.rglob("*") if p.is_file()}


def test_graded_are_the_written_out_tests_and_hidden_ones_stay_marked_as_hidden(built: Path) -> None:
    source, release = check_of(built, "gradebook/source"), check_of(built, "release")
    assert "AUTOTEST" not in source + release
    visible, _, hidden = source.partition("### BEGIN HIDDEN TESTS\n")
    assert 'assert str(adding_1) == """11"""' in visible
    assert "assert sha1(str(adding_1 + 1).encode(" in hidden
    assert hidden.rstrip().endswith("### END HIDDEN TESTS")
    assert release.rstrip() == visible.rstrip()
    assert saved_text(School(built), "adding-1") == source


def test_every_form_has_tests_of_its_own_values(built: Path) -> None:
    texts = [(built / f"gradebook/source/01-one.{form}/01-one.ipynb").read_text() for form in "abcd"]
    for text, value in zip(texts, (11, 21, 31, 41), strict=True):
        assert f'str(adding_1) == \\"\\"\\"{value}\\"\\"\\"' in text


def test_the_same_source_gives_the_same_tests_and_salts_under_another_hash_seed(course: Path) -> None:
    before = built_files(course)
    for folder in ("release", "gradebook"):
        shutil.rmtree(course / folder)
    run(course, BUILD, "build", seed="4711")
    assert built_files(course) == before


def test_a_deleted_release_comes_back_as_it_was(course: Path) -> None:
    before = built_files(course)
    shutil.rmtree(course / "release/01-one.a")
    run(course, BUILD, "build")
    assert built_files(course) == before


def test_other_templates_are_another_source(course: Path) -> None:
    edit(course / "autotests.yml", "another value", "not the value")
    run(course, BUILD, "build")
    assert "not the value" in check_of(course, "gradebook/source")
    assert load_catalogue(load_course(course)).current("01-one").number == 1


def test_templates_that_no_notebook_uses_change_nothing(tmp_path: Path) -> None:
    root = write_course(tmp_path / "course", items=1)
    before = School(root).course
    digest = load_catalogue(before).current("01-one").digest
    (root / "autotests.yml").write_text(TEMPLATES)
    run(root, BUILD, "build")
    assert load_catalogue(before).current("01-one").digest == digest


def test_a_solution_that_fails_is_named_and_nothing_is_built(course: Path) -> None:
    before = built_files(course)
    edit(course / "units/01-one/unit.ipynb", "adding_1 = {{n}}", "adding_1 = nope + {{n}}")
    said = run(course, BUILD, "build", status=1)
    assert "nbgrader-refused  units/01-one/unit.ipynb" in said
    assert "NameError: name 'nope' is not defined" in " ".join(said.split())
    assert built_files(course) == before


@pytest.mark.parametrize(
    ("kept", "mended"),
    [
        pytest.param(None, "adding_1 * 2", id="the author writes another line"),
        pytest.param(CHECK, None, id="the source was built when lines stayed comments"),
    ],
)
def test_a_correction_has_the_tests_written_out_too(course: Path, kept: str | None, mended: str | None) -> None:
    school = School(course, "ada")
    school.fetch("ada", "01-one.a")
    path = course / "gradebook/source/01-one.a/01-one.ipynb"
    if kept:
        book = read_notebook(path)
        cell = next(c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "adding-1")
        cell["source"] = kept
        path.write_text(json.dumps(book))
    if mended:
        edit(unit_of(school), "### AUTOTEST adding_1\\n", f"### AUTOTEST {mended}\\n")
    before = check_of(course, "gradebook/source")
    run(course, BUILD, "build", "--correct", "01-one")
    after = check_of(course, "gradebook/source")
    assert after != before
    assert "AUTOTEST" not in after
    assert f"assert str({mended or 'adding_1'}) == " in after
    assert "### BEGIN HIDDEN TESTS" in after


def test_the_rehearsal_gives_nothing_for_blank_work_and_everything_for_the_solution(course: Path) -> None:
    run(course, "from kit.checks import check_course; from pathlib import Path; list(check_course(Path()))")
    kept = json.loads((course / "gradebook" / FILE).read_text())
    trials = kept["units"]["01-one"]["rehearsal"]["trials"]
    scores = {(trial["kind"], trial["assignment"]): trial["scores"] for trial in trials}
    for form in "abcd":
        assert scores["untouched", f"01-one.{form}"] == {"adding-1": 0.0}
        assert scores["reference", f"01-one.{form}"] == {"adding-1": 1.0}
