"""One built course with two learners, and who types what where."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.courses import write_course


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_course(tmp_path / "course", items=1)


@pytest.fixture
def teacher(root: Path) -> Terminal:
    terminal = Terminal(root)
    terminal.kit("build")
    terminal.kit("enrol", "ada", "ben")
    return terminal


@pytest.fixture
def ada(teacher: Terminal, tmp_path: Path) -> Terminal:
    desk = tmp_path / "desk"
    desk.mkdir()
    return Terminal(desk, KIT_COURSE=str(teacher.folder), KIT_LEARNER="ada")
