"""`kit new`: a course that is right before anything is changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kit.author import new_course, tidy
from kit.author.folder import slug
from kit.build import build
from kit.checks import check_course
from kit.course import load_course
from kit.errors import CourseError
from kit.gradebook import Gradebook
from kit.notebooks import read_notebook, read_variants


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_course(tmp_path_factory.mktemp("new") / "maps", 'Maps & "charts"')


def test_a_new_course_has_no_fault_even_when_everything_in_it_is_run(course: Path) -> None:
    assert check_course(course) == []


def test_it_is_a_whole_course_of_one_unit(course: Path) -> None:
    loaded = load_course(course)
    assert (loaded.id, loaded.title) == ("maps-charts", 'Maps & "charts"')
    (unit,) = loaded.units
    assert [len(objective.correctives) for objective in unit.objectives] == [2, 2]
    assert list(read_variants(read_notebook(unit.folder / "unit.ipynb"))) == ["a", "b", "c", "d"]
    assert (unit.folder / "enrichment.ipynb").is_file()


def test_it_can_be_built_and_nbgrader_knows_its_way_about(course: Path) -> None:
    loaded = load_course(course)
    with Gradebook(loaded) as gradebook:
        report = build(loaded, gradebook, frozenset())
    assert report.built == {"01-dictionaries": 1}
    code = "from nbgrader.apps import NbGrader; a = NbGrader(); a.initialize([]); print(a.coursedir.course_id)"
    done = subprocess.run([sys.executable, "-c", code], cwd=course, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "maps-charts", done.stderr


def test_its_notebooks_are_tidy_and_nothing_private_would_be_committed(course: Path) -> None:
    assert tidy(course) == []
    ignored = (course / ".gitignore").read_text().splitlines()
    assert {"gradebook/", "release/"} <= set(ignored)


def test_its_readme_carries_the_title_and_keeps_the_braces_of_the_forms(course: Path) -> None:
    text = (course / "README.md").read_text()
    assert text.startswith('# Maps & "charts"\n')
    assert "{{name}}" in text
    assert "$" not in text


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    new_course(tmp_path, "X")
    assert (tmp_path / "course.toml").is_file()


@pytest.mark.parametrize("make", [lambda p: p.write_text("mine"), lambda p: (p.mkdir(), (p / "a.txt").write_text("x"))])
def test_what_is_there_is_never_written_over(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "there"
    make(target)
    with pytest.raises(CourseError, match=r"Name a folder that does not exist yet; nothing was written\."):
        new_course(target, "X")
    assert sorted(p.name for p in tmp_path.rglob("*")) == sorted({"there", *(p.name for p in target.glob("*"))})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Übung 3: Listen & Co.", "ubung-3-listen-co"),
        ("ps1_problem 2", "ps1-problem-2"),
        ("日本語", "unit"),
        ("x" * 80, "x" * 48),
        ("../etc", "etc"),
    ],
)
def test_names_are_made_of_any_title(text: str, name: str) -> None:
    assert slug(text, otherwise="unit") == name
