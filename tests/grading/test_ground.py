"""What the checks of a notebook rely on, read from the author's code."""

from __future__ import annotations

import pytest

from kit.grading.executors import Ground
from kit.grading.ground import find_ground, hidden_names
from kit.grading.trusted import Role, SourceCell, Trusted

KERNEL = {"name": "python3", "language": "python"}


def notebook(*cells: tuple[Role, str], language: str = "python") -> Trusted:
    made = [
        SourceCell(role, "code", source, "", f"c{number}", f"g{number}" if role != "plain" else "", {})
        for number, (role, source) in enumerate(cells)
    ]
    return Trusted(tuple(made), {**KERNEL, "language": language}, {})


GROUNDS: dict[str, tuple[Trusted, Ground]] = {
    "nothing": (notebook(("check", "assert x == 1")), Ground()),
    "imports of given cells and checks": (
        notebook(("plain", "import numpy as np\nimport os.path"), ("check", "from math import isclose as close")),
        Ground(("math", "numpy", "os.path"), {"close": "math:isclose", "np": "numpy", "os": "os"}),
    ),
    "an import the learner is asked for is theirs": (
        notebook(("answer", "import numpy as np"), ("check", "assert np.pi > 3")), Ground(("numpy",), {})),
    "an imported name that is bound elsewhere": (
        notebook(("plain", "from math import pi"), ("answer", "pi = 3")), Ground(("math",), {})),
    "a builtin the task is about": (
        notebook(("answer", "def max(a, b): pass"), ("check", "assert max(1, 2) == 2")), Ground(own_names=("max",))),
    "a builtin's name inside a function is no matter": (
        notebook(("plain", "def f(list):\n    sum = 0\n    return sum")), Ground()),
    "classes the author writes": (
        notebook(("answer", "class A: pass\nB = namedtuple('B', 'x')\nC = enum.Enum('C', 'x')")),
        Ground(own_classes=("A", "B", "C")),
    ),
    "magics are passed over": (
        notebook(("plain", "%matplotlib inline\nimport math\n!ls\nif True:\n    %time x = 1")),
        Ground(("math",), {"math": "math"}),
    ),
    "a cell magic": (notebook(("plain", "%%bash\nimport x")), Ground()),
    "another language": (notebook(("plain", "import numpy"), language="r"), Ground()),
}  # fmt: skip


@pytest.mark.parametrize(("trusted", "ground"), GROUNDS.values(), ids=GROUNDS.keys())
def test_the_ground_of_a_notebook(trusted: Trusted, ground: Ground) -> None:
    assert find_ground(trusted) == ground


def hidden(source: str) -> str:
    return f"assert x == 1\n### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS"


FORGOTTEN = {
    "a value and a loop": ("want = 3\nfor n in range(want): pass", ("n", "want")),
    "a helper and an import": ("import math\ndef helper(): pass", ("helper", "math")),
    "a name another cell uses stays": ("shared = 3\nown = 4", ("own",)),
    "names inside functions are no matter": ("assert (lambda inner: inner)(1)", ()),
}


@pytest.mark.parametrize(("source", "names"), FORGOTTEN.values(), ids=FORGOTTEN.keys())
def test_names_that_only_a_hidden_part_makes_are_forgotten(source: str, names: tuple[str, ...]) -> None:
    trusted = notebook(("check", hidden(source)), ("check", "assert shared == 3"))
    assert hidden_names(trusted, trusted.cells[0]) == names
