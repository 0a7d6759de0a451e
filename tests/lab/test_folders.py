"""Assignments lie in <course>/<assignment>, and nothing of the learner's is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.errors import StorageError, UnknownName
from kit.lab.folders import folder_of, notebook_in, opened


@pytest.mark.parametrize(
    ("course", "assignment"),
    [
        pytest.param("numbers", "../../etc", id="a path upwards"),
        pytest.param("..", "01-one.a", id="a course upwards"),
        pytest.param("numbers", "/etc/passwd", id="an absolute path"),
        pytest.param("numbers", "", id="nothing"),
        pytest.param("", "01-one.a", id="no course"),
        pytest.param("numbers", ".ssh", id="a hidden folder"),
        pytest.param("numbers", "01-one.a\x00", id="a zero byte"),
        pytest.param("numbers", "a..b", id="two dots"),
        pytest.param("numbers", "<script>", id="markup"),
    ],
)
def test_what_cannot_be_a_name_is_unknown(tmp_path: Path, course: str, assignment: str) -> None:
    with pytest.raises(UnknownName):
        folder_of(tmp_path, course, assignment)


def test_what_is_here_is_not_fetched_again(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "numbers", "01-one.a")
    folder.mkdir(parents=True)
    (folder / "01-one.ipynb").write_text("worked on")

    def never(into: Path) -> Path:
        raise AssertionError(into)

    assert opened(folder, tmp_path, never) == "numbers/01-one.a/01-one.ipynb"
    assert (folder / "01-one.ipynb").read_text() == "worked on"


def test_a_folder_without_its_notebook_is_left_alone_and_said(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "numbers", "01-one.a")
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(StorageError, match=r"numbers/01-one\.a has no notebook .* fresh copy"):
        opened(folder, tmp_path, lambda into: into)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_of_several_notebooks_the_one_of_that_name_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "numbers" / "01-one.a"
    folder.mkdir(parents=True)
    for name in ("00-scratch", "01-one", "Untitled"):
        (folder / f"{name}.ipynb").touch()
    assert notebook_in(folder, tmp_path) == "numbers/01-one.a/01-one.ipynb"
