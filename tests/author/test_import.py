"""`kit import`: an nbgrader course comes along without losing a cell or a point."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import nbgrader
import pytest
from nbgrader.apps.quickstartapp import QuickStartApp

from kit.author import import_course
from kit.build import build
from kit.checks import check_course
from kit.course import load_course
from kit.errors import CourseError
from kit.gradebook import Gradebook
from kit.notebooks import cells_of, read_notebook
from tests.courses import cell, notebook

_DOCS = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
_TEST = {"grade": True, "points": 2, "grade_id": "t"}


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `nbgrader quickstart course101` makes, by the same program."""
    folder = tmp_path_factory.mktemp("quickstart")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        app = QuickStartApp()
        app.initialize(["course101"])
        app.start()
    return folder / "course101"


@pytest.fixture(scope="module", params=["quickstart", "the docs' example"])
def nbgrader_course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "quickstart":
        return Path(request.getfixturevalue("quickstart"))
    root = tmp_path_factory.mktemp("docs") / "guide"
    shutil.copytree(_DOCS / "source", root / "source")
    shutil.copyfile(_DOCS / "autotests.yml", root / "autotests.yml")
    return root


def small(root: Path, **assignments: list[dict[str, Any]]) -> Path:
    """An nbgrader course; keys are ``assignment__notebook``."""
    for key, cells in assignments.items():
        assignment, _, name = key.partition("__")
        folder = root / "source" / assignment
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name or assignment}.ipynb").write_text(notebook(cells))
    return root


def digests(root: Path) -> dict[Path, str]:
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in root.rglob("*") if p.is_file()}


def test_no_cell_and_no_point_is_lost(nbgrader_course: Path, tmp_path: Path) -> None:
    report = import_course(nbgrader_course, tmp_path / "course")
    sources = sorted(nbgrader_course.glob("source/*/*.ipynb"))
    assert [unit.came_from for unit in report.units] == [p.relative_to(nbgrader_course).as_posix() for p in sources]
    points = 0.0
    for unit, path in zip(report.units, sources, strict=True):
        theirs = nbformat.read(path, as_version=4)
        ours = read_notebook(tmp_path / "course" / "units" / unit.id / "unit.ipynb")
        assert [(c["cell_type"], c["source"]) for c in ours["cells"]] == [(c.cell_type, c.source) for c in theirs.cells]
        for mine, other in zip(ours["cells"], theirs.cells, strict=True):
            assert mine["metadata"].get("nbgrader") == other.metadata.get("nbgrader")
        points += sum(c.metadata.nbgrader.get("points", 0) for c in theirs.cells if "nbgrader" in c.metadata)
    assert report.points == points > 0


# nbgrader's own AUTOTEST starts a kernel while an assignment is made, and leaves its sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_was_imported_can_be_built_and_shows_what_is_left_to_do(nbgrader_course: Path, tmp_path: Path) -> None:
    report = import_course(nbgrader_course, tmp_path / "course")
    course = load_course(tmp_path / "course")
    with Gradebook(course) as gradebook:
        build(course, gradebook, frozenset())
    assert sorted(path.name for path in course.release_dir.iterdir()) == sorted(f"{u.id}.a" for u in report.units)
    codes = {f.code for f in check_course(course.root, fast=True) if f.severity == "error"}
    assert codes <= {"forms-few", "correctives-few", "points-wrong"}
    assert any("correctives" in step for step in report.todo)


def test_the_course_that_is_imported_stays_as_it_is(nbgrader_course: Path, tmp_path: Path) -> None:
    before = digests(nbgrader_course)
    import_course(nbgrader_course, tmp_path / "course")
    assert digests(nbgrader_course) == before


def test_every_item_and_answer_belongs_to_the_notebooks_objective_and_nothing_else_does(
    quickstart: Path, tmp_path: Path
) -> None:
    import_course(quickstart, tmp_path / "course")
    cells = cells_of(read_notebook(tmp_path / "course/units/ps1-problem1/unit.ipynb"))
    tagged = {c.index for c in cells if c.objectives == ("problem1",)}
    assert tagged == {c.index for c in cells if c.is_item or c.solution}
    assert {c.grade_id for c in cells if c.task} == {"cell-938593c4a215c6cc"}


def test_the_other_files_of_an_assignment_go_out_with_its_units(quickstart: Path, tmp_path: Path) -> None:
    import_course(quickstart, tmp_path / "course")
    picture = (quickstart / "source/ps1/jupyter.png").read_bytes()
    for unit in ("ps1-problem1", "ps1-problem2"):
        assert (tmp_path / "course/units" / unit / "data/jupyter.png").read_bytes() == picture
        assert [p.name for p in (tmp_path / "course/units" / unit / "data").iterdir()] == ["jupyter.png"]


