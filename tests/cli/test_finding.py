"""Which course is meant, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.mark.parametrize("command", ["next", "status", "check", "tidy"])
def test_a_variable_that_leads_nowhere_is_named_with_where_it_leads(tmp_path: Path, command: str) -> None:
    said = " ".join(Terminal(tmp_path, KIT_COURSE="../gone").kit(command, ok=False).split())
    assert "The environment variable KIT_COURSE is '../gone', which from here is" in said
    assert str(tmp_path.parent / "gone") in said.replace(" ", "")
    assert "is not a folder that you may enter" in said
    assert "as a full path" in said
    assert "units/" not in said


def test_an_option_that_leads_to_no_course_is_named(tmp_path: Path) -> None:
    said = " ".join(Terminal(tmp_path).kit("-C", str(tmp_path), "next", ok=False).split())
    assert f"-C names '{tmp_path}'. That holds no course.toml" in said
    assert "KIT_COURSE" not in said


def test_the_option_comes_before_the_variable(teacher: Terminal, tmp_path: Path) -> None:
    here = Terminal(tmp_path, KIT_COURSE="/nowhere/at/all", KIT_LEARNER="ada")
    assert "Open 01-one.a" in here.kit("-C", str(teacher.folder), "next")


def test_a_folder_inside_the_course_will_do(teacher: Terminal) -> None:
    assert "Open 01-one.a" in Terminal(teacher.folder / "units" / "01-one", KIT_LEARNER="ada").kit("next")
