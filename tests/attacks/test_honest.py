"""Honest work, however unusual, keeps exactly the points nbgrader gives for it; no defence may cost a learner one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.attacks.assignment import FULL, RIGHT
from tests.grading.notebooks import Exercise, notes, scores


def first(source: str) -> dict[str, str]:
    """Right answers, with *source* in the first cell."""
    return {**RIGHT, "number-answer": f"{source}\n{RIGHT['number-answer']}"}


def double(source: str) -> dict[str, str]:
    return {**RIGHT, "double-answer": source}


def evens(source: str) -> dict[str, str]:
    return {**RIGHT, "evens-answer": source}


ON_THE_WAY: Mapping[str, dict[str, str]] = {
    "prints to standard error": first("import sys\nprint('careful', file=sys.stderr)"),
    "warns": first("import warnings\nwarnings.warn('careful')"),
    "logs": first("import logging\nlogging.warning('careful')\nlogging.getLogger('x').error('careful')"),
    "shows progress as tqdm does": first(
        "import sys, time\n"
        "for n in range(20):\n"
        "    sys.stderr.write(f'\\r{n * 5:3d}%|{\"█\" * n}')\n"
        "    sys.stderr.flush()"
    ),
    "plots": first("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\nplt.show()"),
    "displays tables and HTML": first(
        "from IPython.display import HTML\ndisplay(HTML('<b>1</b>'), pd.DataFrame({'a': [1]}))"
    ),
    "clears its output": first("from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)\nprint(2)"),
    "uses threads": first(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    assert sum(pool.map(abs, range(-5, 5))) == 25"
    ),
    "uses processes": first(
        "import multiprocessing\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    assert pool.map(abs, [-1, -2]) == [1, 2]"
    ),
    "runs a program": first(
        "import subprocess\nassert subprocess.run(['echo', 'hi'], capture_output=True).stdout == b'hi\\n'"
    ),
    "runs a shell command": first("listed = !ls"),
    "awaits": first(
        "import asyncio\nawait asyncio.sleep(0.01)\nassert await asyncio.gather(asyncio.sleep(0, 1)) == [1]"
    ),
    "times itself": first("%time sum(range(10))\nimport time\ntime.perf_counter()"),
    "reads data beside the notebook": first(
        "assert open('numbers.csv').read() == '1,2\\n'\npd.read_csv('numbers.csv')"
    ),
    "writes files": first(
        "import json, pathlib, sqlite3, tempfile\n"
        "pathlib.Path('out').mkdir()\n"
        "pathlib.Path('out/x.json').write_text(json.dumps([1]))\n"
        "with tempfile.TemporaryDirectory() as place: open(f'{place}/x', 'w').write('x')\n"
        "sqlite3.connect('x.db').execute('create table t (n)')"
    ),
    "imports a module handed in": first("import mine\nassert mine.one == 1"),
    "seeds the random numbers": first(
        "import random\nrandom.seed(1)\nnp.random.seed(1)\nrng = np.random.default_rng(1)"
    ),
    "changes options": first(
        "pd.set_option('display.max_rows', 5)\n"
        "np.set_printoptions(precision=2)\n"
        "import sys\n"
        "sys.setrecursionlimit(2000)"
    ),
    "turns warnings off": first("import warnings\nwarnings.filterwarnings('ignore')"),
    "mends what went wrong": first("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    kept = error"),
    "collects garbage and looks at frames": first(
        "import gc, sys, inspect\ngc.collect()\nsys._getframe().f_lineno\ninspect.stack()"
    ),
    "inspects a function": first(
        "def f(a, b=2): pass\nimport inspect\nassert inspect.getsource(f) and inspect.signature(f)"
    ),
    "ends with a value": {**RIGHT, "number-answer": f"{RIGHT['number-answer']}\nnumber"},
    "uses a name of a builtin": first("list_ = [1]\nsum = 3\nid = 'x'\ntype_ = type(id)\ninput = 4"),
}

UNUSUAL: Mapping[str, dict[str, str]] = {
    "a lambda": double("double = lambda n: 2 * n"),
    "a partial function": double("import functools, operator\ndouble = functools.partial(operator.mul, 2)"),
    "a method of a number": double("double = (2).__mul__"),
    "a method of an object": double(
        "class Times:\n"
        "    def __init__(self, k): self.k = k\n"
        "    def of(self, n): return self.k * n\n"
        "double = Times(2).of"
    ),
    "an object that can be called": double("class Double:\n    def __call__(self, n): return 2 * n\ndouble = Double()"),
    "a nested function": double(
        "def make(k):\n    def inner(n):\n        return k * n\n    return inner\ndouble = make(2)"
    ),
    "a decorated function": double(
        "import functools\n"
        "def loud(f):\n"
        "    @functools.wraps(f)\n"
        "    def inner(*a, **k):\n"
        "        print(a)\n"
        "        return f(*a, **k)\n"
        "    return inner\n"
        "@loud\n"
        "def double(n):\n"
        "    return 2 * n"
    ),
    "a cached function": double(
        "import functools\n@functools.lru_cache(maxsize=None)\ndef double(n):\n    return 2 * n"
    ),
    "a recursive function": double(
        "def double(n):\n    if n > 500: return 2 * n\n    return 0 if n == 0 else 2 + double(n - 1)"
    ),
    "a function with annotations": double(
        "from typing import TypeVar\nT = TypeVar('T', int, float)\ndef double(n: T, /) -> T:\n    return n + n"
    ),
    "a function with a walrus and a match": double(
        "def double(n):\n    match (m := n):\n        case int(): return m * 2\n        case _: raise TypeError"
    ),
    "a function that counts its calls in a global": double(
        "calls = 0\ndef double(n):\n    global calls\n    calls += 1\n    return 2 * n"
    ),
    "a function with a mutable default": double("def double(n, known={}):\n    known[n] = 2 * n\n    return known[n]"),
    "a function that reads a table made before": double(
        "TABLE = {2: 4}\ndef double(n):\n    return TABLE.get(n, n * 2)"
    ),
    "a function that catches its own exception": double(
        "def double(n):\n    try:\n        return undefined * 2\n    except NameError:\n        return n * 2"
    ),
    "a function that prints and warns": double(
        "import warnings\ndef double(n):\n    print('n is', n)\n    warnings.warn('x')\n    return n * 2"
    ),
    "a function that imports inside": double("def double(n):\n    from operator import add\n    return add(n, n)"),
    "a static method of a class": double(
        "class Tools:\n    @staticmethod\n    def double(n): return 2 * n\ndouble = Tools.double"
    ),
    "numpy's integers": double("def double(n):\n    return np.int64(2) * n"),
    "a float that is whole": double("def double(n):\n    return 2.0 * n"),
    "a fraction": double("from fractions import Fraction\ndef double(n):\n    return Fraction(n) * 2"),
    "a decimal": double("from decimal import Decimal\ndef double(n):\n    return Decimal(n) * 2"),
    "True and False as numbers": evens(
        "def evens(numbers):\n    return [n for n in numbers if not n % 2 is True and n % 2 == False]"
    ),
    "a filter made a list": evens("def evens(numbers):\n    return list(filter(lambda n: n % 2 == 0, numbers))"),
    "numpy's integers in a list": evens(
        "def evens(numbers):\n    a = np.array(numbers, dtype=int)\n    return list(a[a % 2 == 0])"
    ),
    "a list made in place": evens(
        "def evens(numbers):\n    for n in list(numbers):\n        if n % 2: numbers.remove(n)\n    return numbers"
    ),
    "a list from a generator of one's own": evens(
        "def each(numbers):\n"
        "    for n in numbers:\n"
        "        if n % 2 == 0: yield n\n"
        "def evens(numbers):\n"
        "    return [*each(numbers)]"
    ),
    "a table made row by row": {
        **RIGHT,
        "totals-answer": "def totals(frame):\n"
        "    found = {}\n"
        "    for row in frame.itertuples():\n"
        "        found[row.kind] = found.get(row.kind, 0) + row.n\n"
        "    return pd.DataFrame({'kind': list(found), 'n': list(found.values())})",
    },
    "a table sorted and indexed by itself": {
        **RIGHT,
        "totals-answer": "def totals(frame):\n"
        "    return frame.pivot_table(index='kind', values='n', aggfunc='sum').reset_index()",
    },
    "an area of numpy's floats": {
        **RIGHT,
        "area-answer": "def area(radius):\n    return np.float64(np.pi) * np.square(radius)",
    },
    "text in parts": {
        **RIGHT,
        "greet-answer": "def greet(name):\n    return f'{\"Hello\"}, {name!s:}!'",
        "shout-answer": "def shout(text):\n    return ''.join([*map(str.upper, text), '!'])",
    },
    "the answer changed in a later cell": {
        **RIGHT,
        "shout-answer": "double = None\nnumber = 0\n" + RIGHT["shout-answer"],
    },
    "the answer function defined twice": double("def double(n):\n    return n\ndef double(n):\n    return 2 * n"),
    "a helper made in an earlier answer": {
        **RIGHT,
        "number-answer": f"{RIGHT['number-answer']}\ndef twice(n): return 2 * n",
        "double-answer": "def double(n):\n    return twice(n)",
    },
    "a helper changed in a later answer": {
        **RIGHT,
        "double-answer": "def twice(n): return 2 * n\ndef double(n):\n    return twice(n)",
        "shout-answer": f"def twice(n): return None\n{RIGHT['shout-answer']}",
    },
    "a global changed in place by a later answer": {
        **RIGHT,
        "double-answer": "factors = [2]\ndef double(n):\n    return factors[0] * n",
        "shout-answer": f"factors[0] = 3\n{RIGHT['shout-answer']}",
    },
}


@pytest.mark.parametrize("answers", [*ON_THE_WAY.values(), *UNUSUAL.values()], ids=[*ON_THE_WAY, *UNUSUAL])
def test_honest_work_keeps_its_points(counting: Exercise, answers: dict[str, str]) -> None:
    graded = counting.grade(answers, None, **{"numbers.csv": "1,2\n", "mine.py": "one = 1"})
    assert scores(graded.items) == FULL, notes(graded.items)


def _own_cells(notebook: dict[str, Any]) -> None:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"].insert(2, {**cell, "id": "mine", "source": "scratch = 1\nscratch"})
    notebook["cells"].insert(5, {**cell, "id": "broken", "source": "1 / 0"})
    notebook["cells"].insert(7, {**cell, "id": "typo", "source": "def f(:"})
    notebook["cells"].append({"cell_type": "markdown", "id": "words", "metadata": {}, "source": "My notes"})


def test_cells_of_ones_own_cost_nothing_even_broken_ones(counting: Exercise) -> None:
    assert scores(counting.grade(RIGHT, _own_cells).items) == FULL


ONE_ANSWER_LOST: Mapping[str, tuple[str, str]] = {
    "a syntax error": ("evens", "def evens(numbers)\n    return []"),
    "an exception": ("evens", "evens = undefined"),
    "an answer left out": ("evens", "# later"),
    "an endless recursion": ("shout", "def shout(text):\n    return shout(text)"),
    "a call of input": ("shout", "shout = input('how? ')"),
    "exit()": ("evens", "exit()"),
    "sys.exit()": ("evens", "import sys\nsys.exit(1)"),
}


@pytest.mark.parametrize(("item", "source"), ONE_ANSWER_LOST.values(), ids=ONE_ANSWER_LOST.keys())
def test_one_broken_answer_costs_that_answer(counting: Exercise, item: str, source: str) -> None:
    graded = counting.grade({**RIGHT, f"{item}-answer": source})
    assert scores(graded.items) == {**FULL, item: 0.0}, notes(graded.items)
