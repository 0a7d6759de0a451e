"""What items are worth: partial credit, answers a person reads, honest code, and the reasons in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kit.grading.executors import Executor
from tests.grading.notebooks import (
    Exercise,
    answer,
    boxed,
    check,
    exercise,
    given,
    locked,
    notes,
    scores,
    task,
    text,
    written,
)  # fmt: skip

VALUES: dict[str, tuple[str, float]] = {
    "no value: full points": ("assert x == 2", 4.0),
    "None": ("None", 4.0),
    "True": ("x == 2", 4.0),
    "False": ("x == 3", 0.0),
    "a part of the points": ("2.5", 2.5),
    "a whole number": ("3", 3.0),
    "nothing of the points": ("0", 0.0),
    "exactly all points": ("4", 4.0),
    "more than all points": ("5", 0.0),
    "below zero": ("-1", 0.0),
    "not a number": ("float('nan')", 0.0),
    "infinity": ("float('inf')", 0.0),
    "a number of a thousand digits": ("10 ** 1000", 0.0),
    "a text": ("'2.0'", 0.0),
    "a list": ("[2.0]", 0.0),
    "a number of numpy": ("import numpy as np\nnp.float64(1.5)", 1.5),
    "a truth of numpy": ("import numpy as np\nnp.bool_(True)", 4.0),
    "an object of the learner's": ("mine", 0.0),
    "a float of the learner's": ("own_float", 0.0),
    "silenced by a semicolon": ("2.5;", 4.0),
    "a number, then a display": ("print(1)\ndisplay(3.0)\n2.0", 2.0),
    "a display, and an assertion that fails": ("display(4.0)\nassert x == 3", 0.0),
    "an exception": ("1 / 0", 0.0),
    "await at the top": ("import asyncio\nawait asyncio.sleep(0)\nassert x == 2", 4.0),
    "a magic": ("%precision 2\nassert x == 2", 4.0),
    "a warning": ("import warnings\nwarnings.warn('careful')\nassert x == 2", 4.0),
    "text on standard error": ("import sys\nprint('careful', file=sys.stderr)", 4.0),
}


@pytest.fixture(scope="module")
def valued(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> dict[str, float | None]:
    """All values in one notebook: the learner's answer defines x, an object and a float that lies."""
    learner = (
        "x = 2\n"
        "class Mine:\n    def __float__(self): return 4.0\n    def __repr__(self): return '4.0'\n"
        "class Own(float):\n    def __repr__(self): return '4.0'\n"
        "mine, own_float = Mine(), Own(4.0)"
    )
    checks = [check(f"v{n}", source, points=4) for n, (source, _) in enumerate(VALUES.values())]
    made = exercise(tmp_path_factory.mktemp("values"), [answer("x-answer"), *checks], executor)
    return scores(made.grade({"x-answer": learner}).items)


@pytest.mark.parametrize(("number", "expected"), list(enumerate(v for _, v in VALUES.values())), ids=VALUES.keys())
def test_the_last_value_of_a_check_is_partial_credit(
    valued: dict[str, float | None], number: int, expected: float
) -> None:
    assert valued[f"v{number}"] == expected


# --- honest code ------------------------------------------------------------------------------------------------------

HONEST = {
    "plain": "total = 6",
    "prints": "print('working …')\ntotal = 6",
    "prints to standard error": "import sys\nprint('careful', file=sys.stderr)\ntotal = 6",
    "warns": "import warnings\nwarnings.warn('careful')\ntotal = 6",
    "a magic": "%time total = 6",
    "a cell magic": "%%time\ntotal = 6",
    "a shell command": "!true\ntotal = 6",
    "await at the top": "import asyncio\nawait asyncio.sleep(0.01)\ntotal = 6",
    "asyncio.gather": "import asyncio\ntotal = sum(await asyncio.gather(asyncio.sleep(0, 2), asyncio.sleep(0, 4)))",
    "a thread": "import threading\nt = threading.Thread(target=lambda: None)\nt.start(); t.join()\ntotal = 6",
    "the last result": "2 * 3\ntotal = 6",
    "a name of a builtin for something else": "sum = 6\nlen = 1\ntotal = sum",
    "numpy": "import numpy as np\ntotal = int(np.array([1, 2, 3]).sum())",
    "a plot": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\ntotal = 6",
    "a class of one's own on the way": "class Bag:\n    def __len__(self): return 6\ntotal = len(Bag())",
    "a file of one's own": "open('note.txt', 'w').write('6')\ntotal = int(open('note.txt').read())",
    "files given out with the assignment": "total = sum(map(int, open('numbers.txt').read().split()))",
    "a display": "from IPython.display import display, HTML\ndisplay(HTML('<b>6</b>'))\ntotal = 6",
    "input is replaced by a value": "total = 6  # instead of input()",
    "pandas": "import pandas as pd\ntotal = int(pd.Series([1, 2, 3]).sum())",
}


