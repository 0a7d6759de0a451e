"""Notebooks in languages without a harness: what the kernel replies decides, as in nbgrader, but stderr costs nothing.

Any kernel will do to show it: here IPython's own, under the name of another language.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.grading.executors import Executor
from tests.grading.notebooks import Exercise, answer, check, exercise, notes, scores


@pytest.fixture
def other(tmp_path: Path, executor: Executor) -> Exercise:
    checks = {
        "passes": "assert x == 2",
        "fails": "assert x == 3, 'x should be 3'",
        "partly": "1.5",
        "says-too-much": "7.0",
        "text": "'full'",
        "warns": "import sys\nprint('careful', file=sys.stderr)",
    }
    cells = [answer("x-answer"), *(check(name, source, points=2) for name, source in checks.items())]
    made = exercise(tmp_path, cells, executor)
    notebook = json.loads(made.source.read_text())
    notebook["metadata"]["kernelspec"] = {"name": "python3", "language": "other", "display_name": "Other"}
    made.source.write_text(json.dumps(notebook))
    return made


def test_the_reply_of_the_kernel_decides(other: Exercise) -> None:
    graded = other.grade({"x-answer": "x = 2"})
    expected = {"passes": 2.0, "fails": 0.0, "partly": 1.5, "says-too-much": 0.0, "text": 2.0, "warns": 2.0}
    assert scores(graded.items) == expected
    assert notes(graded.items)["fails"] == "x should be 3"


def test_a_cell_that_ends_the_kernel_costs_that_cell(other: Exercise) -> None:
    graded = other.grade({"x-answer": "import os; os._exit(1)"})
    assert scores(graded.items)["passes"] == 0.0
    assert scores(graded.items)["partly"] == 1.5
