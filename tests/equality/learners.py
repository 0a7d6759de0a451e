"""Learners of every kind: each makes a submission of a released notebook, given the author's source."""

from __future__ import annotations

import ast
import copy
import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.equality.ours import marks

Notebook = dict[str, Any]
Learner = Callable[[Notebook, Notebook], Notebook]
"""(the author's source, the release) → what is handed in"""


def solutions(source: Notebook) -> dict[str, str]:
    """grade_id → the author's own answer, without the marks around it."""
    return {
        found["grade_id"]: re.sub(r"^.*(BEGIN|END) SOLUTION.*\n?", "", cell["source"], flags=re.M)
        for cell in source["cells"]
        if (found := marks(cell)) and found["solution"]
    }


def filled(release: Notebook, answers: Mapping[str, str]) -> Notebook:
    """*release* with *answers* (grade_id → source) written in."""
    notebook = copy.deepcopy(release)
    for cell in notebook["cells"]:
        cell["source"] = answers.get(marks(cell).get("grade_id", ""), cell["source"])
    return notebook


def perfect(source: Notebook, release: Notebook) -> Notebook:
    """The author's own answers, and something below each task."""
    return _tasks_done(filled(release, solutions(source)))


def blank(source: Notebook, release: Notebook) -> Notebook:
    """As it was released."""
    return copy.deepcopy(release)


def half(source: Notebook, release: Notebook) -> Notebook:
    """Every other answer."""
    return filled(release, dict(itertools.islice(solutions(source).items(), 0, None, 2)))


def other_half(source: Notebook, release: Notebook) -> Notebook:
    """The answers that `half` leaves open."""
    return filled(release, dict(itertools.islice(solutions(source).items(), 1, None, 2)))


def noisy(source: Notebook, release: Notebook) -> Notebook:
    """Right, but its functions print and display when they are called, and there are cells of all kinds in between."""
    kinds = {marks(cell).get("grade_id"): cell["cell_type"] for cell in release["cells"]}
    answers = {
        cell: _loud(text) if kinds.get(cell) == "code" else f"{text}\n\n*(my own words)*"
        for cell, text in solutions(source).items()
    }
    notebook = _tasks_done(filled(release, answers))
    noise = itertools.cycle(NOISE)
    cells: list[dict[str, Any]] = [_code(IMPORTS)]
    for cell in notebook["cells"]:
        cells.append(cell)
        if cell["cell_type"] == "code":
            cells.append(_code(next(noise)))
    notebook["cells"] = [*cells, *(_code(source) for source in LAST)]
    return _numbered(notebook)


LEARNERS: dict[str, Learner] = {
    "perfect": perfect,
    "blank": blank,
    "half": half,
    "other-half": other_half,
    "noisy": noisy,
}

IMPORTS = """\
%matplotlib inline
import random, functools
import os as _os, math as _math
import matplotlib.pyplot as plt
import numpy as np, pandas as pd"""

NOISE = (
    "print('a line of my own')\n'a value of my own'",
    "%%time\n_time_it = sum(range(1000))",
    "import asyncio\nawait asyncio.sleep(0)",
    "plt.plot([1, 4, 9])\nplt.title('mine')\nplt.show()",
    "display(pd.DataFrame({'a': [1, 2], 'b': [3.5, None]}))\nnp.arange(6).reshape(2, 3)",
    "try:\n    _asked = input('your name? ')\nexcept Exception as _error:\n    print(type(_error).__name__)",
    "!echo from the shell\n_listing = !ls",
    "1 / 0",
    "%whos\n?len",
    "if True:\n",
    "from IPython.display import HTML, Markdown, clear_output\ndisplay(HTML('<b>1.0</b>'), Markdown('**2.0**'))\n0.0",
    "%%capture _captured\nprint('unseen')",
    "random.seed(3)\nnp.random.seed(3)\n[random.random(), np.random.random()];",
    "# only a comment",
    "import sys\nprint('to standard error', file=sys.stderr)",
)
"""Cells between the others; what goes wrong or is written to standard error in them has nothing to do with a check."""

LAST = ("import sys\nsys.exit(1)", "raise KeyboardInterrupt", "undefined_name")


def _loud(source: str) -> str:
    """*source* with its functions wrapped to print and display at each call, and a value displayed at its end."""
    try:
        names = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return source
    wraps = "".join(f"{name} = _loud({name})\n" for name in names)
    return f"{LOUD}\n{source.rstrip()}\n{wraps}'all done'"


LOUD = """\
def _loud(function):
    @functools.wraps(function)
    def inner(*given, **named):
        print(function.__name__, "is called")
        display("shown")
        return function(*given, **named)
    return inner
"""


def _code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}


def _tasks_done(notebook: Notebook) -> Notebook:
    """*notebook* with an answer of two cells below each task."""
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        cells.append(cell)
        if marks(cell).get("task"):
            said = {"cell_type": "markdown", "metadata": {}, "source": "This is how I did it."}
            cells += [said, _code("[n ** 2 for n in range(3)]")]
    notebook["cells"] = cells
    return _numbered(notebook)


def _numbered(notebook: Notebook) -> Notebook:
    """*notebook* with an id for each new cell, where its format has ids."""
    if (notebook["nbformat"], notebook["nbformat_minor"]) >= (4, 5):
        for number, cell in enumerate(notebook["cells"]):
            cell.setdefault("id", f"mine-{number}")
    return notebook
