"""One executor and one world for all attacks of a test process, as a grader has them in its whole life."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.course import load_course
from kit.grading.executors import Executor, open_executor
from kit.grading.executors.local import LocalExecutor
from tests.attacks.assignment import target
from tests.attacks.world import TOKEN_WORD, World
from tests.courses import write_course
from tests.grading.notebooks import Exercise


@pytest.fixture(scope="session")
def temporary() -> Iterator[Path]:
    """A folder for temporary files that no other test uses; short, for sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="kit-attacks-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def own_temporary_files(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def executor(world: World, temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    """The one a course has that names none; its environment has a token that is nobody else's business."""
    course = load_course(write_course(tmp_path_factory.mktemp("course") / "course", {"01-one": ()}))
    before, tempfile.tempdir = tempfile.tempdir, str(temporary)
    os.environ["KIT_ATTACK_TOKEN"] = TOKEN_WORD
    made = open_executor(course)
    assert isinstance(made, LocalExecutor)
    made.close()  # other tests may have used it: it starts anew in this world
    tempfile.tempdir = before
    yield made
    del os.environ["KIT_ATTACK_TOKEN"]
    made.close()


@pytest.fixture(scope="session")
def counting(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    return target(tmp_path_factory.mktemp("counting"), executor)
