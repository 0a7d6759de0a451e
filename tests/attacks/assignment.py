"""The assignment that is attacked: numbers, functions, lists, a table, partial credit, and an answer a person reads.

Most checks have a hidden part, with values that stand nowhere else: where one of them comes to light, something leaked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kit.grading.executors import Executor
from tests.grading.notebooks import Exercise, answer, boxed, check, exercise, given, text, written

HIDDEN_WORD = "canary0f1dde4a"
"""Handed to a function by a hidden test."""
INSIDE_WORD = "canary1151de00"
"""In the hidden part of the check that has to run in a fork of the learner's process."""
SOLUTION_WORD = "canary5010710a"
"""In the author's solution."""
HIDDEN_VALUES = ("33550336", "730217", "1460434", "640218", "5150273", "417.25", HIDDEN_WORD, INSIDE_WORD)

_SORTED = "reset_index(drop=True)"
CELLS = [
    text("# Count things"),
    given("import math\n"
"import numpy as np\n"
"import pandas as pd"),
    answer("number-answer", f"number = 33550336  # {SOLUTION_WORD}"),
    check(
        "number",
        "assert isinstance(number, int), f'number should be a whole number, not {number!r}.'",
        "assert number == 33550336, 'It should be the fifth perfect number.'",
    ),
    boxed("double-answer", "def double(n):\n"
"    ### BEGIN SOLUTION\n"
"    return 2 * n\n"
"    ### END SOLUTION"),
    check(
        "double",
        "assert double(2) == 4, f'The double of 2 is 4, not {double(2)!r}.'",
        "assert double(730217) == 1460434, 'It should work for every number.'",
        points=2,
    ),
    boxed(
        "evens-answer",
        "def evens(numbers):\n"
"    ### BEGIN SOLUTION\n"
"    return [n for n in numbers if n % 2 == 0]\n"
"    ### END SOLUTION",
    ),
    check(
        "evens",
        "assert evens([1, 2, 3, 4]) == [2, 4], f'Of 1 to 4, 2 and 4 are even; evens gave {evens([1, 2, 3, 4])!r}.'",
        "assert evens([640218, 7, 9]) == [640218], f'{evens([640218, 7, 9])!r}'\n"
"assert evens([]) == []",
        points=2,
    ),
    boxed(
        "totals-answer",
        "def totals(frame):\n"
"    ### BEGIN SOLUTION\n"
"    return frame.groupby('kind', as_index=False)['n'].sum()\n"
        "    ### END SOLUTION",
    ),
    check(
        "totals",
        f"result = totals(pd.DataFrame({{'kind': ['a', 'b', 'a'], 'n': [1, 2, 3]}})).{_SORTED}\n"
        "pd.testing.assert_frame_equal(result, pd.DataFrame({'kind': ['a', 'b'], 'n': [4, 2]}))",
        f"result = totals(pd.DataFrame({{'kind': ['b', 'b'], 'n': [5150273, 1]}})).{_SORTED}\n"
        "pd.testing.assert_frame_equal(result, pd.DataFrame({'kind': ['b'], 'n': [5150274]}))",
        points=2,
    ),
    boxed("area-answer", "def area(radius):\n"
"    ### BEGIN SOLUTION\n"
"    return math.pi * radius**2\n"
"    ### END SOLUTION"),
    check(
        "area",
        "right = [math.isclose(area(radius), math.pi * radius**2) for radius in (1, 2)]",
        "right += [math.isclose(area(radius), math.pi * radius**2) for radius in (417.25, 10)]\n"
"sum(right)",
        points=4,
    ),
    boxed(
        "countdown-answer",
        "def countdown(n):\n"
"    ### BEGIN SOLUTION\n"
"    steps = []\n"
"    while n:\n"
"        steps.append(n)\n"
"        n -= 1\n"
        "    return steps\n"
"    ### END SOLUTION",
    ),
    check(  # looks at the source: it cannot be carried out from outside
        "countdown",
        "import inspect\n"
"assert 'while' in inspect.getsource(countdown), 'Use a while loop.'\n"
        "assert countdown(3) == [3, 2, 1], f'countdown(3) gave {countdown(3)!r}.'",
        f"word = '{INSIDE_WORD}'\n"
f"assert countdown(len(word))[0] == 14",
    ),
    boxed("greet-answer", "def greet(name):\n"
"    ### BEGIN SOLUTION\n"
"    return f'Hello, {name}!'\n"
"    ### END SOLUTION"),
    check(
        "greet",
        "assert greet('Ada') == 'Hello, Ada!', f'greet(\"Ada\") gave {greet(\"Ada\")!r}.'",
        f"assert greet('{HIDDEN_WORD}') == 'Hello, {HIDDEN_WORD}!'",
    ),
    boxed("shout-answer", "def shout(text):\n"
"    ### BEGIN SOLUTION\n"
"    return text.upper() + '!'\n"
"    ### END SOLUTION"),
    check("shout", "assert shout('a') == 'A!', f'shout(\"a\") gave {shout(\"a\")!r}.'"),
    text("Why is zero an even number?"),
    written("why"),
]  # fmt: skip

RIGHT: Mapping[str, str] = {
    "number-answer": "number = 16 * 2096896 + 0",
    "double-answer": "def double(n):\n    return n + n",
    "evens-answer": "def evens(numbers):\n    return [n for n in numbers if n % 2 == 0]",
    "totals-answer": "def totals(frame):\n    return frame.groupby('kind')['n'].sum().reset_index()",
    "area-answer": "def area(radius):\n    return math.pi * radius * radius",
    "countdown-answer": "def countdown(n):\n"
    "    steps = []\n"
    "    while n > 0:\n"
    "        steps.append(n)\n"
    "        n -= 1\n"
    "    return steps",
    "greet-answer": "def greet(name):\n    return 'Hello, ' + name + '!'",
    "shout-answer": "def shout(text):\n    return text.upper() + '!'",
}
WRONG: Mapping[str, str] = {
    "number-answer": "number = 9",
    "double-answer": "def double(n):\n    return n",
    "evens-answer": "def evens(numbers):\n    return numbers",
    "totals-answer": "def totals(frame):\n    return frame",
    "area-answer": "def area(radius):\n    return -1.0",
    "countdown-answer": "def countdown(n):\n    return []",
    "greet-answer": "def greet(name):\n    return 'Bye'",
    "shout-answer": "def shout(text):\n    return text",
}
POINTS: Mapping[str, float] = {
    "number": 1.0,
    "double": 2.0,
    "evens": 2.0,
    "totals": 2.0,
    "area": 4.0,
    "countdown": 1.0,
    "greet": 1.0,
    "shout": 1.0,
    "why": 2.0,
}
FULL: Mapping[str, float | None] = {**POINTS, "why": 0.0}
"""What right answers earn where nothing is written for the person who reads."""
NOTHING: Mapping[str, float | None] = dict.fromkeys(POINTS, 0.0)


def target(folder: Path, executor: Executor) -> Exercise:
    """The assignment below *folder*."""
    made = exercise(folder, CELLS, executor)
    made.titles = {"counting": "count things"}
    made.siblings = {"01-count.a": "Counting, form a"}
    return made
