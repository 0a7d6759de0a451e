"""Functions that the author gives out for checks: honest work sees no difference, and nobody can put others there."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.grading.executors import Executor
from tests.grading.notebooks import Exercise, answer, check, exercise, given, locked, notes, scores

SAME = "def same(a, b):\n    assert a == b, f'{a} is not {b}'\n    return True"
RIGHT = "def double(n):\n    return 2 * n"
WRONG = "def double(n):\n    return 0"
TELLS = "\ndef same(a, b):\n    print('told', a, b)\n    return True"


@pytest.fixture(scope="module", params=["given", "locked"])
def doubled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    cells = [
        given(SAME) if request.param == "given" else locked("same-given", SAME),
        answer("double-answer", RIGHT),
        check("double", "same(double(2), 4)", "same(double(7341), 14682)"),
        check("again", "assert same(double(1), 2)\nassert callable(same)"),
    ]
    return exercise(tmp_path_factory.mktemp("doubled"), cells, executor)


WORK = {
    "right": (RIGHT, 1.0),
    "wrong": (WRONG, 0.0),
    "wrong for the hidden values": ("def double(n):\n    return 2 * n if n < 9 else 0", 0.0),
    "right, and another function in its place": (RIGHT + TELLS, 1.0),
    "wrong, and another function in its place": (WRONG + TELLS, 0.0),
    "wrong, and what the function does changed": (WRONG + "\nsame.__code__ = (lambda a, b: True).__code__", 0.0),
    "wrong, and nothing in its place": (WRONG + "\ndel same", 0.0),
}


@pytest.mark.parametrize(("work", "score"), WORK.values(), ids=WORK.keys())
def test_the_authors_function_decides(doubled: Exercise, work: str, score: float) -> None:
    graded = doubled.grade({"double-answer": work})
    assert scores(graded.items)["double"] == score
    assert "14682" not in "".join(notes(graded.items).values())
    assert "told" not in str(graded.notebook["cells"][1]["outputs"])


def test_what_the_function_says_of_a_visible_value_is_shown(doubled: Exercise) -> None:
    assert notes(doubled.grade({"double-answer": WRONG}).items)["double"] == "0 is not 4"


def test_a_function_that_uses_the_learners_own_finds_it(tmp_path: Path, executor: Executor) -> None:
    cells = [
        given("def near(a, b):\n    return abs(a - b) < 0.1\ndef works(n):\n    return near(double(n), 2 * n)"),
        answer("double-answer", RIGHT),
        check("double", "assert works(3) and near(double(1), 2.05)"),
    ]
    made = exercise(tmp_path, cells, executor)
    assert scores(made.grade({"double-answer": RIGHT}).items) == {"double": 1.0}
    assert scores(made.grade({"double-answer": WRONG}).items) == {"double": 0.0}
