"""Every row of the table "What went wrong in 24 odd submissions": each comes out right, through the real executor."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.grading import Graded, Rejected
from kit.grading.executors import Executor
from tests.grading.notebooks import Exercise, answer, boxed, check, exercise, notes, scores, text

SECRET = "assert double(21) == 42, 'It should also work for other numbers.'"
BOX = "def double(n):\n    ### BEGIN SOLUTION\n    return 2 * n\n    ### END SOLUTION"
RIGHT = {"one-answer": "one = 1", "two-answer": "def double(n):\n    return 2 * n", "three-answer": "three = 3"}
WRONG = {"one-answer": "one = 9", "two-answer": "def double(n):\n    return n", "three-answer": "three = 9"}
FULL = {"one": 1.0, "two": 2.0, "three": 1.0}
NOTHING = dict.fromkeys(FULL, 0.0)


@pytest.fixture
def counting(tmp_path: Path, executor: Executor) -> Exercise:
    """Three items; the second has a hidden test."""
    cells = [
        text("# Count"),
        answer("one-answer", "one = 1"),
        check("one", "assert one == 1, f'one should be 1, but it is {one!r}.'"),
        boxed("two-answer", BOX),
        check("two", "assert double(1) == 2, f'The double of 1 is 2, not {double(1)!r}.'", SECRET, points=2),
        answer("three-answer", "three = 3"),
        check("three", "assert three == 3, f'three should be 3, but it is {three!r}.'"),
    ]
    return exercise(tmp_path, cells, executor)


def find(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def mark(cell: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda notebook: find(notebook, cell)["metadata"]["nbgrader"].update(changes)


def delete(grade_id: str) -> Callable[[dict[str, Any]], None]:
    return lambda notebook: notebook["cells"].remove(find(notebook, grade_id))


def bare(grade_id: str) -> Callable[[dict[str, Any]], None]:
    """Remove a cell's metadata; its cell id stays."""
    return lambda notebook: find(notebook, grade_id).update(metadata={})


def write(grade_id: str, source: str) -> Callable[[dict[str, Any]], None]:
    return lambda notebook: find(notebook, grade_id).update(source=source)


def repeat(grade_id: str, source: str) -> Callable[[dict[str, Any]], None]:
    """Copy a cell, as copy and paste does: with its metadata, under a new cell id; *source* in the copy."""

    def edit(notebook: dict[str, Any]) -> None:
        cell = find(notebook, grade_id)
        copy = {**json.loads(json.dumps(cell)), "id": "copied", "source": source}
        notebook["cells"].insert(notebook["cells"].index(cell) + 1, copy)

    return edit


CHEAT = "class Any:\n    def __eq__(self, other): return True\n"
ROWS: dict[str, tuple[dict[str, str], Callable[[dict[str, Any]], None] | None, dict[str, float]]] = {
    "the kernel is killed in the first answer": (
        {**RIGHT, "one-answer": "import os; os._exit(1)"}, None, {**FULL, "one": 0.0}),
    "the kernel is killed in the last answer": (
        {**RIGHT, "three-answer": "import os; os._exit(1)"}, None, {**FULL, "three": 0.0}),
    "the kernel is killed by the learner's function while it is checked": (
        {**RIGHT, "two-answer": "def double(n):\n    import os; os._exit(1)"}, None, {**FULL, "two": 0.0}),
    "a grade_id is renamed": (RIGHT, mark("two-answer", grade_id="something-else"), FULL),
    "the grade_id of a check is renamed": (RIGHT, mark("two", grade_id="something-else"), FULL),
    "a grade_id is there twice, the copy is unchanged": (RIGHT, repeat("one-answer", "# untouched copy"), FULL),
    "a check is there twice": (RIGHT, repeat("one", "assert True"), FULL),
    "grade: false": (RIGHT, mark("two", grade=False), FULL),
    "a test cell is deleted, the answer is right": (RIGHT, delete("two"), FULL),
    "a test cell is deleted, the answer is wrong": (WRONG, delete("two"), NOTHING),
    "a test cell's metadata is removed, the answer is wrong": (WRONG, bare("two"), NOTHING),
    "an answer cell's metadata is removed": (RIGHT, bare("two-answer"), FULL),
    "a right answer that emits a warning": (
        {**RIGHT, "one-answer": "import warnings\nwarnings.warn('careful')\none = 1",
         "two-answer": "import warnings\ndef double(n):\n    warnings.warn('old')\n    return 2 * n"}, None, FULL),
    "sys.displayhook(2.0) before a wrong answer": (
        {**WRONG, "two-answer": "import sys\ndef double(n):\n    sys.displayhook(2.0)\n    return n"}, None, NOTHING),
    "sys.displayhook('x') before a wrong answer": (
        {**WRONG, "two-answer": "import sys\nsys.displayhook('x')\ndef double(n):\n    sys.displayhook('x')"},
        None, NOTHING),
    "an object whose __eq__ is always True": (
        {**WRONG, "one-answer": CHEAT + "one = Any()",
         "two-answer": CHEAT + "def double(n): return Any()"}, None, NOTHING),
    "an infinite loop": ({**RIGHT, "one-answer": "while True: pass"}, None, {**FULL, "one": 0.0}),
    "sys.exit": ({**RIGHT, "one-answer": "import sys; sys.exit()"}, None, {**FULL, "one": 0.0}),
    "a syntax error": ({**RIGHT, "one-answer": "one = = 1"}, None, {**FULL, "one": 0.0}),
    "an edited test": (WRONG, write("two", "assert True"), NOTHING),
    "points raised to 100": (RIGHT, mark("two", points=100), FULL),
    "points raised to 100 on a wrong answer": (WRONG, mark("two", points=100), NOTHING),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "edit", "expected"), ROWS.values(), ids=ROWS.keys())
