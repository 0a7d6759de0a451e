"""A build that is refused changes nothing; one that is killed is mended by building again."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import kit.build.builder
import kit.stages.opened
from kit.build import BuildReport, build, load_catalogue
from kit.cli import main
from kit.course import load_course
from kit.errors import CourseError
from kit.gradebook import Gradebook
from kit.notebooks import NotebookError, read_notebook
from tests.courses import write_course, write_unit
from tests.cycle.school import School

FOLDERS = ("release", "gradebook/source", "gradebook/revisions")


def build_at(root: Path, in_use: frozenset[tuple[str, int]] = frozenset()) -> BuildReport:
    course = load_course(root)
    with Gradebook(course) as gradebook:
        return build(course, gradebook, in_use)


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }


def rows(root: Path) -> list[tuple[str, str, str]]:
    """What the gradebook describes: (assignment, cell, its source)."""
    with sqlite3.connect(root / "gradebook/gradebook.db") as database:
        return database.execute(
            "SELECT assignment.name, base_cell.name, source_cell.source FROM assignment"
            " JOIN notebook ON notebook.assignment_id = assignment.id"
            " JOIN base_cell ON base_cell.notebook_id = notebook.id"
            " LEFT JOIN source_cell ON source_cell.id = base_cell.id ORDER BY 1, 2, 3"
        ).fetchall()


def state(root: Path) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    return files(root), rows(root)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def ask_for_autotests(path: Path) -> None:
    """nbgrader refuses such a cell where there is no autotests.yml; reading the source finds nothing wrong."""
    edit(path, "### BEGIN HIDDEN TESTS", "### AUTOTEST adding_1\\n### BEGIN HIDDEN TESTS")


class TestRefusedByNbgrader:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        root = write_course(tmp_path / "course", {"01-one": (), "02-two": ()}, items=1)
        build_at(root)
        return root

    def test_one_refused_corrective_leaves_every_unit_as_it_was(self, root: Path) -> None:
        before = state(root)
        edit(root / "units/01-one/unit.ipynb", "How numbers", "Quite how numbers")
        edit(root / "units/02-two/unit.ipynb", "How numbers", "Quite how numbers")
        ask_for_autotests(root / "corrective/02-two/adding/tracing.ipynb")
        with pytest.raises(CourseError):
            build_at(root)
        assert state(root) == before

    def test_learners_are_served_all_the_same(self, root: Path) -> None:
        school = School(root)
        ask_for_autotests(root / "units/02-two/unit.ipynb")
        with pytest.raises(CourseError):
            school.build()
        from kit.stages.people import enrol

        enrol(school.course, {"ada": "Ada"}, by="test")
        school.run()
        assert (school.fetch("ada", "02-two.a") / "02-two.ipynb").is_file()

    def test_the_fault_names_the_authors_source_and_nbgraders_reason_once_for_all_forms(self, root: Path) -> None:
        ask_for_autotests(root / "units/02-two/unit.ipynb")
        ask_for_autotests(root / "corrective/01-one/taking/analogy.ipynb")
        with pytest.raises(CourseError) as error:
            build_at(root)
        faults = {fault.where: fault for fault in error.value.faults}
        assert sorted(faults) == ["corrective/01-one/taking/analogy.ipynb", "units/02-two/unit.ipynb"]
        assert len(error.value.faults) == 2
        for where, fault in faults.items():
            assert "FileNotFoundError" in fault.what
            assert "autotests.yml" in fault.what
            assert where in fault.next

    def test_a_reason_is_nbgraders_also_while_another_error_is_being_handled(self, root: Path) -> None:
        ask_for_autotests(root / "units/02-two/unit.ipynb")
        try:
            read_notebook(root / "course.toml")
        except NotebookError:
            with pytest.raises(CourseError, match="FileNotFoundError"):
                build_at(root)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path]]:
    """A built course edited since, and a copy of it for each place where its next build was killed."""
    place = tmp_path_factory.mktemp("killed")
    small = {"objectives": {"adding": ("diagram",)}, "items": 1, "enrichment": False}
    built = write_course(place / "built", {"01-one": (), "02-two": ()}, forms="abc", **small)
    build_at(built)
    edited = place / "edited"
    shutil.copytree(built, edited)
    write_unit(edited, "01-one", forms="ab", **small)
    edit(edited / "units/01-one/unit.ipynb", "How numbers", "Quite how numbers")
    write_unit(edited, "03-three", forms="a", **small)
    command = [sys.executable, str(Path(__file__).with_name("killed.py")), str(edited)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return built, [Path(f"{edited}.{number}") for number in range(1, int(done.stdout) + 2)]


class TestKilled:
    """Before every single change a build makes to files or rows (see killed.py)."""

    def test_what_is_in_force_has_all_its_folders_and_building_again_ends_the_same(
        self, killed: tuple[Path, list[Path]]
    ) -> None:
        *halves, whole = killed[1]
        assert len(halves) > 20
        in_force = set()
        for half in halves:
            catalogue = load_catalogue(load_course(half))
            for revision in (r for numbered in catalogue.revisions.values() for r in numbered.values()):
                in_force.add((revision.unit, len(revision.forms)))
                source = {"01-one": "built" if len(revision.forms) == 3 else None}.get(revision.unit)
                right = files(killed[0] if source else whole)
                for assignment in revision.assignments:
                    for folder in ("release", "gradebook/source"):
                        name = f"{folder}/{assignment.id}/{assignment.notebook}.ipynb"
                        assert hashlib.sha256((half / name).read_bytes()).hexdigest() == right[name], (half, name)
        assert {("01-one", 3), ("01-one", 2), ("03-three", 1)} <= in_force, "it was killed before, in and after a swap"
        for half in halves:
            build_at(half)
            assert state(half) == state(whole), half
            assert sorted(path.name for path in (half / "gradebook").iterdir() if path.is_dir()) == [
                "revisions", "source",
            ]  # fmt: skip

    def test_taking_the_edit_back_and_building_brings_back_what_was_there(
        self, killed: tuple[Path, list[Path]], tmp_path: Path
    ) -> None:
        built, copies = killed
        for number, half in enumerate(copies[:-1]):
            if list((half / "gradebook/revisions").glob("03*")):
                continue  # a unit that was built stays in the catalogue
            copy = tmp_path / str(number)
            shutil.copytree(half / "gradebook", copy / "gradebook")
            shutil.copytree(half / "release", copy / "release")
            shutil.copyfile(built / "course.toml", copy / "course.toml")
            for folder in ("units", "corrective"):
                shutil.copytree(built / folder, copy / folder)
            build_at(copy)
            kept = {name: digest for name, digest in files(copy).items() if "03-three" not in name}
            assert kept == files(built), half
            assert [row for row in rows(copy) if row[0] < "03"] == rows(built), half


class TestDeletedFolders:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """Somebody is at work on the first revision; the second is the current one."""
        root = write_course(tmp_path / "course", items=1)
        build_at(root)
        edit(root / "units/01-one/unit.ipynb", "How numbers", "Quite how numbers")
        build_at(root, frozenset({("01-one", 1)}))
        return root

    @pytest.mark.parametrize(
        "folder", ["release", "release/01-one.b", "release/01-one.r2.b", "gradebook/source/01-one.r2.a"]
    )
    def test_they_come_back_for_every_revision(self, root: Path, folder: str) -> None:
        before = state(root)
        gone = len(list((root / folder).rglob("*.ipynb")))
        shutil.rmtree(root / folder)
        report = build_at(root, frozenset({("01-one", 1), ("01-one", 2)}))
        assert state(root) == before
        assert len(report.restored) == gone > 0
        assert (report.built, report.unchanged) == ({}, ["01-one"])

    def test_those_of_an_old_revision_come_back_beside_a_new_one(self, root: Path) -> None:
        before = files(root)
        shutil.rmtree(root / "release")
        edit(root / "units/01-one/unit.ipynb", "Quite how", "Just how")
        assert build_at(root, frozenset({("01-one", 1), ("01-one", 2)})).built == {"01-one": 3}
        assert before.items() < files(root).items()

    def test_what_is_there_of_a_revision_in_use_is_not_touched(self, root: Path) -> None:
        shutil.rmtree(root / "gradebook/source/01-one.r2.a")
        release = root / "release/01-one.r2.a/01-one.ipynb"
        before = release.stat().st_mtime_ns, release.stat().st_ino
        build_at(root, frozenset({("01-one", 2)}))
        assert (release.stat().st_mtime_ns, release.stat().st_ino) == before


def test_the_command_holds_the_course_still_while_it_reads_what_is_in_use_and_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_course(tmp_path / "course", items=1)
    held = {}

    def watched(module, name: str) -> None:  # type: ignore[no-untyped-def]
        real = getattr(module, name)

        def watching(*given, **named):  # type: ignore[no-untyped-def]
            with (root / "gradebook/work.lock").open("a") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    held[name] = False
                except BlockingIOError:
                    held[name] = True
            return real(*given, **named)

        monkeypatch.setattr(module, name, watching)

    (root / "gradebook").mkdir()
    watched(kit.stages.opened, "in_use")
    watched(kit.build.builder, "build")
    result = CliRunner().invoke(main, ["-C", str(root), "build"])
    assert result.exit_code == 0, result.output
    assert "01-one: built" in result.output
    assert held == {"in_use": True, "build": True}
