"""Building: nbgrader's own assignments, byte for byte the same, and revisions once somebody is under way."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook as NbgraderGradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from kit.build import build, is_current, load_catalogue
from kit.course import load_course
from kit.errors import CourseError
from kit.gradebook import Gradebook
from tests.courses import write_course


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course")


def build_at(root: Path, in_use=frozenset()):  # type: ignore[no-untyped-def]
    course = load_course(root)
    with Gradebook(course) as gradebook:
        return build(course, gradebook, in_use)


def released(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("release", "gradebook/source", "gradebook/revisions")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }


def change(root: Path, old: str = "How numbers are added.", new: str = "How numbers are added, once more.") -> None:
    path = root / "units/01-one/unit.ipynb"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_one_form_is_one_assignment_and_so_is_each_corrective_and_the_enrichment(root: Path) -> None:
    build_at(root)
    assert sorted(path.name for path in (root / "release").iterdir()) == [
        "01-one.a", "01-one.adding.diagram", "01-one.adding.tracing", "01-one.b", "01-one.c", "01-one.d",
        "01-one.enrichment", "01-one.taking.analogy", "01-one.taking.debugging",
    ]  # fmt: skip


def test_a_release_shows_no_solution_no_hidden_test_no_variants(root: Path) -> None:
    build_at(root)
    for path in (root / "release").rglob("*.ipynb"):
        text = path.read_text()
        assert "SOLUTION" not in text
        assert "HIDDEN" not in text
        assert "whole number" not in text
        assert "variants" not in text


def test_the_same_source_gives_the_same_bytes_in_another_process_under_another_hash_seed(root: Path) -> None:
    script = (
        "import sys; from kit.course import load_course\n"
        "from kit.build import build; from kit.gradebook import Gradebook\n"
        "course = load_course(sys.argv[1])\n"
        "with Gradebook(course) as gradebook: build(course, gradebook, set())"
    )
    results = []
    for seed in ("0", "4711"):
        copy = root.parent / seed
        shutil.copytree(root, copy)
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", script, str(copy)], env=environment, check=True, capture_output=True)
        results.append(released(copy))
    assert results[0] == results[1]
    assert len(results[0]) == 19


def test_an_unchanged_unit_is_left_alone(root: Path) -> None:
    assert build_at(root).built == {"01-one": 1}
    before = {path: path.stat().st_mtime_ns for path in (root / "release").rglob("*")}
    assert build_at(root).unchanged == ["01-one"]
    assert {path: path.stat().st_mtime_ns for path in (root / "release").rglob("*")} == before


def test_a_changed_unit_nobody_has_begun_is_replaced(root: Path) -> None:
    build_at(root)
    change(root)
    assert not is_current(load_course(root), load_course(root).unit("01-one"), load_catalogue(load_course(root)))
    assert build_at(root).built == {"01-one": 1}
    assert "once more" in (root / "release/01-one.a/01-one.ipynb").read_text()


def test_a_form_taken_out_disappears_from_release_and_gradebook(root: Path) -> None:
    build_at(root)
    change(root, ", 'd': {'n': 40}", "")
    build_at(root)
    assert not (root / "release/01-one.d").exists()
    with NbgraderGradebook(f"sqlite:///{root}/gradebook/gradebook.db", "numbers") as book:
        assert "01-one.d" not in [assignment.name for assignment in book.assignments]


def test_a_changed_unit_somebody_has_begun_becomes_a_new_revision_beside_the_old_one(root: Path) -> None:
    build_at(root)
    before = released(root)
    change(root)
    assert build_at(root, {("01-one", 1)}).built == {"01-one": 2}
    after = released(root)
    assert before.items() <= after.items(), "nothing of the first revision was touched"
    assert "release/01-one.r2.a/01-one.ipynb" in after
    assert set(load_catalogue(load_course(root)).revisions["01-one"]) == {1, 2}


def test_a_deleted_release_comes_back_also_when_somebody_has_begun(root: Path) -> None:
    build_at(root)
    before = released(root)
    shutil.rmtree(root / "release/01-one.b")
    build_at(root, {("01-one", 1)})
    assert released(root) == before


def test_data_files_go_out_with_every_form(root: Path) -> None:
    data = root / "units/01-one/data"
    data.mkdir()
    (data / "prices.csv").write_text("1,2\n")
    build_at(root)
    assert (root / "release/01-one.b/prices.csv").read_text() == "1,2\n"
    assert not (root / "release/01-one.adding.diagram/prices.csv").exists()


def test_a_unit_that_cannot_be_built_leaves_everything_as_it_was_and_every_fault_is_told(root: Path) -> None:
    build_at(root)
    before = released(root)
    change(root)
    change(root, "{{n}} + 1", "{{m}} + 1")
    (root / "corrective/01-one/taking/analogy.ipynb").unlink()
    with pytest.raises(CourseError) as error:
        build_at(root)
    assert {fault.code for fault in error.value.faults} == {"corrective-missing", "source-broken"}
    assert released(root) == before


def test_a_percent_file_is_accepted_wherever_a_notebook_is(root: Path) -> None:
    import jupytext

    path = root / "corrective/01-one/adding/diagram.ipynb"
    book = jupytext.read(path)
    path.unlink()
    jupytext.write(book, path.with_suffix(".py"), fmt="py:percent")
    build_at(root)
    assert (root / "release/01-one.adding.diagram/diagram.ipynb").is_file()


class TestNbgraderStillWorks:
    """formgrader and the nbgrader commands go through this API."""

    @pytest.fixture
    def api(self, root: Path) -> NbGraderAPI:
        build_at(root)
        config = Config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.course_id = "numbers"
        config.CourseDirectory.source_directory = "gradebook/source"
        config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook/gradebook.db"
        return NbGraderAPI(config=config)

    def test_it_lists_every_assignment_as_released_source(self, api: NbGraderAPI) -> None:
        names = {row["name"] for row in api.get_assignments()}
        assert {"01-one.a", "01-one.b", "01-one.adding.tracing", "01-one.enrichment"} <= names

    def test_it_knows_the_points_of_a_form(self, api: NbGraderAPI) -> None:
        row = api.get_assignment("01-one.b")
        assert row is not None
        assert row["max_score"] == 4
        assert api.get_notebooks("01-one.b")[0]["max_code_score"] == 4

    def test_it_can_generate_the_assignment_itself_and_gets_the_same_items(self, api: NbGraderAPI, root: Path) -> None:
        before = json.loads((root / "release/01-one.b/01-one.ipynb").read_text())
        result = api.generate_assignment("01-one.b", force=True)
        assert result["success"], result
        after = json.loads((root / "release/01-one.b/01-one.ipynb").read_text())
        names = [[c["metadata"].get("nbgrader", {}).get("checksum") for c in book["cells"]
                  if c["metadata"].get("nbgrader", {}).get("grade")] for book in (before, after)]  # fmt: skip
        assert names[0] == names[1]
