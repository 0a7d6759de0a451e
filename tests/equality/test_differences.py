"""Every deliberate difference from nbgrader, seen on both sides; each is a row of docs/grading-differences.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kit.grading import Rejected
from tests.equality.learners import filled
from tests.equality.ours import Grader, marks, read
from tests.equality.peer import ROOT, Peer, Verdict
from tests.equality.sharing import once
from tests.grading.notebooks import answer, check, task

pytestmark = pytest.mark.xdist_group("nbgrader-differences")

PAGE = ROOT / "docs" / "grading-differences.md"
STDERR = "a check writes to standard error, or warns"
DISPLAYED = "something is displayed before or in a check"
NO_NUMBER = "the last value is negative, a text, a list, not a number"
BOOL = "the last value is `True` / `False`"
SHOWS_AS = "the last value is an object of the learner's that shows as `4.0`"
NUMPY = "the last value is a number of numpy's"
ALWAYS_EQUAL = "an object whose `__eq__` is always True"
REBOUND = "learner code rebinds `isinstance`, `math.isclose` …"
ABOVE = "the last value is above the points"
DIES = "the kernel dies in one cell"
DELETED = "a check is deleted, edited, renamed, unmarked"
TWICE = "a grade_id is there twice"
RENAMED = "the notebook has another name"
UNREADABLE = "the notebook is of another form, or cannot be read"
TASK = "a task cell with nothing written below it"
REACHES_ON = "a check changes what a later cell of the learner's reads (gives a name another value, adds to a list)"
EARLIER = "an earlier attempt scored higher"


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer and its check, graded differently."""

    row: str
    answer: str
    check: str
    theirs: float
    ours: float
    points: float = 1.0


