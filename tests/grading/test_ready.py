"""Checks are parted and compiled once, for all submissions."""

from __future__ import annotations

import textwrap

import pytest

from kit.grading.inside import ready

PARTS = {
    "nothing hidden, no value": ("assert f(1)", None, (True, False), None),
    "nothing hidden, a value": ("x = f(1)\nx / 2", None, (True, True), None),
    "a value alone": ("f(1)", None, (False, True), None),
    "a semicolon takes the value away": ("f(1);", None, (True, False), None),
    "hidden from the second line": ("assert f(1)\nassert f(2)", 2, (True, False), (True, False)),
    "the value of a visible part is none": ("f(1)\nassert f(2)", 2, (True, False), (True, False)),
    "the value of the hidden part": ("assert f(1)\nf(2)", 2, (True, False), (False, True)),
    "all of it hidden": ("assert f(1)", 1, None, (True, False)),
    "a decorator on the first hidden line": ("x = 1\n@f\ndef g(): pass", 2, (True, False), (True, False)),
    "a statement that begins before the hidden line": ("assert f(\n1)\nassert f(2)", 2, (True, False), (True, False)),
    "what stands after a hidden line is hidden": ("a = 1\nb = 2; c = 3", 2, (True, False), (True, False)),
    "an empty check": ("# later", None, (False, False), None),
}


def shape(part: tuple[object, object] | None) -> tuple[bool, bool] | None:
    return None if part is None else (part[0] is not None, part[1] is not None)


@pytest.mark.parametrize(("source", "hidden", "first", "later"), PARTS.values(), ids=PARTS.keys())
def test_a_check_is_parted_at_its_first_hidden_line(
    source: str, hidden: int | None, first: tuple[bool, bool] | None, later: tuple[bool, bool] | None
) -> None:
    data = ready.packed(source, "<check>", hidden, ())
    assert data is not None
    visible, rest, _ = ready.unpacked(data)
    assert (shape(visible), shape(rest)) == (first, later)


PATCHES = {
    "plain assertions": ("assert f(1) == 2 and np.pi > 3", False),
    "a name is given a value": ("x = np.pi", False),
    "an attribute of a module": ("np.pi = 3", True),
    "an attribute of what the test made": ("s = Shape()\ns.side = 2", False),
    "an attribute of the learner's": ("square.side = 2", False),
    "an attribute deep inside": ("os.path.sep = '!'", True),
    "a patch": ("with patch('random.random'): f(1)", True),
    "setattr": ("setattr(m, 'x', 1)", True),
    "a loop over an attribute": ("for np.pi in (3,): f(1)", True),
}


@pytest.mark.parametrize(("source", "patches"), PATCHES.values(), ids=PATCHES.keys())
def test_a_check_that_may_change_a_module_is_known(source: str, patches: bool) -> None:
    assert ready.ready(source, "<check>", None, ("square", "f"))[2] is patches


def test_what_is_no_plain_python_is_left_to_the_judge() -> None:
    source = textwrap.dedent("""\
        %time f(1)
        assert f(2)""")
    assert ready.packed(source, "<check>", None, ()) is None
    assert ready.packed("return", "<check>", None, ()) is None
    assert shape(ready.of_ipython(source, "<check>", 2, ())[1]) == (True, False)