@pytest.fixture(scope="module")
def total(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    cells = [
        given("start = 1"),
        answer("total-answer", "total = 6"),
        check("total", "assert total == 6, f'total should be 6, not {total!r}.'", "assert type(total) is int"),
    ]
    made = exercise(tmp_path_factory.mktemp("honest"), cells, executor)
    (made.release.parent / "numbers.txt").write_text("1 2 3")
    return made


@pytest.mark.parametrize("source", HONEST.values(), ids=HONEST.keys())
def test_honest_code_gets_its_points(total: Exercise, source: str) -> None:
    graded = total.grade({"total-answer": source})
    assert scores(graded.items) == {"total": 1.0}, notes(graded.items)


def test_released_data_wins_over_a_changed_copy(total: Exercise) -> None:
    source = HONEST["files given out with the assignment"]
    graded = total.grade({"total-answer": source}, None, **{"numbers.txt": "100"})
    assert scores(graded.items) == {"total": 1.0}


FILES: dict[str, tuple[dict[str, str], str]] = {
    "a start-up file for IPython": ({".ipython/profile_default/startup/a.py": "total = 6"}, "total = 7"),
    "a configuration for IPython": (
        {"ipython_kernel_config.py": "get_config().InteractiveShellApp.exec_lines = ['total = 6']"}, "..."),
    "a module named like one of the standard library": ({"math.py": "pi = 6", "ast.py": "1 / 0"}, "total = 7"),
    "a module named like one the kernel needs": (
        {"comm.py": "1 / 0", "IPython/__init__.py": "1 / 0", "zmq.py": "1 / 0", "debugpy.py": "1 / 0"}, "total = 7"),
    "a folder where a file was given out": ({"numbers.txt/x": "x"}, "total = 7"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "source"), FILES.values(), ids=FILES.keys())
def test_files_handed_in_do_not_change_the_grader(total: Exercise, files: dict[str, str], source: str) -> None:
    assert scores(total.grade({"total-answer": source}, None, **files).items) == {"total": 0.0}
    right = HONEST["files given out with the assignment"]
    assert scores(total.grade({"total-answer": right}, None, **files).items) == {"total": 1.0}


def test_a_module_handed_in_beside_the_notebook_can_be_imported(total: Exercise) -> None:
    graded = total.grade({"total-answer": "import mine\ntotal = mine.total"}, None, **{"mine.py": "total = 6"})
    assert scores(graded.items) == {"total": 1.0}


def test_own_cells_run_where_they_stand(total: Exercise) -> None:
    def helper_first(notebook: dict[str, Any]) -> None:
        cell = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "six = 6", "outputs": []}
        notebook["cells"].insert(1, {**cell, "execution_count": None})

    assert scores(total.grade({"total-answer": "total = six"}, helper_first).items) == {"total": 1.0}


# --- dishonest code ---------------------------------------------------------------------------------------------------

