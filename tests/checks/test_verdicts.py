"""An unchanged course is not checked again; a changed one is, whatever it was that changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.checks import Check, check_course, look
from kit.checks.material import Material
from kit.checks.verdicts import FILE
from kit.errors import Fault
from tests.checks.course import TOML, UNIT, Spoil, append, edit, good_course, source, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return good_course(tmp_path / "course", units={"01-one": ()}, forms="a")


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Each time that a course is really read."""
    seen: list[Path] = []
    really = look.read_material

    def read(root: Path, units: frozenset[str] | None = None) -> object:
        seen.append(root)
        return really(root, units)

    monkeypatch.setattr(look, "read_material", read)
    return seen


class Slipped(Check):
    """A rule with a slip in it."""

    code = "slipped"

    def look(self, material: Material) -> Iterator[Fault]:
        raise ZeroDivisionError


def fast(root: Path) -> list[Fault]:
    return check_course(root, fast=True)


def test_a_second_check_says_the_same_and_reads_nothing(root: Path, readings: list[Path]) -> None:
    first = fast(root)
    assert [fault.code for fault in first] == ["forms-few"]
    assert fast(root) == first
    assert len(readings) == 1


@pytest.mark.parametrize(
    "change",
    [
        edit(UNIT, 0, source("# Another title")),
        append(TOML, "# a comment\n"),
        append("course.toml", "[limits]\ncell_seconds = 19\n"),
        write("units/01-one/data/rain.csv", "3\n"),
        write("corrective/01-one/adding/another.ipynb", "{}"),
        write("nbgrader_config.py", "c = get_config()\n"),
        write("release/01-one.a/unit.ipynb", "{}"),
        write("gradebook/source/01-one.a/unit.ipynb", "{}"),
        lambda root: (root / "units" / "02-two").mkdir(),
    ],
    ids=[
        "a notebook", "a unit.toml", "the course.toml", "a file of data", "a corrective", "nbgrader's settings",
        "what was released", "what it was made from", "an empty folder",
    ],
)  # fmt: skip
def test_a_changed_course_is_read_again(root: Path, readings: list[Path], change: Spoil) -> None:
    fast(root)
    change(root)
    fast(root)
    assert len(readings) == 2


def test_what_is_of_no_concern_to_a_check_changes_nothing(root: Path, readings: list[Path]) -> None:
    fast(root)
    write("gradebook/submitted/ada/01-one.a/unit.ipynb", "{}")(root)
    write("README.md", "Welcome.")(root)
    fast(root)
    assert len(readings) == 1


def test_some_units_and_the_whole_course_are_different_questions(root: Path, readings: list[Path]) -> None:
    fast(root)
    check_course(root, units=frozenset({"01-one"}), fast=True)
    assert len(readings) == 2


@pytest.mark.parametrize("text", ["", "[]", "{", '{"%s": 3}', '{"%s": [{"code": "x"}]}', '{"%s": [3]}'])
def test_a_damaged_file_is_no_fault(root: Path, readings: list[Path], text: str) -> None:
    first = fast(root)
    path = root / "gradebook" / FILE
    [key] = json.loads(path.read_text())
    path.write_text(text.replace("%s", key))
    assert fast(root) == first
    assert len(readings) == 2


def test_what_another_try_may_clear_is_not_kept(
    root: Path, readings: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.checks.CHECKS", (Slipped(),))
    assert [fault.code for fault in fast(root)] == ["check-failed"]
    fast(root)
    assert len(readings) == 2