CELLS: dict[str, Cell] = {
    "a warning": Cell(STDERR, "import warnings\ndef f(): warnings.warn('old'); return 1", "assert f() == 1", 0, 1),
    "a deprecation": Cell(STDERR, "import numpy as np\ndef f(): return np.float64(1) / 0", "assert f() > 9", 0, 1),
    "print to stderr": Cell(STDERR, "import sys\ndef f(): print(1, file=sys.stderr)", "assert f() is None", 0, 1),
    "logging": Cell(STDERR, "import logging\ndef f(): logging.warning('x'); return 1", "assert f() == 1", 0, 1),
    "a display as the score": Cell(DISPLAYED, "import sys\ndef f(): sys.displayhook(0.25); return 1",
                                   "assert f() == 1", 0.25, 1),
    "a display before the error": Cell(DISPLAYED, "import sys\ndef f(): sys.displayhook(1.0)", "assert f() == 1", 1, 0),
    "a negative value": Cell(NO_NUMBER, "v = -1", "v", 1, 0),
    "a text": Cell(NO_NUMBER, "v = 'half'", "v", 1, 0),
    "a list": Cell(NO_NUMBER, "v = [0]", "v", 1, 0),
    "False": Cell(BOOL, "v = 3", "v == 4", 1, 0),
    "an object that shows as a number": Cell(
        SHOWS_AS, "class V:\n    def __repr__(self): return '4.0'\nv = V()", "v", 4, 0, points=4),
    "a number of numpy": Cell(
        NUMPY, "import numpy as np\nv = np.array([1, 2, 0, 0])", "(v == [1, 2, 3, 4]).mean()", 1, 0.5),
    "equal to everything": Cell(
        ALWAYS_EQUAL, "class Any:\n    def __eq__(self, other): return True\nv = Any()", "assert v == 42", 1, 0),
    "isinstance rebound": Cell(REBOUND, "isinstance = lambda *a: True\nv = 'x'",
                               "assert isinstance(v, int)", 1, 0),
    "math.isclose rebound": Cell(REBOUND, "import math\nmath.isclose = lambda *a: True\nv = 9",
                                 "import math\nassert math.isclose(v, 1)", 1, 0),
    "sum used as a name": Cell(REBOUND, "sum = 1 + 2\ndef f(): return [1, 2]", "assert sum(f()) == 3", 0, 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Later:
    """A first answer and its check, then a second answer and its check: the second is graded differently."""

    first: str
    check: str
    second: str
    check_of_second: str
    theirs: float
    ours: float


LATER: dict[str, Later] = {
    "a name has another value": Later("base = 3", "assert base == 3\nbase = 100", "price = base + 1",
                                      "assert price == 4", 0, 1),
    "a list is longer": Later("basket = ['egg']", "basket.append('milk')\nassert len(basket) == 2",
                              "size = len(basket)", "assert size == 1", 0, 1),
    "a function counted its calls": Later(
        "calls = 0\ndef f():\n    global calls\n    calls += 1", "f()\nassert calls == 1",
        "f()\nseen = calls", "assert seen == 1", 0, 1),
    "relied on": Later("stock = ['egg']", "stock.append('milk')", "total = len(stock)", "assert total == 2", 1, 0),
}  # fmt: skip
"""All of them belong to the row `REACHES_ON`."""


def find(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if marks(cell).get("grade_id") == grade_id)


def delete(notebook: dict[str, Any]) -> None:
    notebook["cells"].remove(find(notebook, "two"))


def rename(notebook: dict[str, Any]) -> None:
    find(notebook, "two")["metadata"]["nbgrader"]["grade_id"] = "another"


def unmark(notebook: dict[str, Any]) -> None:
    find(notebook, "two")["metadata"] = {}


def repeat(notebook: dict[str, Any]) -> None:
    cell = find(notebook, "two")
    copied = {**json.loads(json.dumps(cell)), "id": "copied"}
    notebook["cells"].insert(notebook["cells"].index(cell), copied)


@dataclass(frozen=True, slots=True)
class Whole:
    """A submission that is right but for one thing, and what the cells one, two and plan come to."""

    row: str
    theirs: tuple[Verdict, ...]
    ours: tuple[Verdict, ...] | str
    answers: dict[str, str]
    edit: Callable[[dict[str, Any]], None] | None = None
    name: str = "unit"
    text: str = ""


RIGHT = {"one-answer": "one = 2.0", "two-answer": "two = 2"}
LOST: tuple[Verdict, ...] = ("lost", "lost", "lost")
WHOLE: dict[str, Whole] = {
    "untouched-task": Whole(TASK, (2, 1, "waits"), (2, 1, 0), RIGHT),
    "above": Whole(ABOVE, LOST, (0, 1, 0), {**RIGHT, "one-answer": "one = 9.0"}),
    "dies": Whole(DIES, LOST, (0, 1, 0), {**RIGHT, "one-answer": "import os\nos._exit(1)"}),
    "deleted": Whole(DELETED, (2, "waits", "waits"), (2, 1, 0), RIGHT, delete),
    "renamed-check": Whole(DELETED, LOST, (2, 1, 0), RIGHT, rename),
    "unmarked": Whole(DELETED, (2, "waits", "waits"), (2, 1, 0), RIGHT, unmark),
    "twice": Whole(TWICE, LOST, (2, 1, 0), RIGHT, repeat),
    "renamed": Whole(RENAMED, LOST, (2, 1, 0), RIGHT, name="my unit"),
    "unreadable": Whole(UNREADABLE, LOST, "not-a-notebook", RIGHT, text='{"cells": ['),
}
AGAIN = "again"
"""Who hands in twice: all right, then blank and without a check."""


def _notebook(cells: list[Any]) -> dict[str, Any]:
    for cell in cells:
        cell.id = cell.metadata.nbgrader.grade_id
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return dict(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}))


def _named(name: str) -> str:
    return re.sub(r"\W+", "-", name)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Peer:
    found: Peer = once(tmp_path_factory, "nbgrader-differences", build)
    return found


def build(folder: Path) -> Peer:
    peer = Peer(folder / "course")
    single = [
        made
        for name, cell in CELLS.items()
        for made in (answer(f"{_named(name)}-answer"), check(_named(name), cell.check, points=cell.points))
    ]
    peer.write_source("cells", "unit", _notebook(single))
    twice = [
        made
        for name, later in LATER.items()
        for made in (
            answer(f"{_named(name)}-1-answer"), check(f"{_named(name)}-1", later.check),
            answer(f"{_named(name)}-2-answer"), check(f"{_named(name)}-2", later.check_of_second),
        )
    ]  # fmt: skip
    peer.write_source("later", "unit", _notebook(twice))
    peer.write_source(
        "whole",
        "unit",
        _notebook([answer("one-answer"), check("one", "one", points=2), answer("two-answer"),
                   check("two", "assert two == 2"), task("plan", "Plan it.")]),
    )  # fmt: skip
    peer.generate()
    peer.hand_in("odd", "cells", {"unit": odd(peer)})
    peer.hand_in("odd", "later", {"unit": in_order(peer)})
    for learner, whole in WHOLE.items():
        peer.hand_in(learner, "whole", {whole.name: whole.text or submission(peer, whole)})
    peer.hand_in(AGAIN, "whole", {"unit": submission(peer, WHOLE["untouched-task"])})
    peer.autograde()
    peer.hand_in(AGAIN, "whole", {"unit": second_attempt(peer)})
    peer.autograde()
    return peer


