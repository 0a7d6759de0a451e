"""What the checks of a notebook rely on, read from the author's code."""

from __future__ import annotations

import warnings

import pytest

from kit.grading.executors import Ground
from kit.grading.ground import broken_check, find_ground, has_magic, parse
from kit.grading.names import names_of
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
    "a builtin that only a check gives another meaning": (
        notebook(("answer", "def f(): return input()"), ("check", "input = f\nassert f")), Ground()),
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


BROKEN = {
    "plain Python": ("assert x == 1", False),
    "a magic": ("%time x = 1", False),
    "a shell command": ("files = !ls\nassert files", False),
    "a cell magic": ("%%timeit\nx +", False),
    "a sentence that was never finished": ("assert x ==", True),
    "a line of a sum that begins with a per cent sign": ("assert (7\n    % 2) == 1", False),
}


@pytest.mark.parametrize(("source", "broken"), BROKEN.values(), ids=BROKEN.keys())
def test_a_check_with_a_syntax_error_is_found(source: str, broken: bool) -> None:
    trusted = notebook(("check", "assert True"), ("check", source))
    assert broken_check(trusted) is (trusted.cells[1] if broken else None)


MAGICS = {
    "plain Python": ("x = 7\n", False, ["x"]),
    "a per cent sign within a sum": ("x = (7\n    % 2)", False, ["x"]),
    "a line magic": ("%matplotlib inline\nx = 1", True, ["x"]),
    "a magic in a block": ("if True:\n    %time y\nx = 1", True, ["x"]),
    "what a command says": ("x = !ls\ny = 1", True, ["x", "y"]),
    "a question": ("x?\ny = 1", True, ["y"]),
}


@pytest.mark.parametrize(("source", "magic", "names"), MAGICS.values(), ids=MAGICS.keys())
def test_a_cell_is_read_with_its_magics_left_out(source: str, magic: bool, names: list[str]) -> None:
    tree = parse(source)
    assert tree is not None
    assert sorted(names_of(tree.body).makes) == names
    assert has_magic(source) is magic


def test_reading_a_cell_changes_no_filter_of_warnings() -> None:
    before = list(warnings.filters)
    assert parse(r"x = '\d'") is not None
    assert warnings.filters == before