DISHONEST = {
    "a patched builtin": (
        "import builtins\nreal = isinstance\n"
        "builtins.isinstance = lambda v, kind: True if v == 'six' else real(v, kind)\ntotal = 'six'"
    ),
    "a shadowed builtin": "def isinstance(value, kind): return True\ntotal = 'six'",
    "a patched module": "import math\nmath.isclose = lambda *a, **k: True\ntotal = 7",
    "a module put in the place of another": (
        "import sys, types\nfake = types.ModuleType('math')\nfake.isclose = lambda *a: True\n"
        "sys.modules['math'] = fake\ntotal = 7"
    ),
    "a hook on every cell": (
        "def done(*a): pass\nget_ipython().events.register('pre_run_cell', done)\n"
        "get_ipython().run_cell = get_ipython().run_cell_async = done\ntotal = 7"
    ),
    "a transformer of cells": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\ntotal = 7",
    "a transformer of syntax trees": (
        "import ast\nclass T(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\n"
        "get_ipython().ast_transformers.append(T())\ntotal = 7"
    ),
    "a trace function that jumps over lines": (
        "import sys\ndef skip(frame, event, arg):\n    if not frame.f_code.co_filename.startswith('<check'):\n"
        "        return None\n    try:\n        frame.f_lineno = frame.f_lineno + 1\n"
        "    except ValueError:\n        pass\n    return skip\nsys.settrace(skip)\ntotal = 7"
    ),
    "a transformer that every shell uses": (
        "import IPython.core.inputtransformer2 as t\n"
        "t.TransformerManager.transform_cell = lambda self, cell: '1.0'\ntotal = 7"
    ),
    "messages that report another result": (
        "import kit_inside.wire as w\nsend = w.Wire.send\n"
        "def lie(self, message, *rest, **named):\n"
        "    message = {**message, 'state': 'ran', 'passed': True, 'value': {'kind': 'none'}, 'trouble': None}\n"
        "    return send(self, message, *rest, **named)\n"
        "w.Wire.send = lie\ntotal = 7"
    ),
    "a process that answers for the checks": (
        "import kit_inside.learner as l\n"
        "passed = lambda *_: {'own': False, 'state': 'ran', 'passed': True, 'value': {'kind': 'none'}}\n"
        "l.Learner.view = l.Learner.answer = passed\ntotal = 'seven'"
    ),
    "builtins of one's own": (
        "__builtins__ = {'isinstance': lambda *a: True, '__import__': __import__}\ntotal = 'six'"
    ),
    "a score shown again and again": "import atexit\nfrom IPython.display import display\ndisplay(1.0)\ntotal = 7\n1.0",
    "the end of output as of a result": "import sys\nprint('\\x00execute_result 1.0')\nsys.displayhook(1.0)\ntotal = 7",
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    cells = [
        answer("total-answer", "total = 6"),
        check("kind", "assert isinstance(total, int)"),
        check("close", "import math\nassert math.isclose(total, 6)"),
        check("equal", "assert total == 6"),
    ]
    return exercise(tmp_path_factory.mktemp("strict"), cells, executor)


@pytest.mark.parametrize("source", DISHONEST.values(), ids=DISHONEST.keys())
def test_dishonest_code_gets_what_its_value_is_worth(strict: Exercise, source: str) -> None:
    graded = strict.grade({"total-answer": source})
    number = "total = 7" in source
    assert scores(graded.items) == {"kind": float(number), "close": 0.0, "equal": 0.0}
    assert notes(graded.items)["equal"] == "This did not hold: assert total == 6"  # it was run, and failed


def test_a_harness_told_that_all_is_well_does_not_believe_it(tmp_path: Path, executor: Executor) -> None:
    lie = (
        "import kit_inside.hardening as h, kit_inside.compiling as c, kit_inside.guard as g\n"
        "h.Hardening.compare = lambda *a: True\nc.compile_check = lambda *a: (compile('', '', 'exec'), None)\n"
        "g.Guard.restore = lambda self: None\ntotal = 7"
    )
    # One test that has to be carried out in the learner's own process, and one that has not.
    source = "import gc\ngc.collect()\nassert total == 6"
    cells = [answer("total-answer"), check("inside", source), check("apart", "assert total == 6")]
    graded = exercise(tmp_path, cells, executor).grade({"total-answer": lie})
    assert scores(graded.items) == {"inside": 0.0, "apart": 0.0}
    assert "AssertionError" in str(graded.notebook)  # it was the check that failed, not the lie


def test_the_reference_of_that_notebook_gets_its_points(strict: Exercise) -> None:
    assert scores(strict.grade({"total-answer": "total = 6"}).items) == {"kind": 1.0, "close": 1.0, "equal": 1.0}


def test_a_builtin_the_task_asks_for_is_the_learners(tmp_path: Path, executor: Executor) -> None:
    cells = [
        boxed(
            "max-answer", "def max(a, b):\n    ### BEGIN SOLUTION\n    return a if a > b else b\n    ### END SOLUTION"
        ),
        check("max", "assert max(1, 2) == 2"),
    ]
    made = exercise(tmp_path, cells, executor)
    assert scores(made.grade({"max-answer": "def max(a, b):\n    return a"}).items) == {"max": 0.0}
    assert scores(made.grade({"max-answer": "def max(a, b):\n    return b"}).items) == {"max": 1.0}


# --- cells a person reads ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def read_by_a_person(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    cells = [
        text("Why is the sky blue?"),
        written("why"),
        written("how", code=True),
        task("plan", "Plan a small program. Use as many cells as you like."),
        text("## The end"),
        locked("end", "end = True"),
    ]
    return exercise(tmp_path_factory.mktemp("person"), cells, executor)


def after(position: int, source: str) -> Callable[[dict[str, Any]], None]:
    cell = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": source}
    return lambda notebook: notebook["cells"].insert(position + 1, cell)


MANUAL: dict[str, tuple[dict[str, str], Any, dict[str, float | None]]] = {
    "nothing is answered": ({}, None, {"why": 0.0, "how": 0.0, "plan": 0.0}),
    "a text is written": ({"why": "It scatters light."}, None, {"why": None, "how": 0.0, "plan": 0.0}),
    "code is written": ({"how": "print('blue')"}, None, {"why": 0.0, "how": None, "plan": 0.0}),
    "a cell is added below the task": ({}, after(3, "My plan"), {"why": 0.0, "how": 0.0, "plan": None}),
    "a cell is added elsewhere": ({}, after(0, "A note"), {"why": 0.0, "how": 0.0, "plan": 0.0}),
    "an answer is deleted": (
        {}, lambda notebook: notebook["cells"].pop(1), {"why": 0.0, "how": 0.0, "plan": 0.0}),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "edit", "expected"), MANUAL.values(), ids=MANUAL.keys())
