"""Mistakes made from a reference solution: source in, mutants out."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.checks.mutants import MAKERS, MOST, Mutant, mutants_of

ALL = 1000
_LOOP = "total = 0\nfor n in range(1, top):\n    if n > 2:\n        total += n"


def codes(source: str, kind: str, most: int = ALL) -> set[str]:
    return {mutant.code for mutant in mutants_of(source, most) if mutant.kind == kind}


TABLE = [
    ("plus and minus change places", "operator", "a = b + c", {"a = b - c"}),
    ("times becomes divided by, or plus", "operator", "a = b * c", {"a = b / c", "a = b + c"}),
    ("a whole quotient becomes a quotient, or the remainder", "operator", "a = b // c", {"a = b / c", "a = b % c"}),
    ("a power becomes a product", "operator", "a = b ** c", {"a = b * c"}),
    ("a border belongs to the other side, or the sign is turned", "operator", "a = b < c", {"a = b <= c", "a = b > c"}),
    ("equal becomes not equal", "operator", "a = b == c", {"a = b != c"}),
    ("in becomes not in", "operator", "a = b in c", {"a = b not in c"}),
    ("and becomes or", "operator", "a = b and c", {"a = b or c"}),
    ("a not is lost", "operator", "a = not b", {"a = b"}),
    ("adding up becomes taking away", "operator", "a += b", {"a -= b"}),
    ("joining texts is no sum", "operator", "a = ', ' + b", set()),
    ("a number is one more or one less", "constant", "a = 7", {"a = 8", "a = 6"}),
    ("a negative number loses its sign too", "constant", "a = -3", {"a = -2", "a = -4", "a = 3"}),
    ("true becomes false", "constant", "a = True", {"a = False"}),
    ("nothing becomes zero", "constant", "a = None", {"a = 0"}),
    ("a text is empty", "constant", "a = 'b'", {"a = ''"}),
    ("an empty text is not", "constant", "a = ''", {"a = 'x'"}),
    ("a list is empty", "constant", "a = [b, c]", {"a = []"}),
    ("a part of an f-string is lost", "constant", "a = f'{b} km'", {"a = f'{b}'"}),
    ("an index is one off", "bounds", "a = b[n]", {"a = b[n + 1]", "a = b[n - 1]"}),
    ("a slice is one off, or open", "bounds", "a = b[1:n]",
     {"a = b[2:n]", "a = b[0:n]", "a = b[:n]", "a = b[1:n + 1]", "a = b[1:n - 1]", "a = b[1:]"}),
    ("a step is lost", "bounds", "a = b[::2]", {"a = b[:]"}),
    ("a range is one off, or begins at one", "bounds", "a = range(n)",
     {"a = range(n + 1)", "a = range(n - 1)", "a = range(1, n)"}),
    ("a key of a dictionary is no index", "bounds", "a = b['c']", set()),
    ("a condition is turned round, or its branch left out", "branch", "if a:\n    b = 1",
     {"if not a:\n    b = 1", "pass"}),
    ("one of two branches is always or never taken", "branch", "if a:\n    b = 1\nelse:\n    b = 2",
     {"if not a:\n    b = 1\nelse:\n    b = 2", "if a:\n    b = 1", "b = 1", "b = 2"}),
    ("a choice within an expression", "branch", "a = b if c else d",
     {"a = b if not c else d", "a = b", "a = d"}),
    ("a filter of a comprehension is lost", "branch", "a = [b for b in c if d]", {"a = [b for b in c]"}),
    ("a result is computed and not returned", "return", "def f(a):\n    return a + 1", {"def f(a):\n    return"}),
    ("nothing is returned already", "return", "def f(a):\n    return None", set()),
    ("a loop stops after a round, or misses the first or the last", "loop", "for a in b:\n    c += a",
     {"for a in b:\n    c += a\n    break", "for a in list(b)[:-1]:\n    c += a", "for a in list(b)[1:]:\n    c += a"}),
    ("a loop runs on", "loop", "while a:\n    b()\n    break", {"while a:\n    b()"}),
    ("arguments change places", "swap", "a = f(b, c)", {"a = f(c, b)"}),
    ("so do those with names", "swap", "a = f(x=b, y=c)", {"a = f(x=c, y=b)"}),
    ("so do the sides of a minus", "swap", "a = b - c", {"a = c - b"}),
    ("so do the texts that are joined", "swap", "a = b + '!'", {"a = '!' + b"}),
    ("the sides of a plus are as good either way", "swap", "a = b + c", set()),
    ("so are the arguments of max", "swap", "a = max(b, c)", set()),
    ("a number comes as a text", "type", "a = len(b)", {"a = str(len(b))"}),
    ("a list comes as a tuple", "type", "a = [b]", {"a = tuple([b])"}),
    ("a tuple comes as a list", "type", "def f(b):\n    return (b, b)", {"def f(b):\n    return list((b, b))"}),
    ("whatever it is comes in a list", "type", "a = b + c", {"a = [b + c]"}),
    ("a conversion is lost, or another one", "type", "f(int(b))", {"f(b)", "f(float(b))"}),
    ("a call is left out", "call", "a = round(b, 2)", {"a = b"}),
    ("a method is left out", "call", "a = b.strip().upper()", {"a = b.upper()", "a = b.strip()"}),
    ("a step is left out", "statement", "a.append(1)\nb = 2", {"a.append(1)", "b = 2"}),
    ("a sum forgets what was there", "statement", "def f(a, b):\n    a += b\n    return a",
     {"def f(a, b):\n    a = b\n    return a", "def f(a, b):\n    return a"}),
    ("an only statement is not left out: that is no answer", "statement", "a = b", set()),
    ("another name of the answer in its place", "name", "a = b * c", {"a = c * c", "a = b * b"}),
    ("the function that is called keeps its name", "name", "a = f(b)", set()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "source", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_kind_makes_the_mistakes_it_names(kind: str, source: str, expected: set[str]) -> None:
    assert codes(source, kind) == expected


def test_every_kind_is_in_the_table() -> None:
    assert {kind for _, kind, _, _ in TABLE} == set(MAKERS)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ('def f(a):\n    """Add one."""\n    return a + 1', '    """Add one."""\n'),
        ("import math\na = math.pi * 2", "import math"),
        ("def f(a: int=1) -> float:\n    return a + 1", "(a: int="),
        ("def f(a: int=1) -> float:\n    return a + 1", ") -> float:"),
        ("@once\ndef f(a):\n    return a + 1", "@once\n"),
        ("a = b + 1\nif a < 0:\n    raise ValueError('below zero')\n", "raise ValueError('below zero')"),
    ],
    ids=["a docstring", "an import", "an annotation", "what is given back", "a decorator", "the words of an error"],
)
def test_nothing_is_changed_that_no_test_is_about(source: str, kept: str) -> None:
    made = [mutant.code for mutant in mutants_of(source, ALL)]
    assert len(made) > 3
    assert [code for code in made if kept not in code and code != "a = b + 1"] == []  # the branch as a whole may go


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("a = 2 * 2", "a = 2 + 2"),
        ("a = 1 if True else 2", "a = 1"),
        ("for n in [b]:\n    continue", "for n in [b]:\n    pass"),
    ],
    ids=["constants that are folded", "a branch that is never taken", "a continue at the end"],
)
def test_what_python_compiles_to_the_same_is_no_mutant(source: str, same: str) -> None:
    made = {mutant.code for mutant in mutants_of(source, ALL)}
    assert made
    assert same not in made


def test_two_ways_to_the_same_text_make_one_mutant() -> None:
    made = [mutant.code for mutant in mutants_of(_LOOP, ALL)]
    assert len(made) == len(set(made))


def test_a_mutant_says_where_it_is_and_what_is_different() -> None:
    source = "# a comment of the author's\ntotal = 0\n\ntotal += price  # and another one\n"
    [mutant] = [m for m in mutants_of(source, ALL) if m.kind == "operator"]
    assert mutant == Mutant(
        "operator", 4, "total = 0\ntotal -= price", "@@ -1,2 +1,2 @@\n total = 0\n-total += price\n+total -= price"
    )


def test_comments_stay_with_the_author() -> None:
    for mutant in mutants_of("a = b + 1  # the secret", ALL):
        assert "secret" not in mutant.code + mutant.diff


@pytest.mark.parametrize("source", ["%matplotlib inline", "def f(:", "", "# nothing", "import math"])
def test_of_what_is_no_python_answer_there_are_none(source: str) -> None:
    assert mutants_of(source) == ()


def test_the_inside_of_a_function_is_an_answer_too() -> None:
    assert codes("b = a + 1\nreturn b", "return") == {"b = a + 1\nreturn"}


def test_a_long_answer_gets_a_fair_share_of_every_kind() -> None:
    kinds = {mutant.kind for mutant in mutants_of(_LOOP, ALL)}
    chosen = mutants_of(_LOOP)
    assert len(chosen) == MOST < len(mutants_of(_LOOP, ALL))
    assert {mutant.kind for mutant in chosen} == kinds


@pytest.mark.parametrize(
    ("known", "left_out"),
    [("a = (b -  c)  # as good", "a = b - c"), ("this is no Python", None)],
    ids=["an answer somebody has judged", "an answer that cannot be read"],
)
def test_an_answer_that_is_listed_is_not_made_again(known: str, left_out: str | None) -> None:
    all_of_them = {mutant.code for mutant in mutants_of("a = b + c", ALL)}
    made = {mutant.code for mutant in mutants_of("a = b + c", ALL, known=[known])}
    assert all_of_them - made == ({left_out} if left_out else set())


_PRINT = f"from kit.checks.mutants import mutants_of; print([m.code for m in mutants_of({_LOOP!r})])"


def test_any_process_makes_the_same_mutants_in_the_same_order() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", _PRINT], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {f"{[mutant.code for mutant in mutants_of(_LOOP)]}\n"}


_NAMES = st.sampled_from(["a", "b", "numbers"])
_EXPRESSIONS = st.recursive(
    _NAMES | st.integers(-9, 9).map(str) | st.sampled_from(["'x'", "True", "None", "[]", "[1, 2]"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "<", "==", "and", "in"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        st.tuples(_NAMES, inner).map(lambda parts: f"{parts[0]}[{parts[1]}]"),
        st.tuples(inner, inner).map(lambda parts: f"round({parts[0]}, {parts[1]})"),
    ),
    max_leaves=6,
)


@given(st.lists(_EXPRESSIONS, min_size=1, max_size=3))
def test_whatever_the_answer_every_mutant_is_python_and_another_answer(lines: list[str]) -> None:
    source = "\n".join(f"result_{n} = {line}" for n, line in enumerate(lines))
    for mutant in mutants_of(source):
        compile(mutant.code, "<mutant>", "exec")
        assert mutant.code != ast.unparse(ast.parse(source))
        assert 1 <= mutant.line <= len(lines)
        assert mutant.diff.startswith("@@ ")