def test_an_odd_submission_gets_what_its_answers_are_worth(
    counting: Exercise,
    answers: dict[str, str],
    edit: Callable[[dict[str, Any]], None] | None,
    expected: dict[str, float],
) -> None:
    counting.limits = replace(counting.limits, cell_seconds=4)
    graded = counting.grade(answers, edit)
    assert scores(graded.items) == expected
    assert [item.max for item in graded.items] == [1.0, 2.0, 1.0]


def test_a_deleted_or_unmarked_test_cell_is_put_back_and_named(counting: Exercise) -> None:
    assert counting.grade(RIGHT, delete("two")).restored == ("two",)
    assert counting.grade(RIGHT).restored == ()


def test_a_renamed_notebook_is_recognised(counting: Exercise) -> None:
    folder = counting.folder_with({"my work.ipynb": json.dumps(counting.answered(RIGHT))})
    result = counting.grade_folder(folder)
    assert isinstance(result, Graded)
    assert scores(result.items) == FULL


def test_corrupt_json_is_rejected_with_the_line_and_the_next_step(counting: Exercise) -> None:
    whole = json.dumps(counting.answered(RIGHT), indent=1)
    result = counting.grade_folder(counting.folder_with({"unit.ipynb": whole[: len(whole) // 2]}))
    assert isinstance(result, Rejected)
    assert result.code == "not-a-notebook"
    assert "line" in result.reason
    assert "JupyterLab" in result.reason


SECOND_ATTEMPTS = {
    "the second kills the kernel in every answer": (dict.fromkeys(RIGHT, "import os; os._exit(1)"), None),
    "the second is blank and its test cell is deleted": ({}, delete("two")),
}


@pytest.mark.parametrize(("answers", "edit"), SECOND_ATTEMPTS.values(), ids=SECOND_ATTEMPTS.keys())
def test_nothing_is_taken_from_an_earlier_attempt(
    counting: Exercise, answers: dict[str, str], edit: Callable[[dict[str, Any]], None] | None
) -> None:
    assert scores(counting.grade(RIGHT).items) == FULL
    assert scores(counting.grade(answers, edit).items) == NOTHING


def test_code_cannot_reach_the_gradebook_or_the_source(counting: Exercise) -> None:
    if not counting.executor.isolation.startswith("bubblewrap"):
        pytest.skip(f"needs bubblewrap: {counting.executor.isolation}")
    gradebook = counting.folder / "gradebook.db"
    gradebook.write_text("scores")
    attack = f"""
from pathlib import Path
one = "safe"
for path in ({str(gradebook)!r}, {str(counting.source)!r}, "../../gradebook.db", "../source/unit.ipynb"):
    try:
        Path(path).read_text()
        one = "read " + path
    except OSError:
        pass
try:
    Path({str(gradebook)!r}).write_text("mine")
except OSError:
    pass
assert one == "safe", one
one = 1
"""
    assert scores(counting.grade({**RIGHT, "one-answer": attack}).items) == FULL
    assert gradebook.read_text() == "scores"


def test_code_that_searches_its_folder_finds_no_hidden_test(counting: Exercise) -> None:
    search = """
import gc, linecache, os
found = [In, Out, linecache.cache, get_ipython().history_manager.input_hist_raw, os.environ]
for folder, _, names in os.walk("."):
    for name in names:
        try:
            found.append(open(os.path.join(folder, name), errors="replace").read())
        except OSError:
            pass
for thing in gc.get_objects():
    if type(thing) in (list, tuple):
        found += [part for part in thing if type(part) is str]
    elif type(thing) is dict:
        found += [part for part in list(thing.values()) if type(part) is str]
    elif type(thing).__name__ == "function":
        found.append(thing.__code__.co_consts)
three = 3 if not any("srebmun rehto"[::-1] in str(text) for text in found) else "found a hidden test"
"""
    graded = counting.grade({**RIGHT, "three-answer": search})
    assert scores(graded.items) == FULL, notes(graded.items)


def test_an_honest_hidden_test_changes_nothing_but_a_changed_check_is_seen(counting: Exercise) -> None:
    honest, tampered = counting.grade(RIGHT), counting.grade(RIGHT, write("two", "assert True"))
    assert "changed" not in json.dumps(honest.notebook)
    assert "had been changed" in json.dumps(tampered.notebook)
    assert "had been changed" in tampered.feedback(None)


CARRIES_OVER = {
    "an exception that was kept": (
        "kept = ValueError()\ndef double(n):\n    if n == 21: raise kept\n    return 2 * n",
        "step, seen = kept.__traceback__, []\n"
        "while step: seen.append(step.tb_frame.f_code.co_consts); step = step.tb_next\n"
        "three = 3 if not seen else seen",
    ),
    "a name the hidden part makes": (
        "def double(n):\n    return 2 * n",
        "three = globals().get('expected', 3)",
    ),
}


@pytest.mark.parametrize(("two", "three"), CARRIES_OVER.values(), ids=CARRIES_OVER.keys())
def test_a_hidden_test_leaves_nothing_for_a_later_cell(
    tmp_path: Path, executor: Executor, two: str, three: str
) -> None:
    cells = [
        boxed("two-answer", BOX),
        check("two", "assert double(1) == 2", "expected = 42\nassert double(21) == expected"),
        answer("three-answer", "three = 3"),
        check("three", "assert three == 3, f'{three!r}'"),
    ]
    graded = exercise(tmp_path, cells, executor).grade({"two-answer": two, "three-answer": three})
    assert scores(graded.items)["three"] == 1.0, notes(graded.items)
