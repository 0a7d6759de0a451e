"""The judge: what tests may do with a learner's functions and values, and what a dishonest answer gets for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.grading.judging import cases, judge_cells

OWN = {"own_classes": ["Shape", "Square", "Stack", "Point", "Color", "Level", "Pair", "Row", "TooPoor", "Tree"]}

HONEST = cases("honest")
DISHONEST = cases("dishonest")


@pytest.mark.parametrize("case", HONEST)
def test_an_honest_answer_passes(case: str) -> None:
    learner, check = HONEST[case]
    reply = judge_cells(learner, check, begin=dict(OWN))
    assert (reply["state"], reply["trouble"]) == ("ran", None)
    assert not reply["lost"]


@pytest.mark.parametrize("case", HONEST)
def test_no_answer_at_all_fails(case: str) -> None:
    """None of the checks above passes whatever it is given."""
    _, check = HONEST[case]
    if case not in ("a name of the test",):
        assert judge_cells("", check, begin=dict(OWN))["state"] == "failed"


def failed(reply: dict[str, Any]) -> str:
    assert reply["state"] == "failed", reply
    return str(reply["trouble"]["name"])


# --- parts of a check -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("f(2)", {"kind": "number", "number": 4.0}),
        ("f(2) / 8", {"kind": "number", "number": 0.5}),
        ("assert f(2) == 4", {"kind": "none"}),
        ("f(2);", {"kind": "none"}),
        ("f(2) == 4", {"kind": "bool", "number": 1.0}),
        ("'text'", {"kind": "other"}),
        ("f", {"kind": "other"}),
        ("import numpy as np\nnp.float32(0.5)", {"kind": "number", "number": 0.5}),
    ],
)
def test_the_last_expression_is_the_value(check: str, value: dict[str, Any]) -> None:
    assert judge_cells("def f(x): return x * 2", check)["value"] == value


def test_the_hidden_part_runs_later_and_goes_on_where_the_visible_part_stopped() -> None:
    check = "print('seen')\na = f(1)\nassert a == 2\n### hidden\nb = f(a)\nassert b == 3\nprint('not seen')\na + b"
    reply = judge_cells("def f(x): return x + 1", check, hidden_from=4)
    assert reply["first"] | {"key": ""} == {
        "did": "check", "key": "", "state": "open", "value": None, "trouble": None, "output": "seen\n", "lost": False,
    }  # fmt: skip
    assert (reply["state"], reply["value"], reply["output"]) == ("ran", {"kind": "number", "number": 5.0}, "")


def test_a_check_that_fails_before_its_hidden_part_is_over() -> None:
    reply = judge_cells("def f(x): return x", "assert f(1) == 2, 'one more'\nassert f(2) == 3", hidden_from=2)
    assert (reply["did"], reply["state"]) == ("check", "failed")
    assert reply["trouble"] == {"name": "AssertionError", "message": "one more", "lines": [1], "theirs": False}


def test_lines_an_exception_came_through_are_told_outermost_first() -> None:
    check = "def look(n):\n    return f(n)\n\nlook(0)"
    reply = judge_cells("def f(x): return 1 / x", check)
    trouble = {"name": "ZeroDivisionError", "message": "division by zero", "lines": [4, 2], "theirs": True}
    assert reply["trouble"] == trouble


def test_magic_lines_and_a_cell_of_nothing() -> None:
    assert judge_cells("x = 1", "# nothing to see\n")["state"] == "ran"
    assert judge_cells("x = 1", "assert x == 1\nx?", reads=["x"])["state"] == "failed"  # there is no shell here


def test_a_check_that_is_no_python_fails_with_its_line() -> None:
    reply = judge_cells("x = 1", "assert x == 1\nassert (", reads=["x"])
    assert (reply["trouble"]["name"], reply["trouble"]["lines"]) == ("SyntaxError", [2])


def test_names_of_a_view_are_those_of_the_place_of_the_check() -> None:
    learner = "data = [1, 2]\ndef f(): return 1\nn = 1"
    later = "data.append(3)\nn = 2\ndef f(): return 2"
    assert judge_cells(learner, "assert data == [1, 2] and f() == 1 and n == 1", later=later)["state"] == "ran"


def test_a_helper_of_the_learners_is_swapped_for_the_tests_own() -> None:
    learner = "def helper(x): return 0\ndef f(x): return helper(x) + 1\nrate = 2\ndef g(): return rate"
    check = "helper = lambda x: x * 10\nassert f(2) == 21\nrate = 5\nassert g() == 5"
    assert judge_cells(learner, check, shares=["helper", "rate"])["state"] == "ran"


def test_a_helper_deleted_by_the_hidden_part_is_gone_for_the_learners_function() -> None:
    learner = "def square(x): return x * x\ndef total(xs): return sum(square(x) for x in xs)"
    check = (
        "assert total([1, 2]) == 5\nkept = square\ndel square\ntry:\n    total([1])\nexcept NameError:\n    pass\n"
        "else:\n    raise AssertionError('does not use square')\nfinally:\n    square = kept\nassert total([3]) == 9"
    )
    assert judge_cells(learner, check, shares=["square"], hidden_from=2)["state"] == "ran"


def test_what_only_the_test_names_never_goes_to_the_learners_process() -> None:
    learner = "def f(x): return sorted(k for k in globals() if not k.startswith('_'))"
    assert judge_cells(learner, "secret = 42\nassert f(1) == ['f'], f(1)")["state"] == "ran"


def test_files_of_the_course_are_there() -> None:
    files = {"files": {"data/a.txt": b"hi"}}
    reply = judge_cells("", "assert open('data/a.txt').read() == 'hi'", reads=["x"], begin=files)
    assert reply["state"] == "ran"


# --- dishonest answers ------------------------------------------------------------------------------------------------

ANY = "class Any:\n    def __eq__(self, other): return True\n"


@pytest.mark.parametrize("case", DISHONEST)
def test_a_dishonest_answer_fails(case: str) -> None:
    learner, check = DISHONEST[case]
    reply = judge_cells(learner, check)
    # Who breaks the functions that answers are made with has no answers, and walking through every list there is, also
    # those that C code has not finished, can end Python itself.
    may_die = "at home" in case or case == "looks for what is expected"
    assert reply["state"] in (("died", "failed") if may_die else ("failed",)), reply


def test_an_object_is_refused_by_its_own_name() -> None:
    reply = judge_cells(ANY + "x = Any()", "assert x == 4")
    assert reply["trouble"]["name"] == "NotAPlainValue"
    assert "an object of the class 'Any'" in reply["trouble"]["message"]


# --- harm -------------------------------------------------------------------------------------------------------------

HARM = {
    "ends its process": ("import os\ndef f(): os._exit(0)", "died"),
    "is killed": ("import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGKILL)", "died"),
    "loops for ever": ("def f():\n    while True: pass", "timeout"),
    "blocks signals and loops": (
        "import signal\ndef f():\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n    while 1: pass",
        "timeout",
    ),
    "sleeps": ("import time\ndef f(): time.sleep(60)", "timeout"),
    "floods its output": ("def f():\n    for _ in range(100): print('x' * 1_000_000)", "failed"),
    "gives a value too large": ("def f(): return 'x' * 200_000_000", "failed"),
    "gives too many values": ("def f(): return [0] * 20_000_000", "failed"),
    "gives a list that doubles": ("def f():\n    x = (1,)\n    for _ in range(60): x = (x, x)\n    return x", "failed"),
    "nests without end": ("def f():\n    x = []\n    for _ in range(100_000): x = [x]\n    return x", "failed"),
    "raises with a text too large": ("def f(): raise ValueError('x' * 100_000_000)", "failed"),
    "raises KeyboardInterrupt": ("def f(): raise KeyboardInterrupt", "failed"),
    "raises at every turn": (
        "class E(BaseException):\n    def __str__(s): raise s\n    __repr__ = __str__\ndef f(): raise E", "failed"),
    "closes every file": ("import os\ndef f(): os.closerange(3, 100)", "died"),
    "breaks the way of answering": (
        "import json, sys\ndef f():\n    json.dumps = None\n    sys.modules.clear()\n    sys.stdout = None", "died"),
    "breaks the socket": ("import socket\ndef f():\n    socket.socket.send = socket.socket.recv = None", "died"),
}  # fmt: skip


@pytest.mark.parametrize("case", HARM)
def test_harm_ends_one_check(case: str) -> None:
    learner, state = HARM[case]
    seconds = 1.0 if state == "timeout" else 60.0
    reply = judge_cells(learner, "try:\n    f()\nexcept Exception: pass\nassert False", seconds=seconds)
    assert reply["state"] == state
    assert reply["lost"] == (state in ("died", "timeout"))
    assert len(reply["output"]) <= 10_000


def test_a_test_that_takes_too_long_itself_is_stopped() -> None:
    reply = judge_cells("x = 1", "try:\n    while x: pass\nexcept:\n    pass", seconds=1.0)
    assert (reply["state"], reply["lost"]) == ("timeout", False)


# --- what an answer may be ------------------------------------------------------------------------------------------

READ = "assert x is not None\nassert same(x) is not None\nassert len(both()) == 2 and both()[0] is not None"
ODD = cases("odd")


@pytest.mark.parametrize("case", ODD)
def test_no_value_ends_the_learners_process_or_the_judge(case: str) -> None:
    """It is read, handed over, handed back and returned within a list; where that cannot be, the check fails."""
    learner, trouble = ODD[case]
    learner += "\ndef same(v): return v\ndef both(): return [x, {'k': x}]\n"
    reply = judge_cells(learner, READ, reads=["x", "same", "both"])
    told = reply["trouble"] and f"{reply['trouble']['name']}: {reply['trouble']['message']}\n"
    assert (reply["state"], told) == (("failed", trouble) if trouble else ("ran", None))
    assert not reply["lost"]