def test_an_answer_a_person_reads_is_not_assessed_until_then(
    read_by_a_person: Exercise, answers: dict[str, str], edit: Any, expected: dict[str, float | None]
) -> None:
    graded = read_by_a_person.grade(answers, edit)
    assert scores(graded.items) == expected
    for item in graded.items:
        assert item.note == (
            "Your instructor will read this answer." if item.score is None else "There is no answer here yet."
        )


# --- reasons ----------------------------------------------------------------------------------------------------------

REASONS = {
    "right": ("def half(n):\n    return n / 2", ""),
    "untouched": (None, "There is no answer here yet."),
    "NotImplementedError": ("def half(n):\n    raise NotImplementedError()", "There is no answer here yet."),
    "a visible assertion": ("def half(n):\n    return n", "Half of 4 is 2, but your function gave 4."),
    "a hidden assertion with words": (
        "def half(n):\n    return 2 if n == 4 else 3", "A further check: It should work for odd numbers too."),
    "a hidden assertion that would tell a value": (
        "def half(n):\n    return 3.5 if n == 7 else 2", "A further check with other values did not pass."),
    "an error in the hidden part": (
        "def half(n):\n    return 2 if n == 4 else [][n]",
        "A further check with other values did not pass."),
    "what is not written yet, in the hidden part": (
        "def half(n):\n    if n == 4: return 2\n    raise NotImplementedError",
        "A further check with other values did not pass."),
    "half a character": ("def half(n):\n    return '\\ud800'", "Half of 4 is 2, but your function gave '\\ud800'."),
    "half a character in words": (
        "def half(n):\n    raise ValueError('a\\ud800')",
        "The check stopped with a ValueError (a?). A value had the right type, but Python could not work with what was "
        "in it.",
    ),
    "a syntax error": (
        "def half(n)\n    return n / 2",
        "Your answer stopped with a SyntaxError in line 1. Python cannot read this line as it stands. Often a bracket, "
        "a quotation mark or a colon is missing, here or in the line above.",
    ),
    "another name": (
        "def halve(n):\n    return n / 2",
        "The check stopped with a NameError (name 'half' is not defined). Python does not know the name “half” at this "
        "point. Is it spelled the same everywhere, and does the line that makes it come earlier?",
    ),
    "an error in line 2": (
        "x = 1\ny = x + 'a'",
        "Your answer stopped with a TypeError in line 2. Two things were put together that do not go together, for "
        "example a text and a number, or a function was called with too many or too few values.",
    ),
    "input": (
        "n = input('number? ')",
        "Your answer stopped with a StdinNotImplementedError in line 1. The code asks for input with input(). Nobody "
        "sits at the keyboard when your work is checked: give the value in the code instead.",
    ),
    "an endless loop": ("while True: pass", "Your answer ran longer than 3 seconds: is there a loop that never ends?"),
    "an endless loop in the function": (
        "def half(n):\n    while True: pass",
        "With your code the check ran longer than 3 seconds: is there a loop that never ends?",
    ),
    "the end of Python": (
        "import os; os._exit(0)",
        "Your answer ended Python itself. Look for a line that ends the program or uses very much memory.",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def half(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    solution = "def half(n):\n    ### BEGIN SOLUTION\n    return n / 2\n    ### END SOLUTION"
    hidden = (
        "assert half(7) == 3.5, 'It should work for odd numbers too.'\nassert half(10) == 5, f'{half(10)} is not 5'"
    )
    visible = "assert half(4) == 2, f'Half of 4 is 2, but your function gave {half(4)!r}.'"
    cells = [boxed("half-answer", solution), check("half", visible, hidden)]
    made = exercise(tmp_path_factory.mktemp("half"), cells, executor)
    made.limits = replace(made.limits, cell_seconds=3)
    return made


@pytest.mark.parametrize(("source", "note"), REASONS.values(), ids=REASONS.keys())
def test_the_reason_is_in_words_and_tells_nothing_hidden(half: Exercise, source: str | None, note: str) -> None:
    graded = half.grade({} if source is None else {"half-answer": source})
    assert notes(graded.items) == {"half": note}


def test_a_check_that_did_not_run_says_so(half: Exercise) -> None:
    half_limits = half.limits
    half.limits = replace(half_limits, kernel_restarts=0)
    ends = "import os; os._exit(0)"
    two = lambda notebook: notebook["cells"].insert(0, given(ends))  # noqa: E731
    graded = half.grade({"half-answer": ends}, two)
    half.limits = half_limits
    assert scores(graded.items) == {"half": 0.0}
    assert "did not run" in notes(graded.items)["half"]
