"""What the comparisons share."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.course import load_course
from kit.grading.executors import Executor, open_executor
from tests.equality.ours import Grader
from tests.equality.peer import ROOT


@pytest.fixture(scope="session")
def executor() -> Executor:
    """The one our course names."""
    return open_executor(load_course(ROOT))


@pytest.fixture(scope="session")
def grader(executor: Executor, tmp_path_factory: pytest.TempPathFactory) -> Grader:
    return Grader(executor, Path(tmp_path_factory.mktemp("ours")))