def test_the_report_says_what_was_taken_over_and_what_is_next(quickstart: Path, tmp_path: Path) -> None:
    text = str(import_course(quickstart, tmp_path / "course"))
    assert text.startswith(f"In {tmp_path / 'course'}: 2 units with 9 items and 13 points.\n")
    assert "ps1-problem1: 18 cells, 7 items, 10 points, 1 other file\n" in text
    assert "1. Run `kit check`" in text
    assert "source/header.ipynb" in text


def test_names_become_units_and_objectives(tmp_path: Path) -> None:
    root = small(tmp_path / "old", **{"Week 1": [cell("1", **_TEST)], "Übung_2__1 Listen": [cell("1", **_TEST)],
                                      "Übung_2__2 Mengen": [cell("# a", kind="markdown")]})  # fmt: skip
    import_course(root, tmp_path / "new")
    course = load_course(tmp_path / "new")
    assert {u.id: u.objectives[0].id for u in course.units} == {
        "week-1": "week-1", "ubung-2-1-listen": "part-1-listen", "ubung-2-2-mengen": "part-2-mengen",
    }  # fmt: skip


def test_names_that_fall_together_are_told_apart(tmp_path: Path) -> None:
    root = small(tmp_path / "old", **{"a_b": [cell("1", **_TEST)], "a-b": [cell("2", **_TEST)]})
    assert [u.id for u in import_course(root, tmp_path / "new").units] == ["a-b", "a-b-2"]


def test_settings_are_read_without_running_them(tmp_path: Path) -> None:
    root = small(tmp_path / "old", ps1=[cell("1", **_TEST)])
    (root / "source").rename(root / "quellen")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.source_directory = 'quellen'\nc.CourseDirectory.course_id = 'Kurs 7'\n"
        "raise SystemExit('ran')\n"
    )
    import_course(root, tmp_path / "new")
    course = load_course(tmp_path / "new")
    assert (course.id, course.title) == ("kurs-7", "Kurs 7")


def test_old_formats_are_raised(tmp_path: Path) -> None:
    folder = tmp_path / "old/source/ps1"
    folder.mkdir(parents=True)
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[
        nbformat.v3.new_code_cell("x = 1", metadata={"nbgrader": {"solution": True, "grade": False, "grade_id": "s"}}),
        nbformat.v3.new_code_cell("assert x", metadata={"nbgrader": {
            "solution": False, "grade": True, "points": "3", "grade_id": "t"}}),
    ])])  # fmt: skip
    (folder / "ps1.ipynb").write_text(json.dumps(old))
    report = import_course(tmp_path / "old", tmp_path / "new")
    assert (report.items, report.points) == (1, 3.0)
    assert not [f for f in check_course(tmp_path / "new", fast=True) if f.code == "nbgrader-metadata"]


def test_outputs_stay_behind_and_ids_are_the_same_every_time(tmp_path: Path) -> None:
    done = cell("print(4)", **_TEST)
    done.update(execution_count=3, outputs=[{"output_type": "stream", "name": "stdout", "text": "4"}])
    root = small(tmp_path / "old", ps1=[done, cell("text", kind="markdown")])
    for name in ("one", "two"):
        import_course(root, tmp_path / name)
    first, second = ((tmp_path / name / "units/ps1/unit.ipynb").read_bytes() for name in ("one", "two"))
    assert first == second
    assert json.loads(first)["cells"][0]["outputs"] == []


REFUSED = {
    "no source folder": (lambda root: shutil.rmtree(root / "source"), "no folder source"),
    "no assignment": (lambda root: shutil.rmtree(root / "source/ps1"), "no assignment"),
    "a broken notebook": (lambda root: (root / "source/ps1/ps1.ipynb").write_text("{"), "cannot be read"),
}


@pytest.mark.parametrize(("spoil", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_imported_is_told_and_nothing_is_written(tmp_path: Path, spoil, words: str) -> None:  # type: ignore[no-untyped-def]
    spoil(small(tmp_path / "old", ps1=[cell("1", **_TEST)]))
    with pytest.raises(CourseError, match=words):
        import_course(tmp_path / "old", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_target_inside_the_old_course_is_refused(tmp_path: Path) -> None:
    root = small(tmp_path / "old", ps1=[cell("1", **_TEST)])
    with pytest.raises(CourseError, match="Name a folder outside of it"):
        import_course(root, root / "new")
    assert not (root / "new").exists()
