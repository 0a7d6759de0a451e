"""Honest answers to tasks of other kinds: classes, generators, functions of functions, printing, refusing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kit.grading.executors import Executor
from tests.grading.notebooks import Exercise, answer, boxed, check, exercise, given, notes, scores

_STACK = """class Stack:
    ### BEGIN SOLUTION
    pass
    ### END SOLUTION"""
CELLS = [
    given("from fractions import Fraction"),
    boxed("stack-answer", _STACK),
    check(
        "stack",
        "s = Stack()\nassert len(s) == 0\ns.push(1)\ns.push(2)\nassert s.pop() == 2 and len(s) == 1",
        "assert repr(Stack([1, 2])) == 'Stack([1, 2])'\n"
        "assert Stack([1]) == Stack([1])\n"
        "try:\n"
        "    Stack().pop()\n"
        "except IndexError:\n"
        "    pass\n"
        "else:\n"
        "    assert False",
        points=2,
    ),
    answer("squares-answer", "def squares():\n    n = 0\n    while True:\n        yield n * n\n        n += 1"),
    check(
        "squares",
        "import itertools\nassert list(itertools.islice(squares(), 4)) == [0, 1, 4, 9]",
        "s = squares()\nassert next(s) == 0 and next(s) == 1",
    ),
    answer("pair-answer", "pair = (1, 2)"),
    check("pair", "assert pair == (1, 2)", "a, b = pair\nassert a + b == 3"),
    answer("half-answer", "half = 0.5"),
    check("half", "assert half == 0.5", "assert half + half == 1"),
    answer("sorts-answer", "def sorts(numbers):\n    numbers.sort()"),
    check("sorts", "mine = [3, 1, 2]\nassert sorts(mine) is None and mine == [1, 2, 3]"),
    answer("apply-answer", "def apply(function, value):\n    return function(value)"),
    check("apply", "assert apply(lambda n: n + 1, 2) == 3", "assert apply(str, 2) == '2'"),
    answer("positive-answer", "def positive(n):\n    if n < 0: raise ValueError('negative')\n    return n"),
    check(
        "positive",
        "assert positive(1) == 1\n"
        "try:\n"
        "    positive(-1)\n"
        "except ValueError as error:\n"
        "    assert 'negative' in str(error)\n"
        "else:\n"
        "    assert False, 'It should refuse.'",
    ),
    answer("says-answer", "def says():\n    print('hello')"),
    check(
        "says",
        "import io\n"
        "from contextlib import redirect_stdout\n"
        "with redirect_stdout(io.StringIO()) as said:\n"
        "    says()\n"
        "assert said.getvalue() == 'hello\\n'",
    ),
]
REFERENCE = {
    "stack-answer": "class Stack:\n"
    "    def __init__(self, items=()):\n"
    "        self.items = list(items)\n"
    "    def push(self, item):\n"
    "        self.items.append(item)\n"
    "    def pop(self):\n"
    "        return self.items.pop()\n"
    "    def __len__(self):\n"
    "        return len(self.items)\n"
    "    def __repr__(self):\n"
    "        return f'Stack({self.items})'\n"
    "    def __eq__(self, other):\n"
    "        return self.items == other.items",
    "squares-answer": "def squares():\n    n = 0\n    while True:\n        yield n * n\n        n += 1",
    "pair-answer": "pair = (1, 2)",
    "half-answer": "half = 0.5",
    "sorts-answer": "def sorts(numbers):\n    numbers.sort()",
    "apply-answer": "def apply(function, value):\n    return function(value)",
    "positive-answer": "def positive(n):\n    if n < 0:\n        raise ValueError('negative')\n    return n",
    "says-answer": "def says():\n    print('hello')",
}
EVERYTHING = {
    "stack": 2.0,
    "squares": 1.0,
    "pair": 1.0,
    "half": 1.0,
    "sorts": 1.0,
    "apply": 1.0,
    "positive": 1.0,
    "says": 1.0,
}
OTHERWISE: Mapping[str, tuple[dict[str, str], dict[str, float]]] = {
    "the reference": ({}, EVERYTHING),
    "a list instead of a tuple is not equal": ({"pair-answer": "pair = [1, 2]"}, {**EVERYTHING, "pair": 0.0}),
    "a named tuple is equal": (
        {"pair-answer": "from collections import namedtuple\npair = namedtuple('Pair', 'a b')(1, 2)"},
        EVERYTHING,
    ),
    "numpy's integers in a tuple are equal": (
        {"pair-answer": "import numpy as np\npair = tuple(np.array([1, 2]))"},
        EVERYTHING,
    ),
    "a fraction for a float": ({"half-answer": "half = Fraction(1, 2)"}, EVERYTHING),
    "numpy's float": ({"half-answer": "import numpy as np\nhalf = np.mean([0, 1])"}, EVERYTHING),
    "a class with a base and properties": (
        {
            "stack-answer": "class Base:\n"
            "    def __init__(self, items=()): self._items = list(items)\n"
            "    @property\n"
            "    def items(self): return self._items\n"
            "class Stack(Base):\n"
            "    def push(self, item): self.items.append(item)\n"
            "    def pop(self): return self.items.pop()\n"
            "    def __len__(self): return len(self.items)\n"
            "    def __repr__(self): return f'{type(self).__name__}({self.items!r})'\n"
            "    def __eq__(self, other): return isinstance(other, Stack) and self.items == other.items"
        },
        EVERYTHING,
    ),
    "a class that is a list": (
        {
            "stack-answer": "class Stack(list):\n"
            "    push = list.append\n"
            "    def __repr__(self): return f'Stack({list(self)})'"
        },
        EVERYTHING,
    ),
    "a dataclass": (
        {
            "stack-answer": "from dataclasses import dataclass, field\n"
            "@dataclass\n"
            "class Stack:\n"
            "    items: list = field(default_factory=list)\n"
            "    def push(self, item): self.items.append(item)\n"
            "    def pop(self): return self.items.pop()\n"
            "    def __len__(self): return len(self.items)\n"
            "    def __repr__(self): return f'Stack({self.items})'"
        },
        EVERYTHING,
    ),
    "a generator expression in a function": (
        {"squares-answer": "import itertools\ndef squares():\n    return (n * n for n in itertools.count())"},
        EVERYTHING,
    ),
    "an iterator of a class": (
        {
            "squares-answer": "class Squares:\n"
            "    n = -1\n"
            "    def __iter__(self): return self\n"
            "    def __next__(self):\n"
            "        self.n += 1\n"
            "        return self.n ** 2\n"
            "squares = Squares"
        },
        EVERYTHING,
    ),
    "an error of one's own kind": (
        {
            "positive-answer": "class Negative(ValueError): pass\n"
            "def positive(n):\n"
            "    if n < 0: raise Negative('negative value')\n"
            "    return n"
        },
        EVERYTHING,
    ),
    "printing in two steps": (
        {"says-answer": "import sys\ndef says():\n    sys.stdout.write('hel')\n    print('lo')"},
        EVERYTHING,
    ),
    "sorting by slices": ({"sorts-answer": "def sorts(numbers):\n    numbers[:] = sorted(numbers)"}, EVERYTHING),
    "sorting a copy does not sort": (
        {"sorts-answer": "def sorts(numbers):\n    sorted(numbers)"},
        {**EVERYTHING, "sorts": 0.0},
    ),
}


@pytest.fixture(scope="module")
def various(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    folder: Path = tmp_path_factory.mktemp("various")
    return exercise(folder, CELLS, executor)


@pytest.mark.parametrize(("answers", "expected"), OTHERWISE.values(), ids=OTHERWISE.keys())
def test_answers_of_other_kinds_get_what_python_says_of_them(
    various: Exercise, answers: dict[str, str], expected: dict[str, float]
) -> None:
    graded = various.grade({**REFERENCE, **answers})
    assert scores(graded.items) == expected, notes(graded.items)