def odd(peer: Peer) -> dict[str, Any]:
    answers = {f"{_named(name)}-answer": cell.answer for name, cell in CELLS.items()}
    return filled(read(peer.release("cells", "unit")), answers)


def in_order(peer: Peer) -> dict[str, Any]:
    answers = {
        f"{_named(name)}-{number}-answer": source
        for name, later in LATER.items()
        for number, source in enumerate((later.first, later.second), 1)
    }
    return filled(read(peer.release("later", "unit")), answers)


def submission(peer: Peer, whole: Whole) -> dict[str, Any]:
    notebook = filled(read(peer.release("whole", "unit")), whole.answers)
    if whole.edit:
        whole.edit(notebook)
    return notebook


def second_attempt(peer: Peer) -> dict[str, Any]:
    notebook = read(peer.release("whole", "unit"))
    delete(notebook)
    return notebook


@pytest.fixture(scope="module")
def cells(course: Peer, grader: Grader) -> dict[str, Verdict]:
    return grader.verdicts(course.source("cells", "unit"), course.release("cells", "unit"), odd(course))


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_scored_differently_as_the_page_says(course: Peer, cells: dict[str, Verdict], name: str) -> None:
    difference = CELLS[name]
    assert course.verdicts("odd", "cells", "unit")[_named(name)] == difference.theirs
    assert cells[_named(name)] == difference.ours


def test_a_check_does_not_change_what_later_cells_of_the_learners_find(course: Peer, grader: Grader) -> None:
    theirs = course.verdicts("odd", "later", "unit")
    ours = grader.verdicts(course.source("later", "unit"), course.release("later", "unit"), in_order(course))
    for name, difference in LATER.items():
        first, second = f"{_named(name)}-1", f"{_named(name)}-2"
        assert (theirs[first], ours[first]) == (1, 1), name
        assert (theirs[second], ours[second]) == (difference.theirs, difference.ours), name


@pytest.mark.parametrize("learner", WHOLE)
def test_a_submission_is_graded_differently_as_the_page_says(course: Peer, grader: Grader, learner: str) -> None:
    difference = WHOLE[learner]
    theirs = course.verdicts(learner, "whole", "unit")
    handed_in = difference.text or submission(course, difference)
    ours = grader.grade(course.source("whole", "unit"), course.release("whole", "unit"), handed_in, difference.name)
    assert (theirs["one"], theirs["two"], theirs["plan"]) == difference.theirs
    if isinstance(ours, Rejected):
        assert ours.code == difference.ours
    else:
        assert tuple("waits" if item.score is None else item.score for item in ours.items) == difference.ours


def test_an_earlier_attempt_counts_there_and_not_here(course: Peer, grader: Grader) -> None:
    theirs = course.verdicts(AGAIN, "whole", "unit")
    ours = grader.verdicts(course.source("whole", "unit"), course.release("whole", "unit"), second_attempt(course))
    assert (theirs["two"], ours["two"]) == (1.0, 0.0), f"{EARLIER}: {theirs} {ours}"


def rows() -> dict[str, str]:
    """What happens → the tests that show it, of the table Scores."""
    table = re.findall(r"^\| (.+?) \| .+ \| .+? \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    return {what: shown for what, shown in table if what not in ("what happens", "---")}


def test_every_test_of_ours_that_the_page_names_is_there() -> None:
    named = re.findall(r"`equality/(test_\w+\.py)(?:::(test_\w+))?`", PAGE.read_text(encoding="utf-8"))
    assert named
    for file, name in named:
        assert f"def {name or 'test_'}" in (ROOT / "tests" / "equality" / file).read_text(encoding="utf-8")


def test_every_difference_has_its_row_and_every_row_its_test() -> None:
    shown_here = {cell.row for cell in CELLS.values()} | {whole.row for whole in WHOLE.values()} | {REACHES_ON, EARLIER}
    assert shown_here <= rows().keys()
    here = {what for what, tests in rows().items() if "equality/test_differences.py" in tests}
    assert here == shown_here
    assert all(re.search(r"test_\w+\.py", tests) for tests in rows().values())
